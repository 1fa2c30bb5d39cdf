"""Drives the live page in a real Chromium, on simulated machines of known watts.

    python3 Scripts/page/test.py BINARY [--images]

--images takes the pictures of the documentation anew.
"""

import json
import math
import pathlib
import re
import sys
import tempfile
import time

import browser
import schema
import server
from fakemachines import Simulation, wave

HERE = pathlib.Path(__file__).resolve().parent
IMAGES = HERE.parents[1] / "Docs/images"
SCRIPT = HERE.parents[1] / "Sources/CPowerSensorsHTTP/LivePage"
LOOKS = (HERE / "looks.js").read_text()
FACTORS = {"W": 1, "mW": 1e-3, "kW": 1e3, "J": 1, "kJ": 1e3, "Wh": 3600, "kWh": 3.6e6}

# Of a kilowatt-hour: so dear that a minute costs something.
PRICE = 1000

failures = []


def check(name, wrong):
    """One line for each property; what is wrong is told."""
    if wrong:
        failures.append(name)
        print(f"✘ {name}: {wrong}", flush=True)
    else:
        print(f"✔ {name}", flush=True)


def number(text):
    """The value of a text such as `41.2 W`, and how far it is rounded; None for a dash."""
    match = re.fullmatch(r"(-?[\d.]+)\s(\w+)", text.strip())
    if not match:
        return None
    digits = len(match[1].partition(".")[2])
    return float(match[1]) * FACTORS[match[2]], 0.500001 * 10**-digits * FACTORS[match[2]]


def differs(text, value):
    shown = number(text)
    if shown is None:
        return f"{text!r} is no number"
    return None if abs(shown[0] - value) <= shown[1] else f"{text!r} is not {value}"


