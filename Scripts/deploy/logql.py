"""The part of Loki's query language that our dashboards and documentation use, on lines that a stand-in for Loki received.

It is no Loki: it shows that a query parses, that the streams, fields and values that it names are in our lines, and what
follows from them. As in Loki, a line whose unwrapped field is missing counts as 0, so that a query which forgets them fails.
"""
import re

TOKEN = re.compile(r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>\d+(?:\.\d+)?(?![\w]))|(?P<duration>\d+[smhd])
    |(?P<word>[A-Za-z_]\w*)
    |(?P<sign>\|=|\|~|!=|=~|!~|>=|<=|[{}()\[\]|,=<>+*/-]))""", re.VERBOSE)
OVER_TIME = ("count_over_time", "rate", "avg_over_time", "max_over_time", "min_over_time", "sum_over_time")
AGGREGATIONS = ("sum", "avg", "min", "max", "count")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Mistake(Exception):
    pass


def fields_of(line):
    """A logfmt line's fields."""
    found = {}
    for name, quoted, plain in re.findall(r'([A-Za-z_][\w.]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))', line):
        found[name] = re.sub(r"\\(.)", r"\1", quoted) or plain
    return found


def matches(value, operator, wanted):
    if operator in (">", "<", ">=", "<="):
        try:
            value = float(value)
        except ValueError:
            return False
        return {">": value > wanted, "<": value < wanted, ">=": value >= wanted, "<=": value <= wanted}[operator]
    return {"=": lambda: value == wanted, "!=": lambda: value != wanted,
            "=~": lambda: bool(re.fullmatch(wanted, value)), "!~": lambda: not re.fullmatch(wanted, value)}[operator]()


