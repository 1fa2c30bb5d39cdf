#!/usr/bin/env python3
"""Writes the Grafana dashboards of Deploy/grafana from the descriptions below.

    dashboards.py            writes the files
    dashboards.py --check    fails if a file differs, or if a panel or a rule breaks one of our conventions (checks.py)

Each panel is one entry: its title, what draws it, its unit, what it shows and adds up to, and its queries.
"""
import argparse
import json
import pathlib
import sys

import checks

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "Deploy" / "grafana"


# MARK: What a dashboard is made of


def query(expression, legend="", instant=False):
    """A query. An instant one asks only for the present."""
    return {"expr": " ".join(expression.split()), "legend": legend, "instant": instant}


def now(expression, legend=""):
    return query(expression, legend, instant=True)


def row(title):
    return {"row": title}


def panel(title, kind, unit, text, *queries, width=12, height=8, stack=False, line=None, source="prometheus", hide=()):
    """A panel.

    text says what it shows and, in a sentence that begins with "Adds up to", what its values add up to. stack draws the values
    on top of each other, except the series with the legend `line`. hide names a table's columns that are left out.
    """
    return {
        "title": title, "kind": kind, "unit": unit, "text": " ".join(text.split()), "queries": queries, "width": width,
        "height": height, "stack": stack, "line": line, "source": source, "hide": hide,
    }


def data_source(name, label):
    return {"name": name, "label": label, "type": "datasource", "query": name, "hide": 0, "refresh": 1, "regex": ""}


def values(name, label, expression, source="prometheus", many=False):
    """A variable with the values that a label has; `many` allows several and all."""
    variable = {
        "name": name, "label": label, "type": "query", "datasource": reference(source), "refresh": 2, "sort": 1, "hide": 0,
        "regex": "", "multi": many, "includeAll": many,
        "query": expression, "definition": expression,
    }
    if many:
        variable |= {"allValue": ".*", "current": {"text": "All", "value": "$__all"}}
    return variable


def choice(name, label, options):
    first = options[0]
    return {
        "name": name, "label": label, "type": "custom", "query": ",".join(options), "hide": 0, "multi": False,
        "includeAll": False, "current": {"text": first, "value": first},
        "options": [{"text": one, "value": one, "selected": one == first} for one in options],
    }


# Longer than four scrapes at Harvester's interval of a minute.
WINDOW = choice("window", "Mean over", ["5m", "15m", "1h", "6h"])


def reference(source):
    return {"type": source, "uid": "${" + source + "}"}


# MARK: Expressions that several panels use


def mean(name, matchers):
    """The mean watts of an energy over the window.

    A rate goes on for its window after a figure became unknown: the power, asked for beside it, ends with the figure. And a
    rate over a window that began before the series did is too small: the energy must have been there at its beginning.
    """
    energy = f"powersensors_{name}_energy_joules_total{{{matchers}}}"
    return f"rate({energy}[$window]) and powersensors_{name}_power_watts{{{matchers}}} and {energy} offset $window"


HOST = mean("host", 'node="$node", scope="$scope"')
HOSTS = mean("host", 'node=~"$node", scope="$scope"')
ALL_HOSTS = mean("host", 'scope="$scope"')

# What consumers are given is a part of one scope, which differs between machines.
DIVIDED = 'and on (node) powersensors_attribution_info{scope="$scope"}'
# For means: the exporter must have divided it when the window began. Consumers themselves may be younger, since they used
# nothing before.
DIVIDED_SINCE = DIVIDED + " offset $window"


def consumers(kind, matchers):
    """The watts of a kind of consumer."""
    return f"""rate(powersensors_{kind}_energy_joules_total{{{matchers}}}[$window])
        and powersensors_{kind}_power_watts{{{matchers}}} {DIVIDED_SINCE}"""


def nobodys(kind, node):
    """The watts that are no consumer's of a kind; known while the host's are."""
    return f"""rate(powersensors_unattributed_energy_joules_total{{{node}, kind="{kind}"}}[$window])
        and on (node) powersensors_host_power_watts{{{node}, scope="$scope"}} {DIVIDED_SINCE}"""


PRICE = "* on () group_left (currency) powersensors_price_per_kwh"
ONE = 'node="$node"'
MANY = 'node=~"$node"'
NAMED = 'node=~"$node", namespace=~"$namespace"'


# MARK: Machine