class Page:
    """The page in the browser."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, address):
        self.driver.open(address)
        self.driver.wait("document.getElementById('status')?.textContent === 'Live'"
                         " && document.getElementById('power').textContent !== '–'")

    def look(self, call):
        return self.driver.run(f"({LOOKS}).{call}")

    def power(self):
        return self.driver.run("['power', 'power-unit'].map((id) => document.getElementById(id).textContent).join(' ')")

    def choose(self, kind):
        self.driver.run(f"document.querySelector('input[value={kind}]').click()")

    def errors(self, since=0):
        """What the browser complained of."""
        found = []
        for method, event in self.driver.events[since:]:
            if method == "Runtime.exceptionThrown":
                details = event["exceptionDetails"]
                found.append(details.get("exception", {}).get("description", details["text"]))
            elif method == "Runtime.consoleAPICalled" and event["type"] in ("error", "warning", "assert"):
                found.append(str(event["args"]))
            elif method == "Log.entryAdded" and event["entry"]["level"] in ("error", "warning"):
                found.append(f"{event['entry']['text']} {event['entry'].get('url', '')}")
        return found

    def foreign(self, addresses):
        """The requests to anyone but our servers."""
        asked = [event["request"]["url"] for method, event in self.driver.events
                 if method == "Network.requestWillBeSent"]
        return [one for one in asked if not one.startswith(("data:", "about:", *addresses))]


# MARK: Figures


def compared(page, running):
    """How the page differs from /metrics of the same moment."""
    before = running.series()
    power, parts, users, total = (page.power(), page.look("rows('#parts li')"), page.look("rows('#users tr')"),
                                  page.look("text('users-sum')"))
    after = running.series()
    steady = {key: value for key, value in before.items() if after.get(key) == value}
    wrong = []

    def expect(what, text, series, /, **labels):
        values = [value for (other, pairs), value in steady.items()
                  if other == series and set(labels.items()) <= set(pairs)]
        if len(values) != 1:
            wrong.append(f"{what}: {len(values)} series of the same moment")
        elif problem := differs(text, values[0]):
            wrong.append(f"{what}: {problem}")

    expect("the figure", power, "host_power_watts", scope="cpu")
    expect("the sum of the users", total, "host_power_watts", scope="cpu")
    shown = {(row[0]): row[1] for row in parts}
    for socket_number in (0, 1):
        expect(f"socket {socket_number}", shown[f"socket {socket_number}package"], "domain_power_watts",
               domain="package", socket=str(socket_number))
    expect("the input", shown["inputpower_meter"], "hwmon_power_watts", chip="power_meter")
    for row in users:
        name = re.sub(r"prod · qemu$", "", row[0])
        if name in ("web", "db", "build", "mail"):
            expect(name, row[2], "vm_power_watts", name=name)
    numbers = [number(row[2]) for row in users]
    if None in numbers or number(total) is None:
        wrong.append(f"a user's power is unknown: {users}")
    elif abs(number(total)[0] - sum(one[0] for one in numbers)) > number(total)[1] + sum(one[1] for one in numbers):
        wrong.append(f"the rows do not add up: {users}")
    return wrong


def check_figures(page, running, machine, began):
    wrong = ["never compared"]
    for _ in range(60):
        wrong = compared(page, running)
        if not wrong:
            break
        time.sleep(0.13)
    check("every value on the page equals /metrics", "; ".join(wrong))
    for kind, name in (("cgroup", "cgroup_power_watts"), ("process", "process_power_watts")):
        page.choose(kind)
        rows = page.look("rows('#users tr')")
        total = sum(number(row[2])[0] for row in rows)
        check(f"the rows of {kind} add up to the figure", None if abs(total - number(page.look("text('users-sum')"))[0])
              < 0.06 * len(rows) else rows)
    page.choose("vm")
    rows = dict(page.look("rows('#others div')"))
    measured = number(rows["Energy since the start"])
    true = machine.truths["cpu"].between(began, time.time())
    check("the energy since the start is that of the simulated machine",
          None if abs(measured[0] - true) < 0.02 * true + 600 else f"{measured[0]} J, and {true} J were used")


def check_parts(page):
    """Each bar has a name of its own: two sockets have memory each."""
    names = [row[0] for row in page.look("rows('#parts li')")]
    wrong = sorted({name for name in names if names.count(name) > 1})
    if not {"dramsocket 0", "dramsocket 1"} <= set(names):
        wrong.append(f"no socket's memory among {names}")
    check("no two bars have the same name", wrong)


def check_live(page):
    seen, times = set(), set()
    for _ in range(60):
        seen.add(page.power())
        times.add(page.look("text('time')"))
        time.sleep(0.1)
    check("the page is live", None if len(seen) >= 4 and len(times) >= 5 else f"{seen} at {times}")


def check_parts_of_script(page):
    """Functions of the page's script, by themselves."""
    scripts = "".join((SCRIPT / f"{name}.js").read_text() for name in ("units", "elements"))

    def value(expression):
        return page.driver.run(f"(() => {{ {scripts}; {expression} }})()")

    children = value("""
        const parent = make("ul");
        const texts = [];
        for (const items of ["aab", "abab", "aa", "b"]) {
            list(parent, [...items], (item) => item, (item) => make("li", "", item), () => {});
            texts.push(parent.textContent);
        }
        return texts.join(" ");""")
    check("items of the same key neither pile up nor get lost", None if children == "aab abab aa b" else children)
    texts = value("""
        const now = Date.now();
        return [now, now - 86400000, now - 400 * 86400000].map((time) =>
            [moment(time), clock(time), String(new Date(time).getDate()), String(new Date(time).getFullYear())]);""")
    wrong = [one for index, one in enumerate(texts)
             if (one[0] == one[1]) != (index == 0) or not one[0].endswith(one[1])
             or (index > 0) != (one[2] in one[0].removesuffix(one[1])) or (index == 2) != (one[3] in one[0])]
    check("a time has a date unless that is today's", wrong)


def check_unknown_part(page, running):
    """The power of one consumer is unknown, and so is the whole."""
    def answer(url):
        if not url.endswith("/snapshot"):
            return None
        snapshot = json.loads(running.get("api/v1/snapshot"))
        next(one for one in snapshot["consumers"] if one["kind"] == "vm")["power_w"] = None
        return json.dumps(snapshot)

    page.driver.replace("*/api/v1/*", answer)
    page.driver.wait("document.getElementById('users-sum').textContent.startsWith('–')", 10)
    texts = ", ".join(f"document.getElementById('users-{name}').textContent" for name in ("sum", "whole"))
    shown = page.driver.run(f"[document.querySelectorAll('#stack div').length, {texts}]")
    page.driver.call("Fetch.disable")
    check("parts of an unknown whole have neither width nor share", None if shown == [0, "–\u00a0W", "–"] else shown)
    page.driver.wait("document.querySelectorAll('#stack div').length > 2", 10)


