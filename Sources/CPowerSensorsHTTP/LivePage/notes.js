// Findings with their remedies, and events.

const SEVERITIES = ["error", "warning", "info"];

function showFindings(findings) {
    const rank = (one) => SEVERITIES.indexOf(one.severity);
    const sorted = [...findings].sort((a, b) => rank(a) - rank(b));
    const remarks = sorted.filter((one) => one.severity === "info");
    const problems = sorted.filter((one) => one.severity !== "info");
    setHidden(element("findings-none"), problems.length > 0);
    setHidden(element("remarks"), remarks.length === 0);
    setText(element("remarks-title"), remarks.length === 1 ? "1 note" : `${remarks.length} notes`);
    fill(element("findings"), problems);
    fill(element("remarks-list"), remarks);
}

function fill(parent, findings) {
    const create = (one) => make("li", SEVERITIES.includes(one.severity) ? one.severity : "",
        make("p", "", make("span", "severity", word("severity", one.severity)), " ", make("span", "subject", one.subject)),
        make("p", "", one.text), ...(one.remedy === null ? [] : [make("p", "remedy", `Remedy: ${one.remedy}`)]));
    list(parent, findings, (one) => JSON.stringify(one), create, () => {});
}

function spikeText(event) {
    const power = `${watts(event.peak_w)} instead of ${watts(event.baseline_w)}`;
    if (event.kind !== "power_spike_end") return power;
    const lasting = event.lasting ? ", and the higher power lasts" : "";
    return `${power}, ${energy(event.extra_j)} more in ${Math.round(event.duration_s)}\u00a0s${lasting}`;
}

function eventText(event) {
    const of = event.channel === null ? "" : `${event.channel}: `;
    const why = event.status === null || event.status === "io" ? "" : ` (${word("status", event.status)})`;
    const name = word("event", event.kind);
    if (isNumber(event.peak_w)) return `${name}: ${spikeText(event)}`;
    return `${of}${of ? name[0].toLowerCase() + name.slice(1) : name}${why}`;
}

function showEvents() {
    const newest = events.slice(-20).reverse();
    setHidden(element("events-none"), newest.length > 0);
    const create = (event) => make("li", "",
        Object.assign(make("time", "", moment(event.time)), { dateTime: new Date(event.time).toISOString() }),
        make("span", "", eventText(event)));
    // After midnight it has a date.
    const update = (node, event) => setText(node.firstChild, moment(event.time));
    list(element("events"), newest, (event) => `${event.time} ${event.kind} ${event.channel}`, create, update);
}
