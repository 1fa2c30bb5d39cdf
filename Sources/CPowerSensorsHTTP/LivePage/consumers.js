// Who uses the power. The rows of a kind add up to the figure that is divided.

const KINDS = ["vm", "cgroup", "process"];
const TONES = 6;
const LISTED = 10;

/** The colours that were given out, so that who keeps using power keeps its colour. */
const tones = new Map();
let chosenKind = null;
let shown = null;

function toneOf(key, inUse) {
    if (tones.has(key)) return tones.get(key);
    const taken = new Set([...tones].filter(([other]) => inUse.has(other)).map(([, tone]) => tone));
    for (let tone = 0; tone < TONES; tone++) {
        if (taken.has(tone)) continue;
        for (const [other, old] of tones) if (old === tone) tones.delete(other);
        tones.set(key, tone);
        return tone;
    }
    return null;
}

function consumerKey(one) {
    return [one.kind, one.uuid ?? "", one.namespace ?? "", one.pid ?? "", one.start_time ?? "", one.name].join("\n");
}

function consumerName(one) {
    if (one.kind !== "cgroup") return one.name;
    const parts = one.name.split("/").filter((part) => part);
    return parts.pop() ?? "/";
}

function consumerDetail(one) {
    if (one.kind === "vm") return [one.namespace, one.hypervisor].filter((part) => part).join(" · ");
    return one.kind === "process" && one.pid !== null ? `pid ${one.pid}` : "";
}

/** The rows of a kind: the greatest users, all others together, and what nobody was given. */
function consumerRows(snapshot, kind) {
    const users = snapshot.consumers.filter((one) => one.kind === kind)
        .sort((a, b) => (b.power_w ?? -1) - (a.power_w ?? -1) || b.energy_j - a.energy_j);
    const listed = users.length > LISTED + 1 ? users.slice(0, LISTED) : users;
    const keys = new Set(listed.slice(0, TONES).map(consumerKey));
    const rows = listed.map((one, index) => ({
        key: consumerKey(one), name: consumerName(one), detail: consumerDetail(one), title: one.cgroup ?? one.name,
        power: one.power_w, energy: one.energy_j,
        tone: index < TONES ? `tone${toneOf(consumerKey(one), keys) ?? 0}` : "",
    }));
    const rest = users.slice(listed.length);
    const sum = (list, value) => list.every((one) => isNumber(value(one)))
        ? list.reduce((total, one) => total + value(one), 0) : null;
    if (rest.length) {
        rows.push({
            key: "rest", name: `${rest.length} others`, detail: "", title: "", tone: "", isSoft: true,
            power: sum(rest, (one) => one.power_w), energy: sum(rest, (one) => one.energy_j),
        });
    }
    for (const one of snapshot.unattributed.filter((one) => one.kind === kind)) {
        if (one.power_w === 0 && one.reason !== "idle") continue;
        rows.push({
            key: `reason ${one.reason}`, name: word("reason", one.reason), detail: "", title: "", isSoft: true,
            power: one.power_w, energy: one.energy_j, tone: one.reason === "idle" ? "unused" : "",
        });
    }
    return rows;
}

function showKinds(kinds) {
    setHidden(element("kinds"), kinds.length < 2);
    const create = (kind) => {
        const input = Object.assign(make("input"), { type: "radio", name: "kind", value: kind });
        input.addEventListener("change", () => {
            chosenKind = kind;
            if (shown) showConsumers(shown);
        });
        return make("label", "", input, make("span", "", word("kind", kind)));
    };
    list(element("kinds"), ["", ...kinds], (kind) => kind || "legend",
        (kind) => kind ? create(kind) : Object.assign(make("legend", "hidden"), { textContent: "Divide among" }),
        (node, kind) => {
            if (kind && node.firstChild.checked !== (kind === chosenKind)) node.firstChild.checked = kind === chosenKind;
        });
}

function showRows(rows, total) {
    // Parts of an unknown whole have no width.
    list(element("stack"), isNumber(total) ? rows.filter((row) => row.power > 0) : [], (row) => row.key, () => make("div"), (node, row) => {
        node.className = row.tone;
        node.style.flexGrow = row.power / total;
    });
    const create = () => make("tr", "", Object.assign(
        make("th", "", make("div", "who", make("i", "swatch"), make("span"), make("small"))), { scope: "row" }),
        make("td", "wide"), make("td"), make("td"));
    list(element("users"), rows, (row) => row.key, create, (node, row) => {
        const [name, used, power, share] = node.children;
        const [swatch, text, detail] = name.firstChild.children;
        node.className = row.isSoft ? "soft" : "";
        swatch.className = `swatch ${row.tone}`;
        setText(text, row.name);
        setText(detail, row.detail);
        setAttribute(name, "title", row.title);
        setText(used, energy(row.energy));
        setText(power, watts(row.power));
        setText(share, percent(row.power, total));
    });
}

function showConsumers(snapshot) {
    shown = snapshot;
    const kinds = KINDS.filter((kind) =>
        [...snapshot.consumers, ...snapshot.unattributed].some((one) => one.kind === kind));
    const none = element("users-none");
    setHidden(none, kinds.length > 0);
    setHidden(element("users-all"), kinds.length === 0);
    if (!kinds.length) {
        showKinds(kinds);
        return setText(none, "The power is not divided. To see who uses it, start powersensors export with"
            + " --consumers vm,cgroup,process.");
    }
    if (!kinds.includes(chosenKind)) {
        chosenKind = kinds.find((kind) => snapshot.consumers.some((one) => one.kind === kind)) ?? kinds[0];
    }
    showKinds(kinds);
    const rows = consumerRows(snapshot, chosenKind);
    const isKnown = rows.every((row) => isNumber(row.power));
    const total = isKnown ? rows.reduce((sum, row) => sum + row.power, 0) : null;
    showRows(rows, total);
    setText(element("users-caption"), `${word("kind", chosenKind)}, and how much power each uses`);
    setText(element("users-sum-name"), `Together: ${snapshot.attribution_scope ?? ""}`);
    setText(element("users-sum"), watts(total));
    setText(element("users-whole"), percent(total, total));
}