def check_slow_answer(page):
    """What is measured while an answer is under way is no gap."""
    driver = page.driver
    lines = "document.querySelectorAll('.chart .line').length"
    before = driver.run(lines)
    network = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    driver.call("Network.emulateNetworkConditions", latency=4500, **network)
    time.sleep(6)
    driver.call("Network.emulateNetworkConditions", latency=0, **network)
    time.sleep(6)
    after = driver.run(lines)
    check("a slow answer leaves no gap in the line", None if after == before else f"{before} parts, then {after}")


def check_lag(page, binary, machine):
    """With a long interval the page asks when there is something new, whenever it was opened."""
    running = server.Server(binary, machine, "server-1", options=["--min-interval", "6s"])
    try:
        def newest():
            return json.loads(running.get("api/v1/snapshot"))["time_ns"] / 1e9
        time.sleep(6)
        # In the middle between two samples.
        time.sleep((newest() + 6 + 3 - time.time()) % 6)
        page.open(running.address)
        first = page.look("text('time')")
        page.driver.wait(f"document.getElementById('time').textContent !== '{first}'", 20)
        lag = time.time() - newest()
        check("with a long interval the page follows closely", None if lag < 2 else f"{lag:.1f} s behind")
    finally:
        # A page without its server would complain.
        page.driver.open("about:blank")
        running.stop()
    return running.address


# MARK: Looks


def check_looks(page):
    driver = page.driver
    grounds = {}
    for scheme in ("light", "dark"):
        driver.media(prefers_color_scheme=scheme)
        driver.wait("true")
        grounds[scheme] = page.look("ground()")
        check(f"texts can be read in {scheme}", page.look("faint()"))
        check(f"the line can be seen in {scheme}", page.look("faintShapes()"))
    check("light is light and dark is dark", None if grounds["light"] > 0.8 and grounds["dark"] < 0.02 else grounds)
    for width in (360, 600, 800, 1024, 1366, 1920):
        driver.resize(width, 800)
        time.sleep(0.3)
        check(f"nothing is wider than a window of {width}", page.look("wide()"))
    driver.resize(1366, 900)
    driver.media(prefers_reduced_motion="reduce")
    still = driver.run("[...document.querySelectorAll('.fill, .stack div')].every((node) =>"
                       " getComputedStyle(node).transitionDuration === '0s')")
    check("nothing moves for those who prefer that", None if still else "a bar has a transition")
    driver.media()
    check("a screen reader finds its way", page.look("unnamed()"))


def check_keyboard(page, address):
    page.open(address)
    order = []
    for _ in range(40):
        page.driver.press("Tab")
        focus = page.look("focus()")
        if focus is None or (order and focus["place"] < order[-1]["place"]):
            break
        order.append(focus)
    names = [one["name"].split(" ")[0] for one in order]
    wrong = [one for one in order if not one["isVisible"] and "skip" not in one["name"].lower()]
    if names[:2] != ["a", "summary"] or "label" not in names or names.count("a") < 6:
        wrong.append(names)
    check("the keyboard reaches everything in order, and shows where it is", wrong)
    page.driver.run("document.querySelector('input:checked').focus()")
    page.driver.press("ArrowRight")
    kind = page.driver.run("document.querySelector('input:checked').value")
    check("arrows choose who is shown", None if kind == "cgroup" else kind)
    page.driver.run("document.querySelector('#chart-table summary').focus()")
    page.driver.press("Enter")
    rows = page.driver.wait(f"({LOOKS}).rows('#minutes tr').length")
    check("the chart is a table too", None if rows else "it has no rows")
    page.driver.run("document.getElementById('chart-table').open = false")


# MARK: Markup, findings, restart


def check_markup(page, running):
    page.open(running.address)
    texts = []
    for kind in ("vm", "cgroup", "process"):
        page.choose(kind)
        time.sleep(1.2)
        texts.append(page.driver.run("document.body.innerText"))
    page.driver.run("document.getElementById('remarks').open = true")
    texts.append(page.driver.run("document.body.innerText"))
    whole = "\n".join(texts)
    wrong = [name for name in (server.MARKUP, "<b>prod</b>", "<b>x</b>", "<b>chip</b>", "<b>BAT<", "<b>n1</b>",
                               f"{server.MARKUP}.service") if name not in whole]
    check("names with markup are shown as they are", wrong and f"not shown: {wrong}")
    made = page.driver.run("document.querySelectorAll('img, b, iframe, object, embed, body script ~ script').length")
    hacked = page.driver.run("typeof hacked")
    check("nothing in a name is executed", None if (made, hacked) == (0, "undefined") else (made, hacked))