MACHINE = {
    "name": "machine", "title": "Power Sensors: machine", "uid": "powersensors-machine",
    "text": "One machine: its power by scope, what it is made of, who uses it, and the health of its sensors.",
    "variables": [
        data_source("prometheus", "Prometheus"),
        values("node", "Machine", "label_values(powersensors_build_info, node)"),
        values("scope", "Scope", 'label_values(powersensors_host_info{node="$node"}, scope)'),
        WINDOW,
    ],
    "panels": [
        row("Now"),
        panel(
            "Power", "stat", "watt",
            """Mean power of the machine in the chosen scope. Adds up to the whole of that scope and to nothing beyond it:
            scopes are nested, and are never added.""",
            now(HOST, "{{scope}}"), width=4, height=5),
        panel(
            "Energy of the last 24 hours", "stat", "watth",
            """Energy of the chosen scope over the last 24 hours. Adds up to the whole scope for the time in which an exporter
            ran; the panel beside it says how much of the time the figure was known.""",
            now("""sum by (node, scope) (increase(
                powersensors_host_energy_joules_total{node="$node", scope="$scope"}[1d])) / 3600""", "{{scope}}"),
            width=4, height=5),
        panel(
            "Known", "stat", "percentunit",
            """For how much of the last 24 hours' samples the power of the chosen scope was known. Adds up to 100 % with the
            samples in which it was not. A battery's figure is unknown on mains.""",
            now("""sum by (node, scope) (count_over_time(powersensors_host_power_watts{node="$node", scope="$scope"}[1d]))
                / sum by (node, scope) (count_over_time(powersensors_host_info{node="$node", scope="$scope"}[1d]))""",
                "{{scope}}"),
            width=4, height=5),
        panel(
            "Cost of the last 24 hours", "stat", "short",
            """The energy of the last 24 hours at the price that the rule powersensors_price_per_kwh holds, in its currency.
            Adds up to the cost of the chosen scope: only `wall` is what a meter at the plug bills.""",
            now(f"""sum by (node, scope) (increase(
                powersensors_host_energy_joules_total{{node="$node", scope="$scope"}}[1d])) / 3600000 {PRICE}""",
                "{{currency}}"),
            width=4, height=5),
        panel(
            "Carbon of the last 24 hours", "stat", "massg",
            """CO₂ equivalent of the last 24 hours' energy, by the yearly mean of the machine's region. Adds up to the
            emissions of the chosen scope. Unknown without a region.""",
            now("""sum by (node, scope) (increase(powersensors_carbon_grams_total{node="$node", scope="$scope"}[1d]))""",
                "{{scope}}"),
            width=4, height=5),
        panel(
            "Sensors that work", "stat", "short",
            """How many of the machine's sensors can be read. Adds up to the number of sensors found, with those that cannot.""",
            now('sum(powersensors_sensor_up{node="$node"})', "work"),
            now('count(powersensors_sensor_up{node="$node"})', "found"), width=4, height=5),
        panel(
            "Where the figure comes from", "table", "none",
            """The sensor and the provenance of the chosen scope: measured here, shared by the host, or estimated by a model.
            Adds up to nothing: each row is a fact, with the value 1.""",
            now('powersensors_host_info{node="$node", scope="$scope"}'), width=24, height=4,
            hide=("Value", "__name__", "instance", "job", "node")),
        row("Host"),
        panel(
            "Host, with its band", "timeseries", "watt",
            """Mean power in the chosen scope, and the least and most that it may have been: an estimate's band, or the bounds
            after a gap. Adds up to the whole scope; the bounds are not added to it. Unknown is a gap.""",
            query(HOST, "{{scope}}"),
            query('powersensors_host_power_low_watts{node="$node", scope="$scope"}', "least"),
            query('powersensors_host_power_high_watts{node="$node", scope="$scope"}', "most"), width=24, height=9),
        panel(
            "Packages and memory", "timeseries", "watt",
            """The processor packages and their memory, stacked. Adds up to the scope `cpu`, the line, whichever scope is
            chosen.""",
            query(f"sum by (socket, die, domain) ({mean('domain', ONE)})", "{{domain}} {{socket}} {{die}}"),
            query(HOST.replace("$scope", "cpu"), "cpu, whole"),
            stack=True, line="cpu, whole"),
        panel(
            "Inside the packages", "timeseries", "watt",
            """Cores and uncore, which their package already contains. Adds up to less than the package, since it has parts
            without a counter; never add it to the packages.""",
            query(f"sum by (socket, die, domain, core) ({mean('subdomain', ONE)})",
                  "{{domain}} {{socket}} {{die}} {{core}}")),
        panel(
            "Chips", "timeseries", "watt",
            """Power that the board's meters and devices show. Adds up to nothing: one chip may measure what another measures
            too, and some of it is in a scope already.""",
            query('powersensors_hwmon_power_watts{node="$node"}', "{{chip}} {{device}} {{label}} {{channel}}")),
        panel(
            "Other channels", "timeseries", "watt",
            """Power of channels that have no series of another name: what an estimate is made of, resctrl's and third parties'.
            Adds up to nothing: what they contain only their sensors know.""",
            query(mean("channel", ONE), "{{channel}}")),
        panel(
            "Temperatures", "timeseries", "celsius",
            "Temperatures that chips show, beside the power that causes them. Adds up to nothing.",
            query('powersensors_hwmon_celsius{node="$node"}', "{{chip}} {{label}} {{channel}}")),
        row("Supplies"),
        panel(
            "Supplies", "timeseries", "watt",
            """Power of adapters and batteries, without a sign: the states below say which battery discharges. Adds up to
            nothing. What all batteries supply together is the scope `battery`, known only while they discharge.""",
            query('powersensors_supply_power_watts{node="$node"}', "{{supply}}")),
        panel(
            "Charge", "timeseries", "percentunit",
            "Charge of each battery, as a part of its capacity. Adds up to nothing: batteries differ in size.",
            query('powersensors_supply_charge_ratio{node="$node"}', "{{supply}}")),
        panel(
            "On mains or on battery", "state-timeline", "bool_on_off",
            "Which supplies are connected, and which batteries discharge. Adds up to nothing: each row is a state.",
            query('powersensors_supply_online{node="$node"}', "{{supply}} connected"),
            query('powersensors_supply_discharging{node="$node"}', "{{supply}} discharges"), width=24, height=5),
        row("Who uses it"),
        panel(
            "Processes, and what is no process's", "timeseries", "watt",
            """All listed processes together, and by its reason what was given to none. Adds up to the host's figure that is
            divided, the line. Needs --consumers process.""",
            query(f"sum by (node) ({consumers('process', ONE)})", "processes"),
            query(f"sum by (reason) ({nobodys('process', ONE)})", "{{reason}}"),
            query(f"({HOST}) {DIVIDED}", "host"), stack=True, line="host"),
        panel(
            "Greatest processes", "timeseries", "watt",
            """The ten processes that use the most. Adds up to a part of the processes in the panel beside it; never add it to
            groups or virtual machines, which divide the same energy.""",
            query(f"topk(10, {consumers('process', ONE)})", "{{comm}} {{pid}}")),
        panel(
            "Greatest control groups", "timeseries", "watt",
            """The ten control groups that use the most, without the groups inside them. Adds up to a part of the host's
            figure; never add it to processes or virtual machines. Needs --consumers cgroup.""",
            query(f"topk(10, {consumers('cgroup', ONE)})", "{{cgroup}}")),
        panel(
            "Greatest virtual machines", "timeseries", "watt",
            """The ten virtual machines that use the most. Adds up to a part of the host's figure; the dashboard of virtual
            machines shows the rest. Needs --consumers vm.""",
            query(f"topk(10, {consumers('vm', ONE)})", "{{namespace}} {{name}}")),
        row("Carbon and cost"),
        panel(
            "Emissions", "timeseries", "suffix: g/h",
            """Grams of CO₂ equivalent an hour for the chosen scope. Adds up to the scope's emissions; those of scopes are
            never added.""",
            query("""3600 * rate(powersensors_carbon_grams_total{node="$node", scope="$scope"}[$window])
                and powersensors_host_power_watts{node="$node", scope="$scope"}
                and powersensors_carbon_grams_total{node="$node", scope="$scope"} offset $window""", "{{scope}}"), width=8),
        panel(
            "Carbon intensity", "timeseries", "suffix: g/kWh",
            "The yearly mean of the region's electricity that emissions are computed with. Adds up to nothing: it is a factor.",
            query('powersensors_carbon_intensity_grams_per_kwh{node="$node"}', "{{region}} {{year}}"), width=8),
        panel(
            "Cost", "timeseries", "short",
            """Cost of an hour at this power, in the currency of the rule powersensors_price_per_kwh. Adds up to the cost of
            the chosen scope.""",
            query(f"({HOST}) / 1000 {PRICE}", "{{currency}} an hour"), width=8),
        row("Health of the sensors"),
        panel(
            "Sensors", "state-timeline", "bool_on_off",
            """Whether some channel of a sensor can be read. Adds up to nothing: each row is a state, and a gap is an exporter
            that was not reached.""",
            query('powersensors_sensor_up{node="$node"}', "{{sensor}}")),
        panel(
            "Channels lost", "timeseries", "short",
            """How often a channel could no longer be read, since the exporter's start, by the reason. Adds up to all losses of
            the machine; empty while there were none.""",
            query('powersensors_channel_errors_total{node="$node"}', "{{channel}} {{reason}}")),
        panel(
            "Wraps and resets", "timeseries", "short",
            """How often a counter wrapped, which loses nothing, and how often it was reset, after which only bounds are known.
            Adds up to nothing: the counters' registers differ in size.""",
            query('increase(powersensors_channel_wraps_total{node="$node"}[$window])', "{{channel}} wraps"),
            query('increase(powersensors_channel_resets_total{node="$node"}[$window])', "{{channel}} resets")),
        panel(
            "Ambiguous energy", "timeseries", "joule",
            """How much more energy than its counter shows each channel may have used in gaps, since the exporter's start.
            Adds up to nothing: cores are inside their package.""",
            query('powersensors_energy_ambiguous_joules_total{node="$node"}', "{{channel}}")),
        panel(
            "Age of the sample", "timeseries", "s",
            "How old the figures are when they are scraped. Adds up to nothing; more than a few seconds is a reader that hangs.",
            query('powersensors_sample_age_seconds{node="$node"}', "age"),
            query('powersensors_sample_duration_seconds{node="$node"}', "time to read it")),
        panel(
            "Channels", "table", "none",
            "What can be read, by which mechanism, and where it comes from. Adds up to nothing: each row is a fact.",
            now('powersensors_channel_info{node="$node"}'),
            hide=("Value", "__name__", "instance", "job", "node", "die", "core", "socket")),
        panel(
            "Version", "table", "none", "The exporter's version. Adds up to nothing: the row is a fact.",
            now('powersensors_build_info{node="$node"}'), width=24, height=4, hide=("Value", "__name__", "instance", "job")),
    ],
}


