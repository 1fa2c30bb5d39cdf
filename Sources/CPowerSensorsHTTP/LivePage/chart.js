// The last minutes as a line with its band. Where nothing is known there is a gap.

/** The points by time: {time, scopes: Map of scope to {power, low, high}}. */
const points = [];
const events = [];
let tickMilliseconds = 1000;

const windowMilliseconds = () => 600 * tickMilliseconds;

function addPoint(time, hosts) {
    const last = points[points.length - 1];
    const scopes = new Map(hosts.map((one) => [one.scope, { power: one.power_w, low: one.low_w, high: one.high_w }]));
    if (!last || time > last.time) {
        points.push({ time, scopes });
    } else {
        const at = points.findIndex((point) => point.time >= time);
        if (points[at].time === time) return;
        points.splice(at, 0, { time, scopes });
    }
    while (points.length && points[points.length - 1].time - points[0].time > windowMilliseconds()) points.shift();
}

/** The parts of the line without a gap. */
function runs(scope) {
    const all = [];
    let run = [];
    let previous = null;
    for (const point of points) {
        const figure = point.scopes.get(scope);
        const isKnown = figure !== undefined && isNumber(figure.power);
        if (run.length && (!isKnown || point.time - previous > 2.5 * tickMilliseconds)) {
            all.push(run);
            run = [];
        }
        if (isKnown) run.push({ time: point.time, ...figure });
        previous = point.time;
    }
    if (run.length) all.push(run);
    return all;
}

/** A round number that is at least this large, and how many steps make it. */
function roundedTop(value) {
    if (!(value > 0)) return [1, 2];
    const power = 10 ** Math.floor(Math.log10(value));
    const [factor, steps] = [[1, 4], [1.5, 3], [2, 4], [3, 3], [4, 4], [5, 5], [6, 3], [8, 4], [10, 5]]
        .find(([factor]) => value <= factor * power * 1.0001) ?? [10, 5];
    return [factor * power, steps];
}

const chart = { scope: "", svg: null, cursor: null, left: 0, right: 0, top: 12, bottom: 0, width: 0, height: 0, end: 0, highest: 1 };

const across = (time) => chart.left + (chart.right - chart.left) * (1 - (chart.end - time) / windowMilliseconds());
const up = (value) => chart.bottom - (chart.bottom - chart.top) * value / chart.highest;
const path = (list, value) => list.map((point) =>
    `${across(point.time).toFixed(1)} ${up(value(point)).toFixed(1)}`).join("L");

function drawAxes(nodes, steps) {
    for (let step = 0; step <= steps; step++) {
        const value = chart.highest * step / steps;
        const y = up(value);
        nodes.push(draw("line", { class: "grid", x1: chart.left, x2: chart.right, y1: y, y2: y }));
        nodes.push(draw("text", { x: chart.left - 8, y: y + 4, "text-anchor": "end" }, axisLabel(value)));
    }
    const most = Math.max(2, (chart.right - chart.left) / 90);
    const minute = 60000;
    const every = [1, 2, 5, 10, 20, 30, 60, 120, 360, 720, 1440, 10080].map((count) => count * minute)
        .find((one) => windowMilliseconds() / one <= most) ?? 10080 * minute;
    const zone = -new Date(chart.end).getTimezoneOffset() * minute;
    const start = chart.end - windowMilliseconds();
    for (let time = Math.ceil((start + zone) / every) * every - zone; time <= chart.end; time += every) {
        const x = across(time);
        if (x < chart.left + 16 || x > chart.right - 16) continue;
        nodes.push(
            draw("line", { class: "tick", x1: x, x2: x, y1: chart.bottom, y2: chart.bottom + 5 }),
            draw("text", { x, y: chart.height - 4, "text-anchor": "middle" }, clock(time, false)));
    }
}

/** A round number of watts, without the digits behind the point that it does not need. */
const axisLabel = (value) => watts(value).replace(/\.0+(?!\d)/, "").replace(/(\.\d)0(?!\d)/, "$1");

function drawLine(nodes, all) {
    for (const run of all) {
        const base = chart.bottom;
        if (run.some((point) => isNumber(point.low) && isNumber(point.high))) {
            const high = path(run, (point) => point.high ?? point.power);
            const low = path([...run].reverse(), (point) => point.low ?? point.power);
            nodes.push(draw("path", { class: "between", d: `M${high}L${low}Z` }));
        } else if (run.length > 1) {
            const [first, last] = [across(run[0].time), across(run[run.length - 1].time)].map((x) => x.toFixed(1));
            nodes.push(draw("path", { class: "under", d: `M${first} ${base}L${path(run, (point) => point.power)}L${last} ${base}Z` }));
        }
        const line = path(run, (point) => point.power);
        nodes.push(draw("path", { class: "line", d: run.length > 1 ? `M${line}` : `M${line}h0.1` }));
    }
}