class Query:
    """A parsed query. `lines` are (seconds, labels, line); what it returns is a number for each set of labels, or lines."""

    def __init__(self, text):
        self.tokens, position = [], 0
        text = text.strip()
        while position < len(text):
            match = TOKEN.match(text, position)
            if not match:
                raise Mistake(f"unexpected text: {text[position:position + 20]}")
            self.tokens.append((match.lastgroup, match.group(match.lastgroup)))
            position = match.end()
        self.index = 0
        self.tree = self.sum()
        if self.index < len(self.tokens):
            raise Mistake(f"unexpected {self.tokens[self.index][1]}")

    # Parsing

    def peek(self):
        return self.tokens[self.index][1] if self.index < len(self.tokens) else None

    def take(self, *wanted):
        if self.index >= len(self.tokens) or (wanted and self.peek() not in wanted):
            raise Mistake(f"{' or '.join(wanted) or 'something'} is missing, there is {self.peek()}")
        self.index += 1
        return self.tokens[self.index - 1][1]

    def take_kind(self, *kinds):
        if self.index >= len(self.tokens) or self.tokens[self.index][0] not in kinds:
            raise Mistake(f"a {' or '.join(kinds)} is missing, there is {self.peek()}")
        kind, text = self.tokens[self.index]
        self.index += 1
        if kind == "string":
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        return float(text) if kind == "number" else text

    def sum(self):
        left = self.term()
        while self.peek() in ("-", "+", "/", ">", "<"):
            left = ("binary", self.take(), left, self.term())
        return left

    def term(self):
        word = self.peek()
        if word == "(":
            self.take("(")
            inside = self.sum()
            self.take(")")
            return inside
        if word == "{":
            return ("lines", *self.log())
        if self.tokens[self.index][0] == "number":
            return ("number", self.take_kind("number"))
        self.take(*OVER_TIME, *AGGREGATIONS)
        by = self.by()
        self.take("(")
        if word in AGGREGATIONS:
            inside = self.sum()
            self.take(")")
            return ("aggregate", word, by if by is not None else self.by() or [], inside)
        if by is not None:
            raise Mistake(f"by comes after {word}(…)")
        selector, stages = self.log()
        self.take("[")
        window = self.take_kind("duration")
        self.take("]")
        self.take(")")
        unwraps = any(stage[0] == "unwrap" for stage in stages)
        if unwraps == (word in ("count_over_time", "rate")):
            raise Mistake(f"{word} {'with' if unwraps else 'without'} unwrap")
        return ("range", word, selector, stages, int(window[:-1]) * SECONDS[window[-1]], self.by())

    def by(self):
        if self.peek() != "by":
            return None
        self.take("by")
        self.take("(")
        labels = [self.take_kind("word")]
        while self.peek() == ",":
            self.take(",")
            labels.append(self.take_kind("word"))
        self.take(")")
        return labels

    def log(self):
        self.take("{")
        selector = []
        while True:
            selector.append((self.take_kind("word"), self.take("=", "!=", "=~", "!~"), self.take_kind("string")))
            if self.take(",", "}") == "}":
                break
        stages = []
        while self.peek() in ("|", "|=", "!=", "|~"):
            sign = self.take()
            if sign != "|":
                stages.append(("text", sign, self.take_kind("string")))
                continue
            word = self.take_kind("word")
            if word == "logfmt":
                names = []
                while self.index < len(self.tokens) and self.tokens[self.index][0] == "word":
                    names.append(self.take())
                    if self.peek() != ",":
                        break
                    self.take(",")
                stages.append(("logfmt", names))
            elif word == "unwrap":
                stages.append(("unwrap", self.take_kind("word")))
            else:
                operator = self.take("=", "!=", "=~", "!~", ">", "<", ">=", "<=")
                kind = "number" if operator in (">", "<", ">=", "<=") else "string"
                stages.append(("label", word, operator, self.take_kind(kind)))
        return selector, stages

    # Evaluating

    def labels_of(self, selector, stages, labels, line):
        """The labels of a line after the stages, with what is unwrapped; None if it does not pass."""
        for name, operator, wanted in selector:
            if not matches(labels.get(name, ""), operator, wanted):
                return None
        labels, unwrapped = dict(labels), None
        for stage in stages:
            if stage[0] == "text":
                found = stage[2] in line if stage[1] in ("|=", "!=") else bool(re.search(stage[2], line))
                if found == (stage[1] == "!="):
                    return None
            elif stage[0] == "logfmt":
                fields = fields_of(line)
                labels |= {name: fields.get(name, "") for name in stage[1]} if stage[1] else fields
            elif stage[0] == "unwrap":
                unwrapped = float(labels.pop(stage[1], "") or 0)
            elif not matches(labels.get(stage[1], ""), stage[2], stage[3]):
                return None
        return {name: value for name, value in labels.items() if value}, unwrapped

    def run(self, lines, now, tree=None):
        kind, *parts = tree or self.tree
        if kind == "number":
            return {(): parts[0]}
        if kind == "lines":
            return [line for at, labels, line in lines if self.labels_of(*parts, labels, line)]
        if kind == "range":
            function, selector, stages, window, by = parts
            groups = {}
            for at, labels, line in lines:
                found = self.labels_of(selector, stages, labels, line) if now - window < at <= now else None
                if found:
                    key = {name: found[0].get(name, "") for name in by} if by else found[0]
                    groups.setdefault(tuple(sorted(key.items())), []).append(found[1])
            compute = {"count_over_time": len, "rate": lambda all: len(all) / window, "sum_over_time": sum,
                       "avg_over_time": lambda all: sum(all) / len(all), "max_over_time": max, "min_over_time": min}
            return {key: compute[function](all) for key, all in groups.items()}
        if kind == "aggregate":
            function, by, inside = parts
            groups = {}
            for key, value in self.run(lines, now, inside).items():
                labels = dict(key)
                groups.setdefault(tuple(sorted((name, labels.get(name, "")) for name in by)), []).append(value)
            compute = {"sum": sum, "avg": lambda all: sum(all) / len(all), "min": min, "max": max, "count": len}
            return {key: compute[function](all) for key, all in groups.items()}
        operator, left, right = parts
        left, right = self.run(lines, now, left), self.run(lines, now, right)
        found = {}
        for key, value in left.items():
            other = right.get(key, right.get(()) if set(right) == {()} else None)
            if other is None:
                continue
            if operator in "><":
                if (value > other) == (operator == ">"):
                    found[key] = value
            else:
                found[key] = {"-": value - other, "+": value + other, "/": value / other if other else float("nan")}[operator]
        return found
