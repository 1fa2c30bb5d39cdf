// Today and the last 30 days, from the history, if one is kept.

let isHistoryKept = false;
let historyDue = 0;

/** The row of a scope over a time; null if there is none. The server gives a query a little more time than this. */
async function historyRow(since, scope) {
    const query = new URLSearchParams({ since, by: "scope", scope });
    const answer = await fetch(address(`history?${query}`), { cache: "no-store", signal: AbortSignal.timeout(25000) });
    if (!answer.ok) throw new Error(`history: ${answer.status}`);
    const rows = (await answer.json()).rows.filter((row) => row.kind === "host" && row.name === scope);
    return rows[0] ?? null;
}

function pastCard(name, row) {
    const facts = make("dl");
    const fact = (label, value) => facts.append(make("dt", "", label), make("dd", "", value));
    fact("Mean", watts(row?.mean_w));
    fact("Peak", watts(row?.peak_w));
    if (isNumber(row?.cost)) fact("Cost", row.cost.toFixed(2));
    if (isNumber(row?.carbon_g)) fact("CO₂", grams(row.carbon_g));
    if (isNumber(row?.covered) && row.covered < 0.995) fact("Sampled", `${Math.floor(row.covered * 100)}\u00a0% of it`);
    return make("div", "", make("h3", "", name), make("p", "amount", energy(row?.energy_j)), facts);
}

async function showHistory(scope) {
    const now = performance.now();
    const none = element("past-none");
    if (!isHistoryKept) {
        return setText(none, "No history is kept here. To keep one, start powersensors export with --history PATH.");
    }
    if (now < historyDue || !scope) return;
    historyDue = now + 60000;
    const midnight = new Date();
    midnight.setHours(0, 0, 0, 0);
    try {
        const today = await historyRow(midnight.toISOString(), scope);
        const month = await historyRow("30d", scope);
        element("past").replaceChildren(pastCard("Today", today), pastCard("Last 30 days", month));
        setHidden(element("past"), false);
        setHidden(none, true);
    } catch {
        setText(none, "The history cannot be read now.");
        setHidden(none, false);
    }
}

/** After a restart a history may be kept that was not before, or no longer. */
function expectHistory(isKept) {
    isHistoryKept = isKept;
    historyDue = 0;
    setHidden(element("past"), !isKept);
    setHidden(element("past-none"), isKept);
}
