"""What a case looks at, and what it found wrong."""


class Checks:
    """Counts what was looked at and keeps what did not hold."""

    def __init__(self):
        self.count = 0
        self.failures = []

    def that(self, holds, sentence):
        """Looks at one thing, which the sentence states as it should be."""
        self.count += 1
        if not holds:
            self.failures.append(sentence)
        return bool(holds)

    def equal(self, what, value, expected):
        """Looks whether a value is exactly what was expected."""
        return self.that(value == expected, f"{what} is {_short(value)}, and should be {_short(expected)}")

    def near(self, what, value, expected, tolerance):
        """Looks whether a number is within a tolerance of what was expected."""
        holds = value is not None and abs(value - expected) <= tolerance
        return self.that(holds, f"{what} is {value}, and should be {expected} ± {tolerance:.6g}")

    def contains(self, what, text, part):
        """Looks whether a text has a part, whatever its case."""
        return self.that(part.lower() in (text or "").lower(), f"{what} is {_short(text)}, and should have {part!r}")


def _short(value):
    text = repr(value)
    return text if len(text) <= 400 else text[:400] + "…"
