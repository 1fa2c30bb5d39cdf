#!/usr/bin/env python3
"""Asks a real Prometheus every expression of every dashboard and rule of Deploy/, on simulated machines of known watts.

Two hosts with three virtual machines between them, a guest that one of them tells its share, a laptop on battery and a machine
that is estimated: each is a folder in the form of /sys and /proc, on which a powersensors of its own runs. KubeVirt and Loki are
stand-ins. Fails where an expression does not parse, returns nothing though it should, may mix scopes, or where a figure differs
from the known one by more than 1 %.
"""
import argparse
import gzip
import http.server
import json
import math
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

import checks
import dashboards
import logql
from fakemachines import Machine, Simulation, even, wave

TOLERANCE = 0.01
SCRAPE = 5
WINDOW = "1m"

# What returns nothing in this run, and why: (dashboard or file, panel or rule, a part of the expression).
EMPTY = [
    ("powersensors.alerts.rules.yaml", "PowerSensorsNodeLabelMissing", "", "every target has the label `node`"),
    ("powersensors.alerts.rules.yaml", "PowerSensorsCountedTwice", "", "each machine has one exporter"),
    ("powersensors.alerts.rules.yaml", "PowerSensorsFigureUnknown", "", "every figure is known"),
    ("powersensors.alerts.rules.yaml", "PowerSensorsFigurePartial", "", "no part of a figure is missing"),
    ("powersensors.alerts.rules.yaml", "PowerSensorsAmbiguousEnergy", "", "less than a twentieth is ambiguous"),
    ("powersensors.alerts.rules.yaml", "PowerSensorsShareStale", "", "the host tells the guest its share"),
    ("powersensors.alerts.rules.yaml", "PowerSensorsSampleOld", "", "every sample is new"),
    ("powersensors.alerts.rules.yaml", "PowerSensorsLinesLost", "", "all lines were delivered"),
    ("powersensors.alerts.rules.yaml", "PowerSensorsOverBudget", "", "no machine uses 500 W"),
    ("powersensors.alerts.rules.yaml", "PowerSensorsSpike", "", "no power rises by half"),
    ("powersensors.alerts.rules.yaml", "PowerSensorsAnomaly", "", "no power is four standard deviations from its mean"),
    ("logs-and-events", "Spikes", "", "no power rises far enough"),
    ("Docs/Loki.md", "", "> 200", "no machine uses 200 W"),
]


def say(text):
    print(f"test-queries: {text}", file=sys.stderr, flush=True)


# MARK: The machines


