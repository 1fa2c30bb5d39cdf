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
let serverTime = null;
let timer = null;
let isBusy = false;

class Refusal extends Error {}

/** The address of a document: beside the page, without a password that the page's own address may have. */
const address = (name) => new URL(`api/v1/${name}`, location.origin + location.pathname);

/** What the server says in its own words, if it does, and not a proxy. */
async function reason(answer) {
    const isText = (answer.headers.get("Content-Type") ?? "").startsWith("text/plain");
    return (isText && (await answer.text()).trim().slice(0, 200)) || `The server answers ${answer.status}.`;
}

/** The document at a path; null if it is the same as before. */
async function load(name) {
    const headers = tags.has(name) ? { "If-None-Match": tags.get(name) } : {};
    const answer = await fetch(address(name), { headers, cache: "no-store", signal: AbortSignal.timeout(8000) });
    serverTime = Date.parse(answer.headers.get("Date"));
    if (answer.status === 304) return null;
    if (answer.status === 503) throw new Refusal(await reason(answer));
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

/** What this page missed: all of it at the start, a part after a pause or a slow answer. */
async function loadRecent() {
    const recent = await load("recent");
    if (!recent) return;
    tickMilliseconds = Math.max(recent.interval_s * 1000, 1000);
    for (const point of recent.points) addPoint(milliseconds(point.time_ns), point.host);
    const minutes = Math.round(windowMilliseconds() / 60000);
    setText(element("time-title"), minutes < 120
        ? `The last ${minutes} minutes` : `The last ${Math.round(minutes / 60)} hours`);
}

async function catchUp() {
    const index = await load("");
    expectHistory(index.documents.includes("history"));
    await loadRecent();
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
    // What the server has measured meanwhile is no gap.
    const last = points[points.length - 1];
    if (last && time - last.time > 1.5 * tickMilliseconds) await loadRecent();
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
    const received = performance.now();
    const age = snapshot ? serverTime - milliseconds(snapshot.time_ns) : NaN;
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
        // A rare sample is awaited: the server's clock, which tells whole seconds, says how old this one is.
        if (tickMilliseconds > 2000 && age > 0 && age < tickMilliseconds) next = received - age;
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
    say(isStale ? `No new sample since ${moment(lastNew)}` : "Live", isStale);
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
    say(lastSuccess === null ? "No connection yet" : `No connection since ${moment(lastSuccess)}`, true);
}

/**
 * When to ask again: a tick after the last time, or a fifth of it if nothing was new, but no more than some seconds at first, so that
 * the requests come to lie just after the server's samples.
 */
function delay() {
    const now = performance.now();
    if (failures) return Math.min(1000 * failures, 5000);
    const soon = Math.min(tickMilliseconds / 5, 1000 * 2 ** repeats);
    next += repeats > 0 && repeats < 5 + Math.log2(Math.max(tickMilliseconds / 5000, 1)) ? soon : tickMilliseconds;
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