# MARK: Virtual machines

WITH_KUBEVIRT = """* on (node, namespace, name) group_left (os, workload)
    max by (node, namespace, name, os, workload) (kubevirt_vmi_info{node=~"$node", namespace=~"$namespace"})"""

MACHINES = {
    "name": "virtual-machines", "title": "Power Sensors: virtual machines", "uid": "powersensors-virtual-machines",
    "text": "What each virtual machine uses of its host, by namespace, and what is left: together they are the host.",
    "variables": [
        data_source("prometheus", "Prometheus"),
        values("scope", "Scope divided", "label_values(powersensors_attribution_info, scope)"),
        values("node", "Host", 'label_values(powersensors_attribution_info{scope="$scope"}, node)', many=True),
        values("namespace", "Namespace", 'label_values(powersensors_vm_power_watts{node=~"$node"}, namespace)', many=True),
        WINDOW,
    ],
    "panels": [
        row("What adds up to the host"),
        panel(
            "Virtual machines, host processes and idle", "timeseries", "watt",
            """All virtual machines of the chosen hosts, whatever the namespace, stacked with what is none of theirs: `other`
            is the host's own processes, `interrupts` and `idle` are the processors', `ended` belongs to machines that are
            gone. Adds up to the hosts' figure in the chosen scope, the line; a host whose figure is unknown is missing from
            both.""",
            query(f"sum by (node, namespace, name) ({consumers('vm', MANY)})", "{{namespace}} {{name}}"),
            query(f"sum by (reason) ({nobodys('vm', MANY)})", "{{reason}}"),
            query(f"sum by (scope) (({HOSTS}) {DIVIDED})", "hosts"), width=24, height=11, stack=True, line="hosts"),
        panel(
            "Closing the sum", "timeseries", "percentunit",
            """Virtual machines and what is none of theirs, divided by the host's own figure. Adds up to 100 %; the window's
            edges move it by a little.""",
            query(f"""sum by (node) (({consumers('vm', MANY)}) or ({nobodys('vm', MANY)}))
                / sum by (node) (({HOSTS}) {DIVIDED})""", "{{node}}")),
        panel(
            "Where it comes from", "table", "none",
            """What is divided on each host: the scope, whether it was measured, shared or estimated, and what happens to idle
            energy. Adds up to nothing: each row is a fact.""",
            now('powersensors_attribution_info{node=~"$node", scope="$scope"}'),
            hide=("Value", "__name__", "instance", "job")),
        row("By namespace and machine"),
        panel(
            "Power by namespace", "timeseries", "watt",
            """The virtual machines of each chosen namespace, stacked. Adds up to what they use of their hosts, without idle
            energy and without the hosts' own processes.""",
            query(f"sum by (namespace) ({consumers('vm', NAMED)})", "{{namespace}}"), stack=True),
        panel(
            "Power by machine", "timeseries", "watt",
            """Each virtual machine of the chosen namespaces, stacked. Adds up to the namespaces beside it. A machine that
            moves to another host goes on under the same name.""",
            query(f"sum by (namespace, name) ({consumers('vm', NAMED)})", "{{namespace}} {{name}}"), stack=True),
        panel(
            "Machines", "table", "none",
            """For each virtual machine its watts now, and the watt hours, grams of CO₂ equivalent and cost of the last 24
            hours. Each column adds up to what the chosen namespaces use of their hosts. Adds up to less than the hosts.""",
            now(f"sum by (node, namespace, name) ({consumers('vm', NAMED)})", "W"),
            now(f"""sum by (node, namespace, name) (increase(powersensors_vm_energy_joules_total{{{NAMED}}}[1d]) {DIVIDED})
                / 3600""", "Wh"),
            now(f"sum by (node, namespace, name) (increase(powersensors_vm_carbon_grams_total{{{NAMED}}}[1d]) {DIVIDED})",
                "g CO₂"),
            now(f"""sum by (node, namespace, name) (increase(powersensors_vm_energy_joules_total{{{NAMED}}}[1d]) {DIVIDED})
                / 3600000 {PRICE}""", "cost"),
            width=24),
        panel(
            "Energy of 24 hours by namespace", "bargauge", "watth",
            """By the recording rules: the energy of the last 24 hours of each namespace, over all hosts whose figure in the
            chosen scope is divided. Adds up to what all virtual machines used; measured, shared and estimated ones are kept
            apart, since a guest's energy is inside its host's.""",
            now("""namespace_scope_origin:powersensors_vm_energy_joules:increase1d{namespace=~"$namespace", scope="$scope"}
                / 3600""", "{{namespace}} {{origin}}"), width=8),
        panel(
            "Carbon of 24 hours by namespace", "bargauge", "massg",
            """By the recording rules: CO₂ equivalent of the same energy. Adds up to the emissions of all virtual machines on
            hosts with a region.""",
            now("""namespace_scope_origin:powersensors_vm_carbon_grams:increase1d{namespace=~"$namespace",
                scope="$scope"}""", "{{namespace}} {{origin}}"), width=8),
        panel(
            "Cost of 24 hours by namespace", "bargauge", "short",
            """By the recording rules: the same energy at the configured price, in its currency. Adds up to the cost of what
            virtual machines used, without idle energy.""",
            now("""namespace_scope_origin_currency:powersensors_vm_cost:increase1d{namespace=~"$namespace",
                scope="$scope"}""", "{{namespace}} {{currency}}"), width=8),
        row("With KubeVirt's own series"),
        panel(
            "Power by operating system", "timeseries", "watt",
            """Watts of each machine with the operating system and workload that KubeVirt knows of it, joined by node,
            namespace and name. Adds up to the machines that KubeVirt runs.""",
            query(f"sum by (os, workload) (({consumers('vm', NAMED)}) {WITH_KUBEVIRT})", "{{os}} {{workload}}"), stack=True),
        panel(
            "Energy for a second of processor time", "timeseries", "joule",
            """Joules for each second that a machine's processors ran, by KubeVirt's counters. Adds up to nothing: it compares
            machines, and is dearer where a host is nearly idle or clocks high.""",
            query(f"""sum by (node, namespace, name) ({consumers('vm', NAMED)})
                / sum by (node, namespace, name) (rate(kubevirt_vmi_cpu_usage_seconds_total{{{NAMED}}}[$window]))""",
                "{{namespace}} {{name}}")),
    ],
}