function drawEvents(nodes) {
    for (const event of events) {
        const x = across(event.time);
        if (x < chart.left || x > chart.right) continue;
        const mark = draw("g", {});
        mark.append(
            draw("title", {}, `${moment(event.time)} ${eventText(event)}`),
            draw("line", { class: "mark", x1: x, x2: x, y1: chart.top, y2: chart.bottom }),
            draw("path", { class: "flag", d: `M${x - 5} ${chart.top - 9}h10l-5 9Z` }));
        nodes.push(mark);
    }
}

function showChart(scope) {
    if (scope !== undefined) chart.scope = scope;
    const box = element("chart");
    if (!points.length || !box.clientWidth) return;
    chart.width = box.clientWidth;
    chart.height = Math.max(box.clientHeight, 200);
    chart.end = points[points.length - 1].time;
    const all = runs(chart.scope);
    const most = Math.max(0, ...all.flat().map((point) => Math.max(point.power, point.high ?? 0)));
    const [highest, steps] = roundedTop(most * 1.05);
    chart.highest = highest;
    chart.left = 14 + 0.55 * parseFloat(getComputedStyle(document.documentElement).fontSize)
        * 0.85 * Math.max(...Array.from({ length: steps }, (_, step) => axisLabel(highest * (step + 1) / steps).length));
    chart.right = chart.width - 2;
    chart.bottom = chart.height - 28;
    const nodes = [];
    drawAxes(nodes, steps);
    drawLine(nodes, all);
    drawEvents(nodes);
    if (!chart.svg) {
        chart.svg = draw("svg", { role: "img" });
        chart.cursor = draw("line", { class: "cursor" });
        box.append(chart.svg);
    }
    setAttribute(chart.svg, "viewBox", `0 0 ${chart.width} ${chart.height}`);
    setAttribute(chart.svg, "aria-label", summary(all));
    chart.svg.replaceChildren(...nodes, chart.cursor);
    showCursor();
    if (element("chart-table").open) showMinutes();
}

function summary(all) {
    const values = all.flat().map((point) => point.power);
    if (!values.length) return "Power over time: nothing is known yet.";
    const gaps = all.length > 1 ? ` ${all.length - 1} ${all.length > 2 ? "gaps" : "gap"}.` : "";
    return `Power over the last minutes: from ${watts(Math.min(...values))} to ${watts(Math.max(...values))}.${gaps}`;
}

let pointer = null;

/** What the pointer is at. */
function showCursor() {
    if (!chart.svg) return;
    const isInside = pointer !== null && pointer >= chart.left && pointer <= chart.right;
    setAttribute(chart.cursor, "visibility", isInside ? "visible" : "hidden");
    if (!isInside) return setText(element("readout"), "");
    const time = chart.end - (1 - (pointer - chart.left) / (chart.right - chart.left)) * windowMilliseconds();
    const known = runs(chart.scope).flat().filter((point) => Math.abs(point.time - time) < 5 * tickMilliseconds);
    const near = known.length
        ? known.reduce((best, point) => Math.abs(point.time - time) < Math.abs(best.time - time) ? point : best)
        : { time, power: null };
    const place = { x1: across(near.time), x2: across(near.time), y1: chart.top, y2: chart.bottom };
    for (const [name, value] of Object.entries(place)) chart.cursor.setAttribute(name, value);
    setText(element("readout"), `${clock(near.time)}  ${watts(near.power)}`);
}

/** The chart as a table, a row a minute, the newest first. */
function showMinutes() {
    const minutes = new Map();
    for (const point of points) {
        const minute = Math.floor(point.time / 60000) * 60000;
        if (!minutes.has(minute)) minutes.set(minute, []);
        const power = point.scopes.get(chart.scope)?.power;
        if (isNumber(power)) minutes.get(minute).push(power);
    }
    const rows = [...minutes].reverse().map(([minute, values]) => [
        clock(minute, false),
        values.length ? watts(values.reduce((sum, value) => sum + value, 0) / values.length) : UNKNOWN,
        values.length ? watts(Math.min(...values)) : UNKNOWN, values.length ? watts(Math.max(...values)) : UNKNOWN,
    ]);
    const create = () => make("tr", "", Object.assign(make("th"), { scope: "row" }), make("td"), make("td"), make("td"));
    list(element("minutes"), rows, (row) => row[0], create, (node, row) =>
        row.forEach((text, index) => setText(node.children[index], text)));
}

function startChart() {
    const box = element("chart");
    new ResizeObserver(() => showChart()).observe(box);
    box.addEventListener("pointermove", (event) => {
        pointer = event.clientX - box.getBoundingClientRect().left;
        showCursor();
    });
    box.addEventListener("pointerleave", () => {
        pointer = null;
        showCursor();
    });
    element("chart-table").addEventListener("toggle", () => showMinutes());
}