class Setup:
    """The machines, and what is known of them."""

    def __init__(self, folder, seconds):
        self.folder = folder
        # The register of this package wraps after about a minute.
        top = 2**32 - 16384 * 40 * 60
        a = Machine(folder / "host-a", 4)
        a.add_zone("intel-rapl:0", "package-0", wave(40, 0.1, 37), ["cpu"], start=top)
        a.add_zone("intel-rapl:0:0", "core", wave(25, 0.1, 37))
        a.add_zone("intel-rapl:0:1", "dram", even(8), ["cpu"])
        a.add_machine(101, "prod", "web", wave(1.2, 0.1, 23), ["prod/web"])
        a.add_machine(102, "prod", "db", even(0.5), ["prod/db"])
        a.add_process(201, "postgres", ["postgres"], even(0.9), truth=["other"])
        a.add_process(202, "kubelet", ["kubelet"], even(0.1), "/system.slice/kubelet.service", ["other"])

        b = Machine(folder / "host-b", 8)
        for socket in (0, 1):
            b.add_zone(f"intel-rapl:{socket}", f"package-{socket}", wave(55 + 5 * socket, 0.1, 41), ["cpu"])
            b.add_zone(f"intel-rapl:{socket}:0", "dram", even(6), ["cpu"])
        b.add_machine(103, "default", "mail", wave(2.5, 0.1, 29), ["default/mail"])
        b.add_process(203, "sshd", ["sshd"], even(2), truth=["other"])
        b.add_device("hwmon", "hwmon0", {
            "name": "ina226", "power1_input": 151000000, "power1_label": "input", "temp1_input": 41000})

        guest = Machine(folder / "guest-web", 2, is_guest=True)
        guest.add_process(301, "nginx", ["nginx"], even(0.8))

        laptop = Machine(folder / "laptop", 4, model="11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz")
        laptop.add_zone("intel-rapl:0", "package-0", wave(12, 0.1, 31), ["cpu"])
        laptop.add_zone("intel-rapl:0:0", "core", even(7))
        uncore = laptop.add_zone("intel-rapl:0:1", "uncore", even(1))
        laptop.add_zone("intel-rapl:1", "psys", wave(20, 0.1, 31), ["platform"])
        laptop.add_process(401, "firefox", ["firefox"], even(0.6), truth=["other"])
        laptop.add_device("power_supply", "AC", {"type": "Mains", "online": 0})
        laptop.add_device("power_supply", "BAT0", {
            "type": "Battery", "status": "Discharging", "power_now": 25000000, "voltage_now": 11900000,
            "energy_now": 40000000, "energy_full": 50000000, "capacity": 80})
        laptop.add_device("hwmon", "hwmon0", {
            "name": "nvme", "power1_input": 3100000, "power1_label": "drive", "temp1_input": 38000})
        self.battery_watts = 25

        cloud = Machine(folder / "cloud", 4, is_guest=True)
        cloud.add_process(501, "java", ["java"], wave(1.5, 0.2, 33))

        self.machines = {"host-a": a, "host-b": b, "guest-web": guest, "laptop": laptop, "cloud": cloud}
        self.cpu_seconds = [("host-a", "prod", "web", a.processes[0][0]), ("host-a", "prod", "db", a.processes[1][0]),
                            ("host-b", "default", "mail", b.processes[0][0])]
        self.happened = set()
        # What happens shortly before the end is seen by the panels of events and by alerts.
        laptop.hooks.append(lambda at: self.once("reset", at > seconds - 50, lambda: self.reset(uncore)))
        laptop.hooks.append(lambda at: self.once("lost", at > seconds - 40, lambda: self.lose(laptop)))

    def once(self, name, due, action):
        if due and name not in self.happened:
            self.happened.add(name)
            action()

    @staticmethod
    def reset(register):
        register.count, register.joules = 1_000_000, 0.0

    @staticmethod
    def lose(machine):
        for file in ("power1_input", "temp1_input"):
            (machine.sys / "devices/virtual/hwmon/hwmon0" / file).write_text("")

    def options(self, name):
        machine = self.machines[name]
        options = ["--sysfs", machine.sys, "--procfs", machine.proc, "--dev", machine.dev, "--node", name,
                   "--min-interval", "500ms", "--consumers", "vm,cgroup,process", "--region", "DE"]
        if name == "host-a":
            options += ["--guests", self.folder / "guests", "--guests-period", "1s", "--guest-user", str(os.getuid())]
        if name == "guest-web":
            options += ["--share", self.folder / "guests" / "prod_web"]
        return [str(one) for one in options]

    def kubevirt(self):
        """What KubeVirt's virt-handler and virt-controller say of the machines."""
        lines = ["# TYPE kubevirt_vmi_info gauge"]
        for node, namespace, name, _ in self.cpu_seconds:
            # A machine that moves is in two series for a while.
            for pod in ("x", "y"):
                lines.append(f'kubevirt_vmi_info{{node="{node}",namespace="{namespace}",name="{name}",os="debian12",'
                             f'workload="server",phase="running",vmi_pod="virt-launcher-{name}-{pod}"}} 1')
        lines.append("# TYPE kubevirt_vmi_cpu_usage_seconds_total counter")
        for node, namespace, name, process in self.cpu_seconds:
            lines.append(f'kubevirt_vmi_cpu_usage_seconds_total{{node="{node}",namespace="{namespace}",name="{name}"}} '
                         f"{process.ticks / 100}")
        return "\n".join(lines) + "\n"


# MARK: Servers