# MARK: Fleet

PROVENANCE = """* on (node, scope) group_left (provenance)
    topk by (node, scope) (1, max by (node, scope, provenance) (powersensors_host_info{scope="$scope"}))"""

FLEET = {
    "name": "fleet", "title": "Power Sensors: fleet", "uid": "powersensors-fleet",
    "text": "Many machines: power, energy a day, carbon and cost, and how much of it is measured, shared or estimated.",
    "variables": [
        data_source("prometheus", "Prometheus"),
        values("scope", "Scope", "label_values(powersensors_host_info, scope)"),
        WINDOW,
    ],
    "panels": [
        row("Now"),
        panel(
            "Machines by provenance", "stat", "short",
            """How many machines have a figure in the chosen scope, by where it comes from. Adds up to all machines that have
            this scope.""",
            now('count by (provenance) (powersensors_host_info{scope="$scope"})', "{{provenance}}"), width=8, height=5),
        panel(
            "Machines with an unknown figure", "stat", "short",
            """How many machines have this scope and no power in it now: partial, unreadable or, for a battery, on mains.
            Adds up to all machines of the scope, with those that are known.""",
            now("""count(powersensors_host_info{scope="$scope"})
                - (count(powersensors_host_info{scope="$scope"} and on (node) powersensors_host_power_watts{scope="$scope"})
                or 0 * count(powersensors_host_info{scope="$scope"}))""", "unknown"), width=8, height=5),
        panel(
            "Power by provenance", "stat", "watt",
            """The machines' power by where it comes from. Adds up to nothing across provenances: what a guest is told is
            inside its host's figure.""",
            now(f"sum by (provenance) (({ALL_HOSTS}) {PROVENANCE})", "{{provenance}}"), width=8, height=5),
        row("Power"),
        panel(
            "Measured machines", "timeseries", "watt",
            """Each machine whose figure in the chosen scope is measured, stacked. Adds up to all of these machines; one whose
            figure is unknown is missing from the sum.""",
            query(f'({ALL_HOSTS}) and on (node, scope) powersensors_host_info{{scope="$scope", provenance="measured"}}',
                  "{{node}}"), stack=True, height=9),
        panel(
            "Shared and estimated machines", "timeseries", "watt",
            """Each machine whose figure comes from its host or from a model. Adds up to nothing: a guest's energy is inside
            its host's, which may be in the panel beside it.""",
            query(f'({ALL_HOSTS}) and on (node, scope) powersensors_host_info{{scope="$scope", provenance!="measured"}}',
                  "{{node}}"), height=9),
        row("Energy, carbon and cost of 24 hours, by the recording rules"),
        panel(
            "Energy of 24 hours by machine", "timeseries", "watth",
            """Energy of each machine in the 24 hours before. Adds up to the measured machines' energy if only these are
            looked at; a guest's is inside its host's.""",
            query('node_scope:powersensors_host_energy_joules:increase1d{scope="$scope"} / 3600', "{{node}}")),
        panel(
            "Energy of 24 hours by provenance", "bargauge", "watth",
            """How much energy of the last 24 hours is measured, shared and estimated, and what the shared is a share of. Adds
            up to nothing across provenances. Each one adds up over its machines.""",
            now("scope_provenance_origin:powersensors_host_energy_joules:increase1d{scope=\"$scope\"} / 3600",
                "{{provenance}} {{origin}}")),
        panel(
            "Energy of 24 hours by namespace", "timeseries", "watth",
            """Energy of the virtual machines of each namespace, over all hosts whose figure in this scope is divided. Adds up
            to what virtual machines used, without idle energy.""",
            query('namespace_scope_origin:powersensors_vm_energy_joules:increase1d{scope="$scope"} / 3600',
                  "{{namespace}} {{origin}}")),
        panel(
            "Carbon of 24 hours by machine", "timeseries", "massg",
            """CO₂ equivalent of each machine with a region, in the 24 hours before. Adds up as its energy does.""",
            query('node_scope:powersensors_carbon_grams:increase1d{scope="$scope"}', "{{node}}")),
        panel(
            "Cost of 24 hours by machine", "timeseries", "short",
            """Cost of each machine at the configured price, in its currency, in the 24 hours before. Adds up as its energy
            does.""",
            query('node_scope_currency:powersensors_host_cost:increase1d{scope="$scope"}', "{{node}} {{currency}}")),
        panel(
            "How much is known", "timeseries", "percentunit",
            """For how much of the last 24 hours' samples each machine's power was known. Adds up to 100 % with those in which
            it was not.""",
            query('node_scope:powersensors_host_known:ratio1d{scope="$scope"}', "{{node}}")),
        row("What is unusual"),
        panel(
            "Power against the week's mean", "timeseries", "percentunit",
            """Power of each machine divided by its mean over a week. Adds up to nothing: 100 % is the usual. The alert
            PowerSensorsSpike begins at 150 %.""",
            query("""node_scope:powersensors_host_power_watts:rate5m{scope="$scope"}
                / node_scope:powersensors_host_power_watts:avg1w{scope="$scope"}""", "{{node}}")),
        panel(
            "Deviation from the week", "timeseries", "none",
            """By how many standard deviations each machine's power differs from its mean over a week. Adds up to nothing. The
            alert PowerSensorsAnomaly begins at 4.""",
            query('node_scope:powersensors_host_power_watts:zscore1w{scope="$scope"}', "{{node}}")),
        panel(
            "Ambiguous energy", "timeseries", "percentunit",
            """How much more energy each machine may have used in the last hour than is counted, as a part of what is. Adds up
            to nothing. The alert PowerSensorsAmbiguousEnergy begins at 5 %.""",
            query('node_scope:powersensors_energy_ambiguous:ratio1h{scope="$scope"}', "{{node}}")),
        panel(
            "Alerts", "table", "none",
            "The alerts of Power Sensors that fire now. Adds up to nothing: each row is an alert. Empty while none fires.",
            now('ALERTS{alertname=~"PowerSensors.+", alertstate="firing"}'),
            hide=("Value", "__name__", "alertstate", "instance")),
        panel(
            "Age of the samples", "timeseries", "s",
            "How old each machine's figures are when they are scraped. Adds up to nothing; a gap is an exporter not reached.",
            query("powersensors_sample_age_seconds", "{{node}}")),
        panel(
            "Versions", "bargauge", "short", "How many machines run each version. Adds up to all exporters that are reached.",
            now("count by (version) (powersensors_build_info)", "{{version}}")),
    ],
}