def check_findings(page, running):
    found = json.loads(running.get("api/v1/findings"))["findings"]
    page.driver.run("document.getElementById('remarks').open = true")
    shown = page.driver.run("document.body.innerText")
    wrong = [one["text"] for one in found if " ".join(one["text"].split()) not in " ".join(shown.split())
             or one["remedy"] and " ".join(one["remedy"].split()) not in " ".join(shown.split())]
    check(f"the {len(found)} findings and their remedies are shown", wrong if found else "there is none")
    page.driver.run("document.getElementById('remarks').open = false")


def check_password(page, binary, machine, folder):
    """`test`, hashed at the lowest cost."""
    (folder / "web.yml").write_text(
        "basic_auth_users:\n  alice: $2b$04$abcdefghijklmnopqrstuuoD8yw7MmybLKVooaTGGZAt3HXugv2.a\n")
    guarded = server.Server(binary, machine, "server-1", options=["--web-config", folder / "web.yml"])
    try:
        address = guarded.address.replace("http://", "http://alice:test@")
        page.open(address)
        check("the page works behind a password", None if number(page.power()) else page.look("text('status')"))
        none = page.driver.run("document.getElementById('users-none').innerText")
        check("without --consumers one sentence says so", None if "--consumers" in none else none)
        past = page.look("text('past-none')")
        check("without a history one sentence says so", None if "No history is kept" in past else past)
    finally:
        guarded.stop()
    return guarded.address, address


def check_schema(servers):
    for one in servers:
        index = json.loads(one.get("api/v1/"))
        wrong = schema.check("", index)
        for name in index["documents"]:
            wrong += schema.check(name, json.loads(one.get(f"api/v1/{name}")))
        check("the documents are what their schema says", wrong[:5])


def check_history_schema(running):
    """Events and the history's rows of each kind, after something has happened."""
    events = json.loads(running.get("api/v1/events"))
    wrong = schema.check("events", events)
    if not events["events"]:
        wrong.append("there is no event")
    kinds = set()
    for by in ("minute", "hour", "day", "scope", "channel", "vm", "cgroup", "process", "event"):
        rows = json.loads(running.get(f"api/v1/history?by={by}"))
        wrong += schema.check("history", rows)
        kinds |= {row["kind"] for row in rows["rows"]}
    missing = {"host", "channel", "vm", "cgroup", "process", "unattributed", "event"} - kinds
    check("events and the rows of a real history are what the schema says",
          wrong[:5] or missing and f"there are no rows of {missing}")


def check_restart(page, binary, machine, running, options):
    driver = page.driver
    page.open(running.address)
    time.sleep(3)
    lines = "document.querySelectorAll('.chart .line').length"
    before = driver.run(lines)
    port = running.port
    duration = running.stop()
    check("with the page open, SIGTERM ends the server in time", None if duration < 3 else f"it took {duration} s")
    lost = driver.wait("document.getElementById('status').textContent.startsWith('No connection since ')")
    check("the page says since when there is no connection", None if lost else page.look("text('status')"))
    driver.run("Date.realNow = Date.now, Date.now = () => Date.realNow() + 86400000, 0")
    since = "document.getElementById('status').textContent"
    dated = driver.wait(f"/since .*[A-Za-z].* [0-9:]+$/.test({since})", 15)
    check("a day later it says on which day", None if dated else driver.run(since))
    driver.run("Date.now = Date.realNow, 0")
    driver.run("document.querySelector('#kinds input:not(:checked)').click()")
    check("without a connection the figure is a dash", None if page.power() == "– W" else page.power())
    check("without a connection nothing else is shown either", driver.run("""
        (() => {
            const text = (id) => document.getElementById(id).textContent;
            const left = ["band", "reason"].filter((id) => text(id) !== "");
            const lists = ["others", "parts", "stack", "users"];
            left.push(...lists.filter((id) => document.getElementById(id).children.length));
            left.push(...["users-sum", "users-whole"].filter((id) => text(id) !== "–"));
            if (text("users-sum-name") !== "Together") left.push("users-sum-name");
            return left;
        })()"""))
    time.sleep(3)
    running = server.Server(binary, machine, "server-1", port, options)
    back = driver.wait("document.getElementById('status').textContent === 'Live'"
                       " && document.getElementById('power').textContent !== '–'", 30)
    time.sleep(2)
    check("the page comes back by itself", None if back else page.look("text('status')"))
    after = driver.run(lines)
    check("the pause is a gap in the line", None if after == before + 1 else f"{before} parts, then {after}")
    return running