class Servers:
    """Programs and stand-ins on loopback; all of them end with it."""

    def __init__(self, folder):
        self.folder, self.programs, self.stands = folder, {}, []
        self.lines = []

    def stand_in(self, get=None, post=None):
        """Serves a page or takes what is posted, on a port of its own."""

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = get().encode() if get else b""
                self.send_response(200 if get else 404)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                self.send_response(post(self.path, body) if post else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.stands.append(server)
        return server.server_address[1]

    def receive(self, path, body):
        """Takes lines as Loki does: only on today's path, nanoseconds as text."""
        if path != "/loki/api/v1/push":
            return 404
        for stream in json.loads(body)["streams"]:
            for value in stream["values"]:
                if not (isinstance(value[0], str) and re.fullmatch(r"\d{19}", value[0])):
                    return 400
                self.lines.append((int(value[0]) / 1e9, stream["stream"], value[1]))
        return 204

    def start(self, name, command, pattern):
        """Starts a program and waits until its messages match; returns the match."""
        log = self.folder / f"{name}.log"
        environment = {key: value for key, value in os.environ.items() if not key.startswith("POWERSENSORS_")}
        with open(log, "wb") as output:
            program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)
        self.programs[name] = program
        for _ in range(300):
            found = re.search(pattern, log.read_text(errors="replace"))
            if found:
                return found
            if program.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"test-queries: {name} did not start:\n{log.read_text(errors='replace')}")

    def stop(self, name):
        program = self.programs.pop(name)
        program.send_signal(signal.SIGTERM)
        try:
            program.wait(15)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()

    def stop_all(self):
        for name in list(self.programs):
            self.stop(name)
        for server in self.stands:
            server.shutdown()
            server.server_close()


def free_port():
    import socket
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def hurried(text):
    """The rules with their windows of minutes shortened, so that a run of minutes fills them."""
    text = re.sub(r"\[1h\] offset 1d", "[30s] offset 1m", text)
    for long, short in (("5m", "1m"), ("10m", "2m")):
        text = re.sub(rf"\[{long}\]", f"[{short}]", text)
        text = re.sub(rf"offset {long}\b", f"offset {short}", text)
    return re.sub(r"(?m)^( +)for: .*$", r"\1for: 10s", text)