# MARK: Logs and events

LINES = '{job="powersensors", host=~"$host"}'
CONSUMERS = '{job="powersensors", host=~"$host", provenance="attributed"}'


def logs(title, kind, unit, text, *queries, **options):
    return panel(title, kind, unit, text, *queries, source="loki", **options)


LOGS = {
    "name": "logs-and-events", "title": "Power Sensors: logs and events", "uid": "powersensors-logs-and-events",
    "text": "What the exporters push to Loki: figures as lines, and what happened to the sensors.",
    "variables": [
        data_source("loki", "Loki"), data_source("prometheus", "Prometheus"),
        values("host", "Machine", 'label_values({job="powersensors"}, host)', source="loki", many=True),
        choice("scope", "Scope", ["cpu", "platform", "battery", "wall"]),
        WINDOW,
    ],
    "panels": [
        row("Figures"),
        logs(
            "Power by machine", "timeseries", "watt",
            """Mean power of each machine whose headline is the chosen scope. Adds up to the whole of that scope on a machine;
            lines without the figure count in nothing, and unknown is a gap.""",
            query(f"""avg by (host) (avg_over_time({LINES} | logfmt host_power_w, scope | scope="$scope" | host_power_w!=""
                | unwrap host_power_w [$window]))""", "{{host}}")),
        logs(
            "Power by virtual machine", "timeseries", "watt",
            """Mean power of each virtual machine, of what is divided of the chosen scope. Adds up, with what is no machine's,
            to the host.""",
            query(f"""avg by (host, namespace, name) (avg_over_time({CONSUMERS}
                | logfmt kind, namespace, name, scope, power_w | kind="vm" | scope="$scope" | power_w!=""
                | unwrap power_w [$window]))""", "{{namespace}} {{name}}"), stack=True),
        row("Events"),
        logs(
            "Events", "timeseries", "short",
            """How many events of each kind there were in the window: sensors lost and back, counters reset, ambiguous gaps,
            new generations, findings, power spikes. Adds up to all events.""",
            query(f'sum by (event) (count_over_time({LINES} |= "event=" | logfmt | event!="" [$window]))', "{{event}}")),
        logs(
            "Spikes", "timeseries", "short",
            "How many power spikes each machine reported in the window. Adds up to all spikes.",
            query(f'sum by (host) (count_over_time({LINES} |= "event=power_spike " [$window]))', "{{host}}")),
        logs(
            "What happened", "logs", "none",
            "Every event as its line, the newest first. Adds up to nothing: each line is an event.",
            query(f'{LINES} |= "event=" | logfmt | event!=""'), width=24, height=10),
        logs(
            "Figures that are missing", "logs", "none",
            "Lines of machines whose headline is not known, with the status that says why. Adds up to nothing.",
            query(f'{LINES} | logfmt | status!="" | status!="ok" | event=""'), width=24),
        row("Delivery"),
        panel(
            "Lines for Loki", "timeseries", "suffix: lines/s",
            """What became of the lines: delivered, dropped, expired or refused. Adds up, with those that wait, to all lines
            that the exporters wrote.""",
            query("sum by (node, outcome) (rate(powersensors_loki_lines_total[$window]))", "{{node}} {{outcome}}")),
        panel(
            "Lines that wait", "timeseries", "short",
            "How many lines wait for Loki in each exporter's memory. Adds up to all that wait.",
            query("powersensors_loki_queued_lines", "{{node}}")),
    ],
}

