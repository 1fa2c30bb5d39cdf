// What the host is made of: sockets, domains, chips and supplies, as bars.

/** A channel's name, and what it belongs to. */
function partName(channel) {
    const last = channel.id.split("/").pop();
    if (channel.domain !== null) {
        // What counts in a figure by itself stands apart from its socket.
        if (channel.parent !== null && channel.counts_in === null) return [channel.domain, ""];
        if (channel.domain !== "package") return [channel.domain, channel.socket === null ? "" : `socket ${channel.socket}`];
        return [`socket ${channel.socket ?? 0}`, channel.die === null ? "package" : `die ${channel.die}`];
    }
    if (channel.chip !== null) return [channel.label ?? last, channel.chip];
    if (channel.supply !== null) return [channel.supply, channel.label ?? last];
    return [channel.label ?? last, channel.sensor];
}

/** How deep it is inside of another. What counts in a figure by itself, as dram does beside its package, is inside of none. */
function depth(channel, channels) {
    if (channel.counts_in !== null) return 0;
    let [count, next] = [0, channel];
    while (next.parent !== null && channels.has(next.parent) && count < 2) {
        next = channels.get(next.parent);
        count += 1;
    }
    return count;
}

/** The rows: what has power, and how full a battery is. What never had a value takes no row. */
function partRows(topology, snapshot) {
    const channels = new Map(topology.channels.map((channel) => [channel.id, channel]));
    const figures = new Map(snapshot.channels.map((figure) => [figure.id, figure]));
    const rows = [];
    for (const channel of topology.channels) {
        const figure = figures.get(channel.id);
        if (!figure || channel.mirror_of !== null) continue;
        const isRatio = channel.quantity === "ratio";
        if (!isRatio && channel.quantity !== "energy" && channel.quantity !== "power") continue;
        if (figure.status === "absent" && !isNumber(figure.energy_j)) continue;
        const [name, of] = partName(channel);
        rows.push({
            id: channel.id, name, of: channel.provenance === "nominal" ? `${of}, nominal` : of, depth: depth(channel, channels),
            isRatio, power: isRatio ? null : channel.provenance === "nominal" ? figure.value : figure.power_w,
            ratio: isRatio ? figure.value : null, status: figure.status,
        });
    }
    return rows;
}

function showParts(topology, snapshot) {
    const rows = partRows(topology, snapshot);
    const most = Math.max(1e-9, ...rows.map((row) => isNumber(row.power) ? row.power : 0));
    setHidden(element("parts-note"), !rows.some((row) => row.depth > 0));
    const create = () => make("li", "", make("span", "name", make("span"), make("small")), make("span", "value"),
        make("div", "track", make("div", "fill")));
    list(element("parts"), rows, (row) => row.id, create, (node, row) => {
        const [name, value, track] = node.children;
        node.className = row.depth ? `inner depth${row.depth}` : "";
        setText(name.firstChild, row.name);
        setText(name.lastChild, row.of);
        setAttribute(name, "title", row.id);
        const part = row.isRatio ? row.ratio : row.power / most;
        const isKnown = row.isRatio ? isNumber(row.ratio) : isNumber(row.power);
        setText(value, !isKnown
            ? `${UNKNOWN} ${row.status === "ok" ? "" : word("status", row.status)}`.trim()
            : row.isRatio ? percent(row.ratio, 1) : watts(row.power));
        value.classList.toggle("soft", !isKnown);
        track.firstChild.style.width = `${isKnown ? Math.min(Math.max(part, 0), 1) * 100 : 0}%`;
    });
}