def check_pauses(page, machine):
    """A sensor that is lost and comes back is an event, and a gap."""
    register = next(one for one, _ in machine.registers if one.watts(0) == 13)
    written, register.write = register.write, lambda: None
    register.file.write("nothing\n")
    dash = page.driver.wait("document.getElementById('power').textContent === '–'", 15)
    reason = page.look("text('reason')")
    check("a figure that lacks a part is a dash with its reason", None if dash and "missing" in reason else reason)
    register.write = written
    back = page.driver.wait("document.getElementById('power').textContent !== '–'", 60)
    said = page.driver.wait("""["can no longer be read", "can be read again"].every((text) =>
        document.getElementById('events').textContent.includes(text))""", 20)
    # Those of the spike before, too.
    marks = page.driver.wait("document.querySelectorAll('.chart .mark').length >= 4", 5)
    names = [row[1] for row in page.look("rows('#events li')")]
    check("lost and back are events, also on the line", None if back and said and marks else (names, marks))


def check_spike(page, running, machine, start):
    """A spike of known watts: its beginning and its end are events, with the energy above the baseline."""
    # The first can be told after half a minute.
    time.sleep(max(start + 40 - time.time(), 0))
    register = machine.registers[0][0]
    usual = register.watts
    began = time.time()
    register.watts = lambda at: usual(at) + 400
    begun = page.driver.wait("document.getElementById('events').textContent.includes('pike')", 20)
    time.sleep(max(began + 10 - time.time(), 0))
    register.watts, lasted = usual, time.time() - began
    page.driver.wait("document.querySelectorAll('#events li').length >= 2", 20)
    shown = page.look("rows('#events li')")
    ends = [one for one in json.loads(running.get("api/v1/events"))["events"] if one["kind"] == "power_spike_end"]
    # The wave that it is on makes some watts' difference.
    joules = [one["extra_j"] for one in ends]
    right = len(ends) == 1 and abs(joules[0] - 400 * lasted) < 0.15 * 400 * lasted
    check("a spike is told with its energy above the baseline, and on the page",
          None if begun and right and len(shown) == 2 else f"{ends}, {shown}, {400 * lasted} J were drawn from {began}")


def check_past(page, running, machine, began):
    """What the card says is what the history has: the energy that was really used, and its cost and carbon."""
    page.open(running.address)
    page.driver.wait("document.querySelector('#past dd')", 20)
    cards = page.driver.run("""[...document.querySelectorAll('#past > div')].map((card) => [card.firstChild.textContent,
        card.querySelector('.amount').textContent, Object.fromEntries([...card.querySelectorAll('dt')].map((name) =>
            [name.textContent, name.nextSibling.textContent]))])""")
    # An answer is kept for half a minute.
    least, most = (machine.truths["cpu"].between(began, time.time() - age) for age in (31, 0))
    wrong = [] if [card[0] for card in cards] == ["Today", "Last 30 days"] else [cards]
    for _, amount, facts in cards:
        joules = number(amount)[0]
        if not least - 800 < joules < most + 100:
            wrong.append(f"{joules} J in place of {least} to {most}")
        # Cents are rounded.
        if abs(float(facts["Cost"]) - joules / 3.6e6 * PRICE) > 0.006 + 0.01 * joules / 3.6e6 * PRICE:
            wrong.append(f"{facts['Cost']} is not the cost of {joules} J")
        if "CO₂" not in facts:
            wrong.append("no carbon")
    check("energy and cost in the card are those of the simulated machine", wrong)


def check_history(page, address):
    page.driver.replace("*/api/v1/*", invented)
    page.open(address)
    shown = page.driver.wait("document.getElementById('past').textContent")
    page.driver.call("Fetch.disable")
    missing = [one for one in ("4.86 kWh", "139.2 kWh", "1.85", "1.85 kg", "412.0 W", "98 % of it")
               if one not in shown.replace("\u00a0", " ")]
    check("energy, cost and carbon of today and 30 days are shown", missing and f"{missing} not in {shown}")