DASHBOARDS = [MACHINE, MACHINES, FLEET, LOGS]


# MARK: Grafana's form

def steps(color="text"):
    return {"mode": "absolute", "steps": [{"color": color, "value": None}]}


def field_config(one):
    defaults = {"unit": one["unit"], "color": {"mode": "palette-classic"}, "thresholds": steps(), "mappings": []}
    overrides = []
    if one["kind"] == "stat":
        defaults["noValue"] = "unknown"
        defaults["color"] = {"mode": "thresholds"}
    elif one["kind"] in ("bargauge", "table"):
        # In a table an empty cell is plainly unknown.
        if one["kind"] == "bargauge":
            defaults["noValue"] = "unknown"
    elif one["kind"] == "state-timeline":
        defaults["custom"] = {"fillOpacity": 70, "lineWidth": 0, "spanNulls": False, "insertNulls": False}
    elif one["kind"] == "timeseries":
        stacked = {"mode": "normal" if one["stack"] else "none", "group": "A"}
        defaults["custom"] = {
            "drawStyle": "line", "lineInterpolation": "linear", "lineWidth": 1, "fillOpacity": 40 if one["stack"] else 0,
            "showPoints": "auto", "pointSize": 4, "spanNulls": False, "insertNulls": False, "stacking": stacked,
        }
        if one["line"]:
            overrides.append({
                "matcher": {"id": "byName", "options": one["line"]},
                "properties": [
                    {"id": "custom.stacking", "value": {"mode": "none", "group": "A"}},
                    {"id": "custom.fillOpacity", "value": 0}, {"id": "custom.lineWidth", "value": 2},
                ],
            })
    return {"defaults": defaults, "overrides": overrides}


