// The host's figure, and those of its other scopes.

const headline = (snapshot) => snapshot.host.find((one) => one.headline) ?? snapshot.host[0];

function source(host) {
    const by = host.sensor === "estimator" ? "" : ` by ${host.sensor}`;
    return host.provenance === "shared" ? "told by this machine's host" : `${host.provenance}${by}`;
}

function bandText(host) {
    if (!isNumber(host.low_w) || !isNumber(host.high_w)) return "";
    return `between ${watts(host.low_w)} and ${watts(host.high_w)}`;
}

function showFigures(snapshot) {
    const host = headline(snapshot);
    const [text, unit] = wattParts(host?.power_w);
    setText(element("power"), text);
    setText(element("power-unit"), unit);
    setText(element("band"), host ? bandText(host) : "");
    setText(element("scope"), host
        ? `${capitalized(word("scope", host.scope))} (${host.scope}), ${source(host)}`
        : "Nothing measures power here.");
    setText(element("reason"), host ? word("status", host.status) : "");
    setHidden(element("reason"), !host || host.status === "ok");
    document.title = `${text} ${unit} · ${snapshot.node}`;
    setText(element("node"), snapshot.node);

    const rows = snapshot.host.filter((one) => one !== host).map((one) => ({
        key: one.scope, name: `${capitalized(word("scope", one.scope))} (${one.scope}), ${source(one)}`, value: watts(one.power_w),
    }));
    if (host) rows.push({ key: "energy", name: "Energy since the start", value: energy(host.energy_j) });
    if (isNumber(snapshot.carbon_g)) {
        rows.push({ key: "carbon", name: "CO₂ since the start", value: grams(snapshot.carbon_g) });
    }
    list(element("others"), rows, (row) => row.key, () => make("div", "", make("dt"), make("dd")), (node, row) => {
        setText(node.firstChild, row.name);
        setText(node.lastChild, row.value);
    });
}

/** Without a connection nothing is known. */
function hideFigures() {
    shown = null;
    setText(element("power"), UNKNOWN);
    setText(element("power-unit"), "W");
    for (const id of ["band", "reason"]) setText(element(id), "");
    setHidden(element("reason"), true);
    for (const id of ["others", "parts", "stack", "users"]) element(id)?.replaceChildren();
    setText(element("users-sum-name"), "Together");
    for (const id of ["users-sum", "users-whole"]) setText(element(id), UNKNOWN);
    document.title = `${UNKNOWN} · ${element("node").textContent}`;
}
