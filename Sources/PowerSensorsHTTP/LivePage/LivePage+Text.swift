// swift-format-ignore-file
// Scripts/page/embed.py writes this file from those in the folder Source: make page
#if Exporters
extension LivePage {
    /// The hash of the page's script, for its Content-Security-Policy.
    static let scriptHash = "sha256-2Hjk8dRwLpzBd8hXulQ6/Hy4Aerh4/ZfwlTJIDfNh7E="

    /// The hash of the page's style.
    static let styleHash = "sha256-rkz1tTkkSFye28HsazB9ox4zohAhH8IvhhARVCPm/8I="

    /// The beginning of the page's SHA-256.
    static let textHash = "0f80fb23e43cfaff"

    /// The page.
    static let text: StaticString = ##"""
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Power Sensors</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230072b2'/%3E%3Cpath d='M9 2 4 9h3l-1 5 6-8H8z' fill='%23fff'/%3E%3C/svg%3E">
<style>
/* Colours: those of Okabe and Ito, which the colour-blind can tell apart, on calm grounds. */
:root {
    color-scheme: light dark;
    --ground: #f4f5f7;
    --card: #ffffff;
    --edge: #dfe3e8;
    --text: #1b2129;
    --soft: #535d69;
    --link: #00568a;
    --line: #0072b2;
    --band: #0072b233;
    --grid: #e5e8ec;
    --whole: #0072b2;
    --part: #56b4e9;
    --track: #eceff2;
    --rest: #a3abb5;
    --idle: #ccd2d9;
    --warning: #8a4b00;
    --error: #a62b00;
    --outline: #00000040;
    --alive: #009e73;
}
@media (prefers-color-scheme: dark) {
    :root {
        --ground: #0d1116;
        --card: #161b22;
        --edge: #2a313a;
        --text: #e8edf2;
        --soft: #a3adb8;
        --link: #7cc5f2;
        --line: #56b4e9;
        --band: #56b4e93d;
        --grid: #262d36;
        --whole: #3b9ad0;
        --part: #23678f;
        --track: #222932;
        --rest: #78828d;
        --idle: #3d4650;
        --warning: #f0b040;
        --error: #ff9068;
        --outline: #ffffff40;
    }
}
* { box-sizing: border-box; }
html { font-size: clamp(0.95rem, 0.85rem + 0.14vw, 1.25rem); -webkit-text-size-adjust: 100%; }
body {
    margin: 0 auto;
    max-width: 118rem;
    padding: 0 clamp(0.75rem, 2vw, 2rem);
    background: var(--ground);
    color: var(--text);
    font: 1rem/1.45 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
    font-variant-numeric: tabular-nums;
}
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 1rem; padding: 1.1rem 0.25rem 0.9rem; }
h1 { margin: 0; font-size: 1.35rem; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin: 0 0 0.6rem; font-size: 0.95rem; font-weight: 600; color: var(--soft); }
p { margin: 0; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, input:focus-visible + span, .scroll:focus-visible, section:focus-visible {
    outline: 3px solid var(--line);
    outline-offset: 2px;
    border-radius: 4px;
}
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 0.5rem; top: 0.5rem; padding: 0.5rem; background: var(--card); z-index: 1; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
#status { color: var(--soft); font-size: 0.9rem; }
#status::before {
    content: "";
    display: inline-block;
    width: 0.6em;
    height: 0.6em;
    margin-right: 0.5em;
    border-radius: 50%;
    background: var(--alive);
}
#status.lost { color: var(--error); font-weight: 600; }
#status.lost::before { background: none; border: 2px solid var(--error); }
.clock { margin-left: auto; color: var(--soft); font-size: 0.9rem; }
main { display: grid; gap: clamp(0.7rem, 1.2vw, 1.2rem); grid-template-columns: minmax(0, 1fr); }
.card {
    min-width: 0;
    padding: clamp(0.9rem, 1.4vw, 1.4rem);
    background: var(--card);
    border: 1px solid var(--edge);
    border-radius: 14px;
}
.note, .aside, .what { color: var(--soft); font-size: 0.9rem; }
.note { max-width: 60ch; }