def options(kind):
    reduce = {"calcs": ["last"], "fields": "", "values": False}
    legend = {"displayMode": "table", "placement": "right", "showLegend": True, "calcs": ["mean", "max"]}
    hidden = {"displayMode": "list", "placement": "bottom", "showLegend": False, "calcs": []}
    return {
        "stat": {"reduceOptions": reduce, "colorMode": "value", "graphMode": "none", "textMode": "auto", "wideLayout": True,
                 "justifyMode": "auto", "orientation": "auto", "showPercentChange": False,
                 "percentChangeColorMode": "standard"},
        "bargauge": {"reduceOptions": reduce, "displayMode": "basic", "orientation": "horizontal", "showUnfilled": True,
                     "valueMode": "color", "namePlacement": "auto", "sizing": "auto", "minVizWidth": 8, "minVizHeight": 16,
                     "maxVizHeight": 300, "legend": hidden},
        "table": {"showHeader": True, "cellHeight": "sm", "frameIndex": 0},
        "timeseries": {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}},
        "state-timeline": {"legend": hidden, "mergeValues": True, "showValue": "never", "rowHeight": 0.8,
                           "tooltip": {"mode": "single", "sort": "none"}},
        "logs": {"showTime": True, "wrapLogMessage": True, "sortOrder": "Descending", "enableLogDetails": True,
                 "dedupStrategy": "none", "prettifyLogMessage": False, "showLabels": False, "showCommonLabels": False,
                 "showLogContextToggle": False},
    }[kind]