def invented(url):
    """A history that is kept for longer than a test runs."""
    if url.endswith("/api/v1/"):
        return json.dumps({"version": 1, "node": "server-1", "documents": ["snapshot", "history"]})
    if "/history?" not in url:
        return None
    joules, covered, peak = (139.2 * 3.6e6, 0.982, 412) if "since=30d" in url else (4.86 * 3.6e6, 1, 288.4)
    return json.dumps({"version": 1, "node": "server-1", "rows": [{
        "from": "", "to": "", "kind": "host", "name": "cpu", "energy_j": joules, "mean_w": 203.5, "peak_w": peak,
        "covered": covered, "carbon_g": joules / 3.6e6 * 381, "cost": joules / 3.6e6 * 0.381}]})


# MARK: Pictures


def earlier(running):
    """The recent figures with nine minutes before them, as this simulated machine would have had them."""
    means = [(120, 0.12, 97), (84, 0.2, 57)]

    def answer(url):
        if not url.endswith("/recent"):
            return invented(url)
        recent = json.loads(running.get("api/v1/recent"))
        first = recent["points"][0]
        for second in range(1, 590):
            if 236 < second < 262:
                continue
            power = 27 + sum(wave(*one)(1000 - second) for one in means) + 9 * math.sin(second * second / 11)
            if 380 < second < 440:
                power += 66 + 5 * math.sin(second)
            host = [{"scope": "cpu", "power_w": power, "low_w": None, "high_w": None}]
            recent["points"].insert(0, {"time_ns": first["time_ns"] - second * 10**9, "host": host})
        return json.dumps(recent)
    return answer


def take_pictures(page, running):
    IMAGES.mkdir(exist_ok=True)
    driver = page.driver
    driver.replace("*/api/v1/*", earlier(running))
    page.open(running.address)
    time.sleep(3)
    for name, scheme, width, height in (("page-light", "light", 1280, 960), ("page-dark", "dark", 1280, 960),
                                        ("page-phone", "light", 360, 780), ("page-wall", "dark", 1920, 1080)):
        driver.media(prefers_color_scheme=scheme)
        driver.resize(width, height)
        driver.run("scrollTo(0, 0)")
        time.sleep(1.5)
        path = IMAGES / f"{name}.png"
        driver.picture(path, whole=width < 1900)
        size = path.stat().st_size
        check(f"{path.name} is small", None if size < 200_000 else f"{size} bytes")
    driver.call("Fetch.disable")
    driver.media()


def main():
    binary, takes_pictures = sys.argv[1], "--images" in sys.argv[2:]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="test-page-"))
    machine, foe = server.pleasant(folder / "server-1"), server.hostile(folder / "n1")
    options = ["--consumers", "vm,cgroup,process", "--region", "DE"]
    driver, servers = None, []
    with Simulation([machine, foe]):
        try:
            began = time.time()
            options += ["--history", folder / "history.db", "--interval", "1s", "--price", PRICE]
            running = server.Server(binary, machine, "server-1", options=options)
            servers.append(running)
            other = server.Server(binary, foe, "<b>n1</b>", options=options[:4])
            servers.append(other)
            driver = browser.Browser(browser.program())
            page = Page(driver)
            driver.resize(1366, 900)
            page.open(running.address)
            time.sleep(4)
            check_figures(page, running, machine, began)
            check_parts(page)
            check_live(page)
            check_parts_of_script(page)
            check_schema(servers)
            check_unknown_part(page, running)
            check_slow_answer(page)
            check_findings(page, running)
            check_looks(page)
            check_keyboard(page, running.address)
            check_spike(page, running, machine, began)
            check_past(page, running, machine, began)
            check_history(page, running.address)
            check_pauses(page, machine)
            check_history_schema(running)
            check_markup(page, other)
            asked = [check_lag(page, binary, machine), *check_password(page, binary, machine, folder)]
            check("the browser complains of nothing", page.errors())
            if takes_pictures:
                take_pictures(page, running)
            servers[0] = check_restart(page, binary, machine, running, options)
            check("no other server is asked", page.foreign([*asked, *(one.address for one in servers)]))
        finally:
            if driver:
                driver.close()
            for one in servers:
                if one.process.poll() is None:
                    one.stop()
    print(f"test-page: {'failed: ' + str(len(failures)) if failures else 'all passed'}; logs are in {folder}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