.now { display: flex; flex-direction: column; }
.figure { font-weight: 650; line-height: 1.05; white-space: nowrap; letter-spacing: -0.02em; }
#power { font-size: clamp(3.4rem, 5.6vw, 6.4rem); }
#power-unit { font-size: 1.7rem; font-weight: 500; color: var(--soft); letter-spacing: 0; }
.band { font-size: 1rem; }
.band:empty { display: none; }
.what { margin-top: 0.35rem; }
.others { margin: auto 0 0; padding-top: 1rem; display: grid; gap: 0.3rem; }
.others:empty { display: none; }
.others div { display: flex; justify-content: space-between; gap: 1rem; border-top: 1px solid var(--edge); padding-top: 0.3rem; }
.others dt { color: var(--soft); font-size: 0.9rem; }
.others dd { margin: 0; white-space: nowrap; }

.time { display: flex; flex-direction: column; position: relative; }
.aside { position: absolute; top: clamp(0.9rem, 1.4vw, 1.4rem); right: clamp(0.9rem, 1.4vw, 1.4rem); }
.chart { position: relative; flex: 1; min-height: 15rem; }
.chart svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.chart text { fill: var(--soft); font-size: 0.8rem; }
.chart .grid { stroke: var(--grid); }
.chart .tick { stroke: var(--rest); }
.chart .line { fill: none; stroke: var(--line); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.chart .under { fill: var(--line); opacity: 0.07; }
.chart .between { fill: var(--band); }
.chart .mark { stroke: var(--error); stroke-dasharray: 3 3; }
.chart .flag { fill: var(--error); }
.chart .cursor { stroke: var(--soft); }
details { margin-top: 0.6rem; font-size: 0.9rem; }
summary { color: var(--link); cursor: pointer; width: fit-content; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.22rem 0 0.22rem 0.75rem; text-align: right; font-weight: 400; white-space: nowrap; }
th:first-child, td:first-child { padding-left: 0; text-align: left; }
thead th { color: var(--soft); font-size: 0.82rem; }

.bars, .findings, .events-list { list-style: none; margin: 0; padding: 0; }
.bars li { display: grid; grid-template-columns: minmax(0, 1fr) auto; column-gap: 1rem; margin-bottom: 0.55rem; }
.bars .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bars .name small { color: var(--soft); margin-left: 0.5em; font-size: 0.82rem; }
.bars .value { white-space: nowrap; }
.bars .value.soft { color: var(--soft); }
.track { grid-column: 1 / -1; height: 0.55rem; border-radius: 4px; background: var(--track); overflow: hidden; }
.fill { height: 100%; width: 0; border-radius: 4px; background: var(--whole); }
.inner .fill { background: var(--part); }
.inner .track { height: 0.4rem; }
.depth1 { padding-left: 1.1rem; }
.depth2 { padding-left: 2.2rem; }
.inner { font-size: 0.92rem; }

.kinds { border: 0; margin: 0 0 0.8rem; padding: 0; display: flex; flex-wrap: wrap; gap: 0.4rem; }
.kinds input { position: absolute; opacity: 0; }
.kinds span { display: block; padding: 0.2rem 0.75rem; border: 1px solid var(--edge); border-radius: 99px; cursor: pointer; }
.kinds input:checked + span { background: var(--text); color: var(--card); border-color: var(--text); }
.stack { display: flex; height: 2rem; gap: 2px; border-radius: 6px; overflow: hidden; margin-bottom: 0.7rem; }
.stack div { min-width: 0; flex: 0 1 0; }
.stack div, .swatch { background: var(--rest); box-shadow: inset 0 0 0 1px var(--outline); }
.swatch {
    display: inline-block;
    width: 0.8em;
    height: 0.8em;
    border-radius: 3px;
    margin-right: 0.6em;
    flex: none;
}
.tone0 { background: #0072b2 !important; }
.tone1 { background: #e69f00 !important; }
.tone2 { background: #009e73 !important; }
.tone3 { background: #cc79a7 !important; }
.tone4 { background: #56b4e9 !important; }
.tone5 { background: #d55e00 !important; }
.unused { background: repeating-linear-gradient(135deg, var(--idle) 0 5px, var(--track) 5px 9px) !important; }
.users-table { table-layout: fixed; }
.users-table th:first-child { width: auto; }
.users-table thead th:not(:first-child) { width: 6.4rem; }
.users-table thead th:last-child { width: 4rem; }
.users-table .wide { display: none; }
.who { display: flex; align-items: center; }
.who span:nth-child(2) { overflow: hidden; text-overflow: ellipsis; }
.who small { color: var(--soft); margin-left: 0.6em; font-size: 0.82rem; overflow: hidden; text-overflow: ellipsis; }
tbody tr.soft { color: var(--soft); }
tfoot th, tfoot td { border-top: 1px solid var(--edge); padding-top: 0.4rem; font-weight: 600; }

.past-table { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem 2rem; }
.past-table h3 { margin: 0 0 0.2rem; font-size: 0.95rem; font-weight: 500; }
.past-table .amount { font-size: 1.9rem; font-weight: 600; line-height: 1.15; }
.past-table dl { margin: 0.4rem 0 0; display: grid; grid-template-columns: auto auto; gap: 0.15rem 1rem; font-size: 0.9rem; }
.past-table dt { color: var(--soft); }
.past-table dd { margin: 0; text-align: right; white-space: nowrap; }

.findings li { padding: 0.5rem 0 0.5rem 0.9rem; border-left: 3px solid var(--edge); margin-bottom: 0.6rem; overflow-wrap: anywhere; }
.findings .warning { border-color: var(--warning); }
.findings .error { border-color: var(--error); }
.findings .severity { font-weight: 600; }
.findings .warning .severity { color: var(--warning); }
.findings .error .severity { color: var(--error); }
.findings .subject { color: var(--soft); font-size: 0.85rem; }
.findings .remedy { margin-top: 0.25rem; }
.events-list li { display: grid; grid-template-columns: auto 1fr; gap: 0 1rem; padding: 0.25rem 0; overflow-wrap: anywhere; }
.events-list time { color: var(--soft); white-space: nowrap; }
footer { padding: 1.2rem 0.25rem 2rem; color: var(--soft); font-size: 0.85rem; }

@media (min-width: 34rem) {
    .users-table .wide { display: table-cell; }
}
@media (min-width: 62rem) {
    main { grid-template-columns: repeat(12, minmax(0, 1fr)); }
    .now { grid-column: span 4; }
    .time { grid-column: span 8; }
    .parts { grid-column: span 5; }
    .users { grid-column: span 7; }
    .past { grid-column: span 5; }
    .notes { grid-column: span 4; }
    .events { grid-column: span 3; }
}
@media (min-width: 100rem) {
    .parts { grid-column: span 4; }
    .users { grid-column: span 5; }
    .past { grid-column: span 3; }
    .notes { grid-column: span 7; }
    .events { grid-column: span 5; }
}
@media (prefers-reduced-motion: no-preference) {
    .fill { transition: width 0.4s ease-out; }
    .stack div { transition: flex-grow 0.4s ease-out; }
}
@media (forced-colors: active) {
    .fill, .stack div, .swatch { forced-color-adjust: none; }
}
</style>
</head>
<body>
<a class="skip" href="#now">Skip to the figures</a>
<header>
<h1 id="node">This machine</h1>
<p id="status" role="status">Connecting …</p>
<p id="time" class="clock" aria-hidden="true"></p>
</header>
<main>
<noscript><p class="card">This page needs JavaScript. The same figures are at <a href="metrics">/metrics</a>.</p></noscript>

<section id="now" class="card now" aria-labelledby="now-title" tabindex="-1">
<h2 id="now-title">Now</h2>
<p class="figure"><span id="power">–</span> <span id="power-unit">W</span></p>
<p id="band" class="band"></p>
<p id="scope" class="what"></p>
<p id="reason" class="what" hidden></p>
<dl id="others" class="others"></dl>
</section>

<section class="card time" aria-labelledby="time-title">
<h2 id="time-title">The last 10 minutes</h2>
<p id="readout" class="aside" aria-hidden="true"></p>
<div id="chart" class="chart"></div>
<details id="chart-table">
<summary>Show as a table</summary>
<div class="scroll"><table>
<caption class="hidden">Power by minute</caption>
<thead><tr><th scope="col">Minute</th><th scope="col">Mean</th><th scope="col">Lowest</th><th scope="col">Highest</th></tr></thead>
<tbody id="minutes"></tbody>
</table></div>
</details>
</section>

<section class="card parts" aria-labelledby="parts-title">
<h2 id="parts-title">What it is made of</h2>
<ul id="parts" class="bars"></ul>
<p class="note" id="parts-note" hidden>A lighter bar is a part of the one above it.</p>
</section>

<section class="card users" aria-labelledby="users-title">
<h2 id="users-title">Who uses it</h2>
<fieldset id="kinds" class="kinds" hidden><legend class="hidden">Divide among</legend></fieldset>
<p id="users-none" class="note" hidden></p>
<div id="users-all">
<div id="stack" class="stack" aria-hidden="true"></div>
<table class="users-table">
<caption class="hidden" id="users-caption">Who uses the power</caption>
<thead><tr><th scope="col">Name</th><th scope="col" class="wide">Energy</th><th scope="col">Power</th><th scope="col">Share</th></tr></thead>
<tbody id="users"></tbody>
<tfoot><tr><th scope="row" id="users-sum-name">Together</th><td class="wide"></td><td id="users-sum"></td><td>100 %</td></tr></tfoot>
</table>
</div>
</section>

<section class="card past" aria-labelledby="past-title">
<h2 id="past-title">Today and the last 30 days</h2>
<p id="past-none" class="note">…</p>
<div id="past" class="past-table" hidden></div>
</section>

<section class="card notes" aria-labelledby="findings-title">
<h2 id="findings-title">Findings</h2>
<p id="findings-none" class="note" hidden>Nothing is missing or limited.</p>
<ul id="findings" class="findings"></ul>
<details id="remarks" hidden><summary id="remarks-title"></summary><ul id="remarks-list" class="findings"></ul></details>
</section>

<section class="card events" aria-labelledby="events-title">
<h2 id="events-title">Events</h2>
<p id="events-none" class="note">Nothing has happened in the last minutes.</p>
<ol id="events" class="events-list" reversed></ol>
</section>
</main>
<footer>
<p>Power Sensors. For programs: <a href="metrics">metrics</a>, <a href="api/v1/">documents</a>, <a href="api/v1/snapshot">snapshot</a>,
<a href="api/v1/topology">topology</a>, <a href="api/v1/findings">findings</a>, <a href="api/v1/recent">recent</a>,
<a href="api/v1/events">events</a>.</p>
</footer>
<script>
"use strict";
(() => {
// Numbers as people read them. What is not known is a dash.

const UNKNOWN = "–";

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** A number with three digits or so, as [text, unit], by steps of a thousand. */
function scaled(value, units) {
    if (!isNumber(value)) return [UNKNOWN, units[0][1]];
    const size = Math.abs(value);
    const [factor, unit] = units.find(([factor]) => size >= factor * 0.9995) ?? units[units.length - 1];
    const number = value / factor;
    return [number === 0 ? "0" : number.toFixed(Math.abs(number) >= 9.995 ? 1 : 2), unit];
}

const joined = ([text, unit]) => `${text}\u00a0${unit}`;

/** Watts. From 10 kW on, kilowatts. */
function wattParts(value) {
    if (!isNumber(value)) return [UNKNOWN, "W"];
    if (value === 0) return ["0", "W"];
    return Math.abs(value) >= 9999.5 ? scaled(value, [[1000, "kW"]]) : scaled(value, [[1, "W"], [0.001, "mW"]]);
}

const watts = (value) => joined(wattParts(value));

/** Joules, as watt-hours from one of them on. */
function energy(joules) {
    if (!isNumber(joules)) return UNKNOWN;
    if (Math.abs(joules) < 3600) return joined(scaled(joules, [[1e3, "kJ"], [1, "J"]]));
    return joined(scaled(joules / 3600, [[1e6, "MWh"], [1e3, "kWh"], [1, "Wh"]]));
}

const grams = (value) => isNumber(value) ? joined(scaled(value, [[1e6, "t"], [1e3, "kg"], [1, "g"]])) : UNKNOWN;

const percent = (part, whole) => {
    if (!isNumber(part) || !isNumber(whole) || whole <= 0) return UNKNOWN;
    const value = 100 * part / whole;
    return value > 0 && value < 0.5 ? "<\u00a01\u00a0%" : `${Math.round(value)}\u00a0%`;
};

const clock = (milliseconds, withSeconds = true) => new Date(milliseconds).toLocaleTimeString([], {
    hour: "2-digit", minute: "2-digit", second: withSeconds ? "2-digit" : undefined, hourCycle: "h23",
});

const milliseconds = (nanoseconds) => nanoseconds / 1e6;

const capitalized = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** The words of the protocol in plain English. */
const WORDS = {
    scope: {
        cpu: "processors and memory", platform: "the whole machine", battery: "what the battery supplies",
        wall: "at the wall socket",
    },
    status: {
        warming_up: "waiting for the second sample", partial: "a part is missing", absent: "not there",
        forbidden: "no permission", io: "cannot be read", implausible: "implausible", stale: "no longer updated",
        asleep: "asleep", ambiguous: "uncertain after a gap",
    },
    kind: { vm: "Virtual machines", cgroup: "Control groups", process: "Processes" },
    reason: {
        idle: "Processors idle", interrupts: "Interrupts", short_lived: "Short-lived processes",
        folded: "Not listed", ended: "Ended", unscanned: "Not divided yet", other: "Outside of these",
    },
    event: {
        sensor_lost: "Can no longer be read", sensor_back: "Can be read again", counter_reset: "Counter was reset",
        ambiguous_gap: "Gap: energy uncertain", new_generation: "Sensors were added or removed", power_spike: "Spike begins",
        power_spike_end: "Spike is over",
    },
    severity: { error: "Error", warning: "Warning", info: "Note" },
};

const word = (list, name) => Object.hasOwn(WORDS[list], name) ? WORDS[list][name] : String(name ?? "").replaceAll("_", " ");

// The document. Text goes in as text only, never as markup: names are chosen by whoever runs a program.

const element = (id) => document.getElementById(id);

/** Sets a text, and touches the document only if it is another one. */
function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

function setAttribute(node, name, value) {
    if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

function setHidden(node, isHidden) {
    if (node.hidden !== isHidden) node.hidden = isHidden;
}

/** A new element with a class, a text and children. */
function make(tag, name, ...children) {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.append(...children);
    return node;
}

/** A new SVG element with attributes. */
function draw(tag, attributes, text) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text !== undefined) node.textContent = text;
    return node;
}

/**
 * Makes a parent's children those of the items, in their order. Those that stay are kept, and with them focus and transitions.
 */
function list(parent, items, key, create, update) {
    const old = new Map([...parent.children].map((node) => [node.dataKey, node]));
    let place = parent.firstElementChild;
    for (const item of items) {
        const name = key(item);
        let node = old.get(name);
        old.delete(name);
        if (!node) {
            node = create(item);
            node.dataKey = name;
        }
        if (node === place) place = place.nextElementSibling; else parent.insertBefore(node, place);
        update(node, item);
    }
    for (const node of old.values()) node.remove();
}

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
    setText(element("power"), UNKNOWN);
    setText(element("power-unit"), "W");
    setText(element("band"), "");
    for (const id of ["others", "parts", "users"]) element(id)?.replaceChildren();
    document.title = `${UNKNOWN} · ${element("node").textContent}`;
}

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
            draw("title", {}, `${clock(event.time)} ${eventText(event)}`),
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

// What the host is made of: sockets, domains, chips and supplies, as bars.

/** A channel's name, and what it belongs to. */
function partName(channel) {
    const last = channel.id.split("/").pop();
    if (channel.domain !== null) {
        if (channel.parent !== null) return [channel.domain, ""];
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
    list(element("stack"), rows.filter((row) => row.power > 0), (row) => row.key, () => make("div"), (node, row) => {
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
}

// Today and the last 30 days, from the history, if one is kept.

let isHistoryKept = false;
let historyDue = 0;

/** The row of a scope over a time; null if there is none. */
async function historyRow(since, scope) {
    const query = new URLSearchParams({ since, by: "scope", scope });
    const answer = await fetch(address(`history?${query}`), { cache: "no-store", signal: AbortSignal.timeout(15000) });
    if (!answer.ok) throw new Error(`history: ${answer.status}`);
    const rows = (await answer.json()).rows.filter((row) => row.kind === "host" && row.name === scope);
    return rows[0] ?? null;
}

function pastCard(name, row) {
    const facts = make("dl");
    const fact = (label, value) => facts.append(make("dt", "", label), make("dd", "", value));
    fact("Mean", watts(row?.mean_w));
    fact("Peak", watts(row?.peak_w));
    if (isNumber(row?.cost)) fact("Cost", `${row.cost.toFixed(2)}${row.currency ? ` ${row.currency}` : ""}`);
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
        Object.assign(make("time", "", clock(event.time)), { dateTime: new Date(event.time).toISOString() }),
        make("span", "", eventText(event)));
    list(element("events"), newest, (event) => `${event.time} ${event.kind} ${event.channel}`, create, () => {});
}

// The connection. One small request a tick, which the server answers from the same bytes for everyone, and with no bytes at all
// if nothing is new. When it fails, the page says so, and tries again.

const tags = new Map();
let epoch = null;
let topology = null;
let lastGeneration = null;
let lastSuccess = null;
let lastNew = null;
let isLost = false;
let failures = 0;
let repeats = 0;
let ticks = 0;
let next = 0;
let timer = null;
let isBusy = false;

class Refusal extends Error {}

/** The address of a document: beside the page, without a password that the page's own address may have. */
const address = (name) => new URL(`api/v1/${name}`, location.origin + location.pathname);

/** The document at a path; null if it is the same as before. */
async function load(name) {
    const headers = tags.has(name) ? { "If-None-Match": tags.get(name) } : {};
    const answer = await fetch(address(name), { headers, cache: "no-store", signal: AbortSignal.timeout(8000) });
    if (answer.status === 304) return null;
    if (answer.status === 503) throw new Refusal("Waiting for the first sample …");
    if (answer.status === 401) throw new Refusal("The password is no longer accepted; load the page again.");
    if (!answer.ok) throw new Refusal(`The server answers ${answer.status}.`);
    const value = await answer.json();
    const tag = answer.headers.get("ETag");
    if (tag !== null) {
        tags.set(name, tag);
        epoch = tag.split("-")[0];
    }
    return value;
}

/** What this page missed: all of it at the start, a part after a pause. */
async function catchUp() {
    const index = await load("");
    expectHistory(index.documents.includes("history"));
    const recent = await load("recent");
    tickMilliseconds = Math.max(recent.interval_s * 1000, 1000);
    for (const point of recent.points) addPoint(milliseconds(point.time_ns), point.host);
    const minutes = Math.round(windowMilliseconds() / 60000);
    setText(element("time-title"), minutes < 120
        ? `The last ${minutes} minutes` : `The last ${Math.round(minutes / 60)} hours`);
}

function takeEvents(list) {
    for (const one of list) {
        const event = { ...one, time: milliseconds(one.time_ns) };
        const isKnown = events.some((old) =>
            Math.abs(old.time - event.time) < 50 && old.kind === event.kind && old.channel === event.channel);
        if (!isKnown) events.push(event);
    }
    events.sort((a, b) => a.time - b.time);
    if (events.length > 100) events.splice(0, events.length - 100);
}

async function loadNotes() {
    const found = await load("findings");
    if (found) showFindings(found.findings);
    const happened = await load("events");
    if (happened) takeEvents(happened.events);
    showEvents();
    showChart();
}

async function show(snapshot) {
    if (!topology || snapshot.generation !== lastGeneration) {
        tags.delete("topology");
        topology = await load("topology");
        lastGeneration = snapshot.generation;
    }
    const time = milliseconds(snapshot.time_ns);
    // Nothing is newer than the newest, unless the clock was set back.
    while (points.length && points[points.length - 1].time > time) points.pop();
    addPoint(time, snapshot.host);
    showFigures(snapshot);
    showChart(headline(snapshot)?.scope ?? "");
    showParts(topology, snapshot);
    showConsumers(snapshot);
}

/** One request, and what it changes. */
async function tick() {
    const wasAway = lastSuccess === null || isLost || Date.now() - lastSuccess > 3 * tickMilliseconds;
    if (wasAway) tags.clear();
    const lastEpoch = epoch;
    const snapshot = await load("snapshot");
    // Another epoch is another server, even if it started again so quickly that no request failed.
    const isStart = wasAway || epoch !== lastEpoch;
    if (isStart) {
        topology = null;
        tags.clear();
        await catchUp();
    }
    if (snapshot) {
        await show(snapshot);
        lastNew = Date.now();
        repeats = 0;
        const scope = headline(snapshot)?.scope;
        // It may take a while, and nothing waits for it.
        showHistory(scope);
    } else {
        repeats += 1;
    }
    if (isStart || ticks % 5 === 0) await loadNotes();
    ticks += 1;
    lastSuccess = Date.now();
    failures = 0;
    isLost = false;
    const isStale = lastNew !== null && Date.now() - lastNew > 3 * tickMilliseconds + 2000;
    say(isStale ? `No new sample since ${clock(lastNew)}` : "Live", isStale);
    setText(element("time"), isStale ? "" : clock(points[points.length - 1].time));
    if (isStale) hideFigures();
}

function say(text, isBad) {
    const status = element("status");
    setText(status, text);
    status.classList.toggle("lost", isBad);
}

function lose(error) {
    failures += 1;
    isLost = true;
    hideFigures();
    setText(element("time"), "");
    if (error instanceof Refusal) return say(error.message, true);
    say(lastSuccess === null ? "No connection yet" : `No connection since ${clock(lastSuccess)}`, true);
}

/**
 * When to ask again: a tick after the last time, or a fifth of it if nothing was new, so that the requests come to lie just after
 * the server's samples.
 */
function delay() {
    const now = performance.now();
    if (failures) return Math.min(1000 * failures, 5000);
    next += repeats > 0 && repeats < 5 ? tickMilliseconds / 5 : tickMilliseconds;
    if (next < now || next > now + 2 * tickMilliseconds) next = now + tickMilliseconds;
    return next - now;
}

async function step() {
    timer = null;
    if (isBusy || document.hidden) return;
    isBusy = true;
    try {
        await tick();
    } catch (error) {
        lose(error);
    }
    isBusy = false;
    if (!document.hidden) timer = setTimeout(step, delay());
}

// Where no one looks, nothing is asked.
document.addEventListener("visibilitychange", () => {
    if (document.hidden || isBusy) return;
    clearTimeout(timer);
    step();
});

startChart();
step();
})();
</script>
</body>
</html>

"""##
}
#endif
