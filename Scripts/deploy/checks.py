"""The conventions of Deploy/'s dashboards and rules, as far as their text shows whether they are kept."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Series of others, and of Prometheus itself.
FOREIGN = {"ALERTS", "kubevirt_vmi_info", "kubevirt_vmi_cpu_usage_seconds_total"}

AGGREGATIONS = "sum|avg|min|max|count|group|stddev|stdvar|topk|bottomk|quantile|count_values"

# A name, with its matchers if it has any.
SELECTOR = re.compile(r"(?<![\w:.\"])([a-zA-Z_:][\w:]*+)(?:\s*(\{[^{}]*\}))?+")


def exported_names():
    """The series that the exporter's sources define."""
    suffixes = {"counter": "_total", "info": "_info"}
    names = set()
    folder = ROOT / "Sources" / "PowerSensorsExporters" / "Prometheus"
    for path in folder.glob("*.swift"):
        for name, kind in re.findall(r'MetricFamily\(\s*"([a-z_]+)",\s*\.(\w+),\s*"', path.read_text()):
            names.add("powersensors_" + name + suffixes.get(kind, ""))
    # Their names are composed of the exporter's and of what it delivers.
    names |= {"powersensors_" + name for name in (
        "loki_lines_total", "loki_queued_lines", "loki_retries_total", "loki_skipped_snapshots_total",
        "pushgateway_pages_total", "pushgateway_retries_total")}
    if len(names) < 30:
        raise SystemExit("checks: the metric names in Sources/PowerSensorsExporters/Prometheus were not recognised")
    return names


def rule_files(root=ROOT):
    return sorted((root / "Deploy" / "prometheus").glob("*.rules.yaml"))


def read_rules(path):
    """The rules of a file in the form that ours have, as (kind, name, expression, text of the whole rule)."""
    found = []
    for part in re.split(r"(?m)^ {6}- ", path.read_text())[1:]:
        part = re.split(r"(?m)^ {2}- name:", part)[0]
        kind, name = re.match(r"(record|alert): (\S+)", part).groups()
        block = re.search(r"(?m)^ {8}expr: \|\n((?:(?: {10}.*)?\n)+)", part + "\n")
        plain = re.search(r"(?m)^ {8}expr: ([^|\n].*)$", part)
        expression = block.group(1) if block else plain.group(1)
        found.append((kind, name, " ".join(expression.split()), part))
    return found


def recorded_names(root=ROOT):
    return {name for path in rule_files(root) for kind, name, _, _ in read_rules(path) if kind == "record"}


def blank_strings(expression):
    """The expression with the inside of its strings blanked out, each character in its place."""
    return re.sub(r'"[^"]*"', lambda match: '"' + " " * (len(match.group()) - 2) + '"', expression)


def selectors(expression):
    """The series that an expression asks for, as (position, name, matchers)."""
    hidden = blank_strings(expression)
    # Labels in by (…), on (…) and the like are no series.
    hidden = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)",
                    lambda match: " " * len(match.group()), hidden)
    found = []
    for match in SELECTOR.finditer(hidden):
        name = match.group(1)
        inside = hidden.rfind("{", 0, match.start()) > hidden.rfind("}", 0, match.start())
        if inside or not re.match(r"(powersensors|kubevirt|node|scope|namespace)_|ALERTS$|\w+:", name):
            continue
        found.append((match.start(), name, expression[match.start(2):match.end(2)] if match.group(2) else ""))
    return found


def has_scope(name):
    """Whether a series exists for several scopes."""
    if ":" in name:
        return "scope" in name.split(":")[0].split("_")
    return name.startswith("powersensors_host_") or name in (
        "powersensors_carbon_grams_total", "powersensors_power_budget_watts")


def chosen_scope(matchers):
    found = re.search(r'\bscope="([^"]+)"', matchers)
    return found.group(1) if found else None


def aggregations(expression):
    """Each aggregation as (operator, labels of its `by` or None, start and end of what it aggregates)."""
    hidden = blank_strings(expression)
    for match in re.finditer(rf"\b({AGGREGATIONS})\b\s*(?:(by|without)\s*\(([^()]*)\))?\s*\(", hidden):
        depth, end = 1, match.end()
        while depth and end < len(hidden):
            depth += {"(": 1, ")": -1}.get(hidden[end], 0)
            end += 1
        after = re.match(r"\s*(by|without)\s*\(([^()]*)\)", hidden[end:])
        word, labels = (match.group(2), match.group(3)) if match.group(2) else after.groups() if after else (None, "")
        kept = {label.strip() for label in labels.split(",")} if word == "by" else set() if word is None else None
        yield match.group(1), kept, match.end(), end