def target(one, index, question):
    made = {"refId": "ABCDEFGH"[index], "datasource": reference(one["source"]), "expr": question["expr"]}
    made["legendFormat"] = question["legend"]
    if one["source"] == "prometheus":
        made |= {"instant": question["instant"], "range": not question["instant"], "editorMode": "code"}
        if one["kind"] == "table":
            made["format"] = "table"
    else:
        made |= {"queryType": "range", "editorMode": "code"}
    return made


def transformations(one):
    if one["kind"] != "table":
        return []
    names = {f"Value #{'ABCDEFGH'[index]}": question["legend"] for index, question in enumerate(one["queries"])
             if question["legend"]}
    excluded = {name: True for name in ("Time", *one["hide"])}
    organize = {"id": "organize", "options": {"excludeByName": excluded, "renameByName": names, "indexByName": {}}}
    return [{"id": "merge", "options": {}}, organize]


def rendered(dashboard):
    """The dashboard as Grafana's JSON; panels flow from left to right in 24 columns."""
    panels = []
    x = y = tallest = 0
    for number, one in enumerate(dashboard["panels"], 1):
        if "row" in one:
            y, x, tallest = y + tallest, 0, 0
            panels.append({"id": number, "type": "row", "title": one["row"], "collapsed": False, "panels": [],
                           "gridPos": {"h": 1, "w": 24, "x": 0, "y": y}})
            y += 1
            continue
        if x + one["width"] > 24:
            y, x, tallest = y + tallest, 0, 0
        made = {
            "id": number, "type": one["kind"], "title": one["title"], "description": one["text"],
            "datasource": reference(one["source"]),
            "gridPos": {"h": one["height"], "w": one["width"], "x": x, "y": y},
            "targets": [target(one, index, question) for index, question in enumerate(one["queries"])],
            "fieldConfig": field_config(one), "options": options(one["kind"]),
        }
        if transformations(one):
            made["transformations"] = transformations(one)
        panels.append(made)
        x += one["width"]
        tallest = max(tallest, one["height"])
    links = [{"type": "dashboards", "title": "Power Sensors", "tags": ["powersensors"], "asDropdown": True,
              "includeVars": False, "keepTime": True, "targetBlank": False, "icon": "external link", "tooltip": "", "url": ""}]
    return {
        "uid": dashboard["uid"], "title": dashboard["title"], "description": dashboard["text"],
        "tags": ["power", "powersensors"], "schemaVersion": 39, "version": 1, "editable": True, "graphTooltip": 1,
        "fiscalYearStartMonth": 0, "liveNow": False, "weekStart": "", "timezone": "browser", "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"}, "timepicker": {}, "annotations": {"list": []}, "links": links,
        "templating": {"list": dashboard["variables"]}, "panels": panels,
    }


def text(dashboard):
    return json.dumps(rendered(dashboard), indent=2, ensure_ascii=False) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Writes the dashboards of Deploy/grafana.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file or a convention is broken")
    arguments = parser.parse_args()
    problems = checks.dashboards(DASHBOARDS) + checks.rules(ROOT)
    wanted = {f"{one['name']}.json": text(one) for one in DASHBOARDS}
    if arguments.check:
        present = {path.name for path in FOLDER.glob("*.json")}
        for name in sorted(wanted.keys() | present):
            if name not in wanted:
                problems.append(f"Deploy/grafana/{name} is not described in Scripts/deploy/dashboards.py. Remedy: remove it")
            elif name not in present or (FOLDER / name).read_text() != wanted[name]:
                problems.append(f"Deploy/grafana/{name} differs. Remedy: python3 Scripts/deploy/dashboards.py")
    else:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, content in wanted.items():
            (FOLDER / name).write_text(content)
    for problem in problems:
        print(f"dashboards: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