class Prometheus:
    def __init__(self, servers, program, targets, kubevirt, folder):
        rules = folder / "rules"
        rules.mkdir()
        for path in checks.rule_files():
            (rules / path.name).write_text(hurried(path.read_text()))
        static = "".join(f"      - targets: ['127.0.0.1:{port}']\n        labels: {{node: {node}}}\n"
                         for node, port in targets.items())
        (folder / "prometheus.yml").write_text(
            f"global: {{scrape_interval: {SCRAPE}s, scrape_timeout: 4s, evaluation_interval: {SCRAPE}s}}\n"
            f"rule_files: ['{rules}/*.rules.yaml']\nscrape_configs:\n"
            f"  - job_name: powersensors\n    honor_labels: true\n    static_configs:\n{static}"
            f"  - job_name: kubevirt\n    honor_labels: true\n    static_configs: [{{targets: ['127.0.0.1:{kubevirt}']}}]\n")
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        servers.start("prometheus", [
            program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}", "--log.level=info"], r"Server is ready")

    def ask(self, path, **parameters):
        url = f"{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error).get("error", str(error))) from None

    def now(self, expression, at):
        """(labels, value) of each series at an instant."""
        return [(one["metric"], float(one["value"][1]))
                for one in self.ask("query", query=expression, time=at)["result"]]

    def over(self, expression, start, end):
        """(labels, last value) of each series over a time."""
        result = self.ask("query_range", query=expression, start=start, end=end, step=SCRAPE)["result"]
        return [(one["metric"], float(one["values"][-1][1])) for one in result]

    def samples(self, selector, seconds, at):
        """(time, value) of each sample of the one series."""
        result = self.ask("query", query=f"{selector}[{seconds}s]", time=at)["result"]
        if len(result) != 1:
            raise ValueError(f"{selector} is {len(result)} series")
        return [(float(moment), float(value)) for moment, value in result[0]["values"]]


# MARK: The proof


class Proof:
    def __init__(self, setup, servers, prometheus, started, ended):
        self.setup, self.servers, self.prometheus = setup, servers, prometheus
        self.started, self.at = started, ended
        self.failures, self.rows, self.agreements = [], [], []

    def fail(self, text):
        self.failures.append(text)
        say(f"FAILED: {text}")

    # What is asked

    def variables(self, dashboard):
        """Every choice of variables under which a dashboard's expressions are asked, those that show most first."""
        if dashboard["name"] == "machine":
            return [{"node": node, "scope": scope, "window": WINDOW} for node, scope in (
                ("host-a", "cpu"), ("laptop", "cpu"), ("laptop", "platform"), ("laptop", "battery"), ("host-b", "cpu"),
                ("guest-web", "cpu"), ("cloud", "wall"))]
        if dashboard["name"] == "virtual-machines":
            return [{"node": ".*", "scope": "cpu", "namespace": ".*", "window": WINDOW},
                    {"node": "(host-a|host-b)", "scope": "cpu", "namespace": "(prod)", "window": WINDOW}]
        if dashboard["name"] == "fleet":
            return [{"scope": scope, "window": WINDOW} for scope in ("cpu", "wall", "platform", "battery")]
        return [{"host": ".*", "scope": "cpu", "window": WINDOW}]

    def panels(self):
        for dashboard in dashboards.DASHBOARDS:
            for panel in dashboard["panels"]:
                if "row" not in panel:
                    for index, query in enumerate(panel["queries"]):
                        self.panel(dashboard, panel, index, query)
                    if panel["line"]:
                        self.close(dashboard, panel)

    def panel(self, dashboard, panel, index, query):
        place = (dashboard["name"], panel["title"])
        found, with_data, error = None, {}, ""
        for variables in self.variables(dashboard):
            expression = filled(query["expr"], variables)
            try:
                if panel["source"] == "loki":
                    result = self.lines(expression)
                elif query["instant"]:
                    result = self.prometheus.now(expression, self.at)
                else:
                    result = self.prometheus.over(expression, self.at - 60, self.at)
            except (ValueError, logql.Mistake) as mistake:
                self.fail(f"{place[0]}, “{place[1]}”: {mistake}: {expression}")
                error = f"error: {mistake}"
                break
            for labels, value in result:
                if labels.get("scope", variables.get("scope")) != variables.get("scope") and "$scope" in query["expr"]:
                    self.fail(f"{place[0]}, “{place[1]}” shows {labels['scope']} where {variables['scope']} is chosen")
                if not math.isfinite(value):
                    self.fail(f"{place[0]}, “{place[1]}” shows {value}: {expression}")
            if result and found is None:
                found, with_data = result, variables
        problems = checks.mixes_scopes(query["expr"]) if panel["source"] == "prometheus" else []
        for problem in problems:
            self.fail(f"{place[0]}, “{place[1]}”: {problem}")
        self.row(place, query["expr"], found, panel["unit"], with_data, error)

    def rules(self):
        for path in checks.rule_files():
            for kind, name, expression, _ in checks.read_rules(path):
                expression = expression[1:-1] if expression[:1] in "'\"" else expression
                try:
                    asked = hurried(expression)
                    found = self.prometheus.over(asked, self.at - 90, self.at)
                    if kind == "record" and found and not self.prometheus.now(name, self.at):
                        self.fail(f"{path.name}: {name} is not recorded")
                except ValueError as mistake:
                    self.fail(f"{path.name}, {name}: {mistake}")
                    self.row((path.name, name), expression, None, "", {}, f"error: {mistake}")
                    continue
                for problem in checks.mixes_scopes(expression):
                    self.fail(f"{path.name}, {name}: {problem}")
                self.row((path.name, name), expression, found, "", {}, "")
        for rule in (rule for group in self.prometheus.ask("rules")["groups"] for rule in group["rules"]):
            if rule["health"] != "ok":
                self.fail(f"Prometheus could not evaluate {rule['name']}: {rule.get('lastError', rule['health'])}")

    def lines(self, expression):
        """What a query for Loki returns on the lines that were received: an approximation of Loki's own answer."""
        query = logql.Query(expression)
        result = query.run(self.servers.lines, self.at)
        if isinstance(result, list):
            return [({"line": line}, 1.0) for line in result]
        return [(dict(key), value) for key, value in result.items()]

    def documented(self):
        """Every query for Loki in Docs/Loki.md, joined where it goes on in an indented line."""
        text = (checks.ROOT / "Docs" / "Loki.md").read_text()
        blocks = [block.group() for block in re.finditer(r"(?m)(?:^    .+\n)+", text) if '{job="powersensors"' in block.group()]
        if not blocks:
            self.fail("Docs/Loki.md: no query was found")
        for block in blocks:
            expressions = re.split(r"\n(?=\S)", re.sub(r"(?m)^    ", "", block).strip())
            for expression in expressions:
                expression = " ".join(expression.split())
                place = ("Docs/Loki.md", "")
                try:
                    found = self.lines(expression.replace("[5m]", "[1m]"))
                except logql.Mistake as mistake:
                    self.fail(f"Docs/Loki.md: {mistake}: {expression}")
                    self.row(place, expression, None, "", {}, f"error: {mistake}")
                    continue
                self.row(place, expression, found, "", {}, "")
                if expression.startswith("avg by (host) (") and "host_power_w" in expression:
                    value = next(value for labels, value in found if labels == {"host": "host-a"})
                    known = self.setup.machines["host-a"].truths["cpu"]
                    self.agree("Docs/Loki.md, watts of host-a", value, known.between(self.at - 60, self.at) / 60, 0.02)

    def row(self, place, expression, found, unit, variables, error):
        reason = next((why for where, title, part, why in EMPTY
                       if (where, title) == place and part in expression), None)
        if error:
            result = error
        elif not found:
            result = f"nothing: {reason}" if reason else "nothing"
            if not reason:
                self.fail(f"{place[0]}, “{place[1]}” returns nothing: {expression}")
        else:
            if reason:
                say(f"note: {place[0]}, “{place[1]}” was expected to be empty, and is not")
            result = shown(found, unit)
            chosen = ", ".join(variables[key] for key in ("node", "scope") if variables.get(key, ".*") not in (".*",))
            result += f" ({chosen})" if chosen else ""
        self.rows.append((place, expression, result))

    # What is known

    def agree(self, name, value, expected, tolerance=TOLERANCE):
        difference = abs(value - expected) / expected if expected else math.inf
        self.agreements.append((name, value, expected, difference))
        if not difference <= tolerance:
            self.fail(f"{name}: {value:.4g} is {difference:.2%} from {expected:.4g}")

    def age(self, node, samples):
        """How old the sample on the page was at each of the two times."""
        ages = dict(self.prometheus.samples(f'powersensors_sample_age_seconds{{node="{node}"}}', 600, self.at))
        return [moment - ages[min(ages, key=lambda one: abs(one - moment))] for moment, _ in (samples[0], samples[-1])]

    def counter(self, name, selector, truth, node, tolerance=TOLERANCE):
        """What a counter counted between its first and last sample of the last two minutes, against what is known."""
        samples = [one for one in self.prometheus.samples(selector, 120, self.at)]
        start, end = self.age(node, samples)
        self.agree(name, samples[-1][1] - samples[0][1], truth.between(start, end), tolerance)

    def known(self):
        machines = self.setup.machines
        for name, expected in (("wraps", 1), ("resets", 0)):
            counted = self.prometheus.now(
                f'powersensors_channel_{name}_total{{node="host-a",channel="rapl/package-0"}}', self.at)
            if [value for _, value in counted] != [expected]:
                self.fail(f"the register of host-a should show {expected} {name}: {counted}")
        host = 'powersensors_host_energy_joules_total{{node="{}",scope="{}"}}'
        for node, scope in (("host-a", "cpu"), ("host-b", "cpu"), ("laptop", "cpu"), ("laptop", "platform")):
            self.counter(f"energy of {node}, {scope} (J)", host.format(node, scope), machines[node].truths[scope], node)
        samples = self.prometheus.samples(host.format("laptop", "battery"), 120, self.at)
        start, end = self.age("laptop", samples)
        self.agree("energy of laptop, battery (J)", samples[-1][1] - samples[0][1],
                   self.setup.battery_watts * (end - start))
        for node, namespace, name, _ in self.setup.cpu_seconds:
            selector = f'powersensors_vm_energy_joules_total{{node="{node}",namespace="{namespace}",name="{name}"}}'
            self.counter(f"energy of {namespace}/{name} (J)", selector, machines[node].truths[f"{namespace}/{name}"], node)
        for node in ("host-a", "host-b"):
            for reason in ("idle", "other"):
                selector = f'powersensors_unattributed_energy_joules_total{{node="{node}",kind="vm",reason="{reason}"}}'
                self.counter(f"{reason} of {node} (J)", selector, machines[node].truths[reason], node)
        self.counter("energy that the host tells guest-web (J)", host.format("guest-web", "cpu"),
                     machines["host-a"].truths["prod/web"], "guest-web")

    def powers(self):
        """What panels show as watts, against the mean that is known of the time between the window's samples."""
        def mean(selector, truth, node):
            samples = self.prometheus.samples(selector, 60, self.at)
            start, end = self.age(node, samples)
            return truth.between(start, end) / (samples[-1][0] - samples[0][0])

        host = 'powersensors_host_energy_joules_total{{node="{}",scope="{}"}}'
        known = {}
        for node, scope in (("host-a", "cpu"), ("host-b", "cpu"), ("laptop", "cpu"), ("laptop", "platform")):
            known[node, scope] = mean(host.format(node, scope), self.setup.machines[node].truths[scope], node)
            panel = filled(dashboards.HOST, {"node": node, "scope": scope, "window": WINDOW})
            self.agree(f"panel “Power”, {node}, {scope} (W)", self.prometheus.now(panel, self.at)[0][1], known[node, scope])
        measured = self.expression("fleet", "Power by provenance", {"scope": "cpu", "window": WINDOW})
        values = {labels["provenance"]: value for labels, value in self.prometheus.now(measured, self.at)}
        self.agree("panel “Power by provenance”, measured, cpu (W)", values["measured"],
                   sum(value for (node, scope), value in known.items() if scope == "cpu"))
        variables = {"node": ".*", "scope": "cpu", "namespace": ".*", "window": WINDOW}
        shown = {(labels["namespace"], labels["name"]): value for labels, value in self.prometheus.now(
            self.expression("virtual-machines", "Power by machine", variables), self.at)}
        for node, namespace, name, _ in self.setup.cpu_seconds:
            selector = f'powersensors_vm_energy_joules_total{{node="{node}",namespace="{namespace}",name="{name}"}}'
            expected = mean(selector, self.setup.machines[node].truths[f"{namespace}/{name}"], node)
            self.agree(f"panel “Power by machine”, {namespace}/{name} (W)", shown[namespace, name], expected)
        for labels, value in self.prometheus.now(self.expression("virtual-machines", "Closing the sum", variables), self.at):
            self.agree(f"panel “Closing the sum”, {labels['node']}", value, 1.0)
        intensity = self.prometheus.now('powersensors_carbon_intensity_grams_per_kwh{node="host-a"}', self.at)[0][1]
        day = {name: self.prometheus.now(f'{name}{{node="host-a",scope="cpu"}}', self.at)[0][1] for name in (
            "node_scope:powersensors_host_energy_joules:increase1d", "node_scope:powersensors_carbon_grams:increase1d",
            "node_scope_currency:powersensors_host_cost:increase1d")}
        energy, carbon, cost = day.values()
        self.agree("rule of carbon, host-a, cpu (g)", carbon, energy / 3.6e6 * intensity)
        self.agree("rule of cost, host-a, cpu (EUR)", cost, energy / 3.6e6 * 0.30)
        # An increase goes on beyond the samples: to the present, and by half a scrape at its beginning, but not below 0 J.
        samples = self.prometheus.samples(host.format("host-a", "cpu"), 600, self.at)
        start, end = self.age("host-a", samples)
        counted = self.setup.machines["host-a"].truths["cpu"].between(start, end)
        seconds = samples[-1][0] - samples[0][0]
        before = min(SCRAPE / 2, seconds * samples[0][1] / (samples[-1][1] - samples[0][1]))
        rule = next(expression for path in checks.rule_files() for _, name, expression, _ in checks.read_rules(path)
                    if name == "node_scope:powersensors_host_energy_joules:increase1d")
        self.agree("expression of the rule of energy, host-a, cpu (J)", self.of_host_a(rule, self.at),
                   counted * (before + self.at - samples[0][0]) / seconds)
        recorded = self.of_host_a("timestamp(node_scope:powersensors_host_energy_joules:increase1d)", self.at)
        self.agree("rule of energy, host-a, cpu (J)", energy, self.of_host_a(rule, recorded))

    def of_host_a(self, expression, at):
        return next(value for labels, value in self.prometheus.now(expression, at)
                    if labels == {"node": "host-a", "scope": "cpu"})

    def expression(self, dashboard, title, variables):
        for one in dashboards.DASHBOARDS:
            for panel in one["panels"]:
                if one["name"] == dashboard and panel.get("title") == title:
                    return filled(panel["queries"][0]["expr"], variables)
        raise SystemExit(f"test-queries: there is no panel “{title}” in {dashboard}")

    def close(self, dashboard, panel):
        """What is stacked must add up to the line."""
        for variables in self.variables(dashboard):
            try:
                parts = [(query["legend"] == panel["line"],
                          sum(value for _, value in self.prometheus.now(filled(query["expr"], variables), self.at)))
                         for query in panel["queries"]]
            except ValueError:
                return
            line = sum(value for is_line, value in parts if is_line)
            rest = sum(value for is_line, value in parts if not is_line)
            if line and (variables.get("namespace", ".*") == ".*"):
                chosen = ", ".join(value for key, value in variables.items() if key in ("node", "scope"))
                self.agree(f"stack of “{panel['title']}”, {chosen} (W)", rest, line)

    def loki(self):
        """The mean of Loki's lines against what is known of the same time."""
        known = self.setup.machines["host-a"].truths
        expected = {"host": known["cpu"].between(self.at - 60, self.at) / 60,
                    "web": known["prod/web"].between(self.at - 60, self.at) / 60}
        panels = {panel["title"]: panel for panel in dashboards.LOGS["panels"] if "title" in panel}
        variables = {"host": "host-a", "scope": "cpu", "window": WINDOW}
        host = self.lines(filled(panels["Power by machine"]["queries"][0]["expr"], variables))
        # Lines are every two seconds, so the window's ends are off by one of thirty.
        self.agree("Loki's lines, “Power by machine”, host-a (W)", host[0][1], expected["host"], 0.02)
        machines = self.lines(filled(panels["Power by virtual machine"]["queries"][0]["expr"], variables))
        web = [value for labels, value in machines if labels["name"] == "web"]
        self.agree("Loki's lines, “Power by virtual machine”, prod/web (W)", web[0], expected["web"], 0.02)


def filled(expression, variables):
    for name, value in variables.items():
        expression = expression.replace(f"${name}", value)
    if "$" in expression:
        raise SystemExit(f"test-queries: a variable of {expression} has no value")
    return expression


def shown(found, unit):
    """A result in a few words: how many series, and one of them."""
    labels, value = max(found, key=lambda one: one[1])
    if "line" in labels:
        return f"{len(found)} lines"
    number = f"{value:.4g}".replace("e+0", "e").replace("e+", "e")
    words = {"watt": " W", "joule": " J", "watth": " Wh", "s": " s", "celsius": " °C", "massg": " g"}
    if unit == "percentunit":
        number = f"{100 * value:.1f} %"
    elif unit.startswith("suffix:"):
        number += unit.removeprefix("suffix:")
    elif unit != "none":
        number += words.get(unit, "")
    name = " ".join(labels[key] for key in (
        "node", "namespace", "name", "socket", "domain", "comm", "cgroup", "supply", "chip", "sensor", "channel", "provenance",
        "reason", "version", "host", "event", "alertname", "outcome", "os") if labels.get(key))
    return f"{number}, {name[:48]}" if len(found) == 1 else f"{len(found)} series, most {number}, {name[:48]}"


def table(proof, seconds):
    """The results as Markdown."""
    def cell(text):
        return text.replace("|", "\\|")

    lines = [f"Asked after {seconds:.0f} s, with `$window` = {WINDOW}, a scrape every {SCRAPE} s, and rules whose windows of 5",
             "and 10 minutes are 1 and 2. Of several series the greatest value is shown, and behind it the node and scope that",
             "were chosen.",
             "", "| figure | shown | known | differs by |", "| --- | --- | --- | --- |"]
    lines += [f"| {name} | {value:.4g} | {expected:.4g} | {difference:.2%} |"
              for name, value, expected, difference in proof.agreements]
    before = None
    for (where, title), expression, result in proof.rows:
        if where != before:
            kind = "rule" if where.endswith(".yaml") else "panel" if title else "query"
            lines += ["", f"### {where}", ""]
            lines += [f"| {kind} | expression | result |", "| --- | --- | --- |"] if title else [
                "| expression | result |", "| --- | --- |"]
            before = where
        first = f"| {title} " if title else ""
        lines.append(f"{first}| `{cell(expression)}` | {cell(result)} |")
    return "\n".join(lines) + "\n"


def insert(path, text):
    """Puts the results between the marks of a document."""
    marks = ("<!-- results: written by Scripts/test-queries.sh -->", "<!-- end of the results -->")
    before, rest = path.read_text().split(marks[0])
    path.write_text(f"{before}{marks[0]}\n\n{text}\n{marks[1]}{rest.split(marks[1])[1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", help="the powersensors to test")
    parser.add_argument("--prometheus", default="prometheus", help="the Prometheus to ask")
    parser.add_argument("--seconds", type=int, default=140, help="how long the machines run")
    parser.add_argument("--table", help="a file for the results as Markdown")
    parser.add_argument("--docs", action="store_true", help="put the results into Docs/Dashboards.md")
    arguments = parser.parse_args()
    for name in (arguments.binary, arguments.prometheus):
        if not shutil.which(name):
            raise SystemExit(f"test-queries: there is no program {name}")
    # Ends the programs, too, when it is ended itself.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    folder = pathlib.Path(tempfile.mkdtemp(prefix="powersensors-queries-"))
    servers = Servers(folder)
    try:
        setup = Setup(folder, arguments.seconds)
        with Simulation(setup.machines.values()) as simulation:
            started = time.time()
            loki = servers.stand_in(post=servers.receive)
            kubevirt = servers.stand_in(get=setup.kubevirt)
            targets = {}
            (folder / "empty.conf").write_text("")
            for name in setup.machines:
                if name == "guest-web":
                    wait_for(folder / "guests" / "prod_web" / "share")
                command = [arguments.binary, "export", "--config", str(folder / "empty.conf"), "--prometheus", "127.0.0.1:0",
                           "--loki", f"http://127.0.0.1:{loki}", "--interval", "2s", *setup.options(name)]
                targets[name] = servers.start(name, command, r"scrape 127\.0\.0\.1:(\d+)").group(1)
            prometheus = Prometheus(servers, arguments.prometheus, targets, kubevirt, folder)
            say(f"{len(targets)} machines run for {arguments.seconds} s")
            time.sleep(max(0, started + arguments.seconds - 40 - time.time()))
            # An exporter that is gone, for its alert.
            servers.stop("cloud")
            time.sleep(max(0, started + arguments.seconds - time.time()))
            ended = time.time()
            # Lines are sent a second after they were written.
            time.sleep(2)
            proof = Proof(setup, servers, prometheus, started, ended)
            proof.known()
            proof.powers()
            proof.panels()
            proof.rules()
            proof.documented()
            proof.loki()
            if simulation.longest > 2:
                say(f"note: the machine was busy, the simulation once stood still for {simulation.longest:.1f} s")
    finally:
        servers.stop_all()
        shutil.rmtree(folder, ignore_errors=True)
    results = table(proof, ended - started)
    if arguments.table:
        pathlib.Path(arguments.table).write_text(results)
    if arguments.docs:
        insert(checks.ROOT / "Docs" / "Dashboards.md", results)
    worst = max(proof.agreements, key=lambda one: one[3])
    say(f"{len(proof.rows)} expressions, {len(proof.agreements)} known figures (worst: {worst[0]}, {worst[3]:.2%}), "
        f"{len(proof.failures)} failures, {time.time() - started:.0f} s")
    return 1 if proof.failures else 0


def wait_for(path):
    for _ in range(150):
        if path.exists():
            return
        time.sleep(0.1)
    raise SystemExit(f"test-queries: {path.name} of {path.parent.name} did not come into being")


if __name__ == "__main__":
    sys.exit(main())