def mixes_scopes(expression):
    """Why an expression may add or compare figures of several scopes; empty if it cannot."""
    problems = []
    asked = [one for one in selectors(expression) if has_scope(one[1])]
    chosen = {chosen_scope(matchers) for _, _, matchers in asked}
    if len(chosen - {None}) > 1:
        problems.append(f"it asks for several scopes: {', '.join(sorted(chosen - {None}))}")
    for operator, kept, start, end in aggregations(expression):
        for position, name, matchers in asked:
            if start <= position < end and chosen_scope(matchers) is None and kept is not None and "scope" not in kept:
                if operator not in ("topk", "bottomk"):
                    problems.append(f"{operator} adds the scopes of {name}: choose one, or keep the label scope")
    for position, name, matchers in selectors(expression):
        if name == "powersensors_unattributed_energy_joules_total" and not re.search(r'\bkind="\w+"', matchers):
            problems.append(f"{name} without a kind adds kinds, each of which divides the same energy")
    kinds = {match for _, name, _ in selectors(expression)
             for match in re.findall(r"^powersensors_(vm|cgroup|process)_(?:energy|power)", name)}
    if len(kinds) > 1:
        problems.append(f"it has figures of several kinds of consumer, which divide the same energy: {', '.join(sorted(kinds))}")
    parts = {match for _, name, _ in selectors(expression)
             for match in re.findall(r"^powersensors_(domain|subdomain)_", name)}
    if len(parts) > 1:
        problems.append("it has domains and what is inside them")
    return problems


def unknown_names(expression, known):
    return [name for _, name, _ in selectors(expression) if name not in known]


def fills_gaps(expression):
    return bool(re.search(r"\bor\s+(on\s*\(\s*\)\s*)?vector\s*\(|\babsent(_over_time)?\s*\(", expression))


def dashboards(described):
    """What is wrong with the dashboards' descriptions."""
    known = exported_names() | recorded_names() | FOREIGN
    problems = []
    uids = [one["uid"] for one in described]
    if len(set(uids)) < len(uids):
        problems.append("two dashboards have one uid")
    for dashboard in described:
        titles = [one["title"] for one in dashboard["panels"] if "title" in one]
        for title in {title for title in titles if titles.count(title) > 1}:
            problems.append(f"{dashboard['name']}: two panels are called “{title}”")
        for one in dashboard["panels"]:
            if "row" in one:
                continue
            place = f"{dashboard['name']}, “{one['title']}”"
            if not one["unit"]:
                problems.append(f"{place}: it has no unit")
            if not re.search(r"\b[Aa]dds up\b", one["text"]):
                problems.append(f"{place}: its description does not say what it adds up to")
            if not one["queries"]:
                problems.append(f"{place}: it has no query")
            for question in one["queries"]:
                expression = question["expr"]
                if one["source"] == "loki":
                    if '"powersensors"' not in expression:
                        problems.append(f"{place}: the query does not choose job=\"powersensors\"")
                    if "unwrap" in expression and 'scope="$scope"' not in expression:
                        problems.append(f"{place}: the query does not choose a scope")
                    continue
                problems += [f"{place}: {problem}" for problem in expression_problems(expression, known)]
                for _, name, matchers in selectors(expression):
                    if has_scope(name) and chosen_scope(matchers) not in ("$scope", "cpu"):
                        problems.append(f"{place}: {name} without scope=\"$scope\"")
                    attributed = re.match(r"powersensors_(vm|cgroup|process|unattributed)_", name)
                    if attributed and "powersensors_attribution_info{scope=\"$scope\"}" not in expression:
                        problems.append(f"{place}: {name} without the scope that is divided")
    return problems


def expression_problems(expression, known):
    problems = mixes_scopes(expression)
    problems += [f"the exporter has no series {name}, and no rule records it" for name in unknown_names(expression, known)]
    if fills_gaps(expression):
        problems.append("it replaces what is unknown by a number")
    return problems


def rules(root=ROOT):
    """What is wrong with the rules: their files are read as text, since Python has no YAML of its own."""
    known = exported_names() | recorded_names(root) | FOREIGN
    problems = []
    for path in rule_files(root):
        found = read_rules(path)
        if len(found) != len(re.findall(r"(?m)^\s*-\s*(?:record|alert):", path.read_text())):
            problems.append(f"{path.name}: rules are not indented as the other ones")
        tests = path.with_name(path.name.replace(".rules.yaml", ".test.yaml"))
        tested = tests.read_text() if tests.exists() else ""
        if not tested:
            problems.append(f"{path.name}: there is no {tests.name}")
        for kind, name, expression, text in found:
            place = f"{path.name}, {name}"
            problems += [f"{place}: {problem}" for problem in expression_problems(expression, known)]
            for amount, unit in re.findall(r"\[(\d+)([smh])\]", expression):
                if int(amount) * {"s": 1, "m": 60, "h": 3600}[unit] < 240:
                    problems.append(f"{place}: the window {amount}{unit} is shorter than four scrapes a minute apart")
            if kind == "alert":
                for part in ("severity", "summary", "description", "remedy"):
                    if f" {part}:" not in text:
                        problems.append(f"{place}: the alert has no {part}")
                cases = [case for case in tested.split("eval_time:")[1:] if re.search(rf"\balertname: {name}\b", case)]
                fires = ["exp_labels" in case for case in cases]
                if True not in fires or False not in fires:
                    problems.append(f"{place}: {tests.name} has no case in which it fires, or none in which it does not")
            elif not re.search(rf"(?<![\w:]){re.escape(name)}(?![\w:])", tested):
                problems.append(f"{place}: no case of {tests.name} is about the rule")
    return problems
