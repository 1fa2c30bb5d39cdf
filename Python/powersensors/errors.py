"""What can go wrong, each with what to do about it."""

from __future__ import annotations


class PowerSensorsError(Exception):
    """Something cannot be done. ``text`` says what, ``remedy`` what to do about it, ``subject`` what it is about, and
    ``code`` is the library's word for it."""

    def __init__(self, text: str, remedy: str = "", subject: str = "", code: str = "", error_number: int = 0) -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy
        self.subject = subject
        self.code = code
        self.error_number = error_number

    def __str__(self) -> str:
        return f"{self.text} Remedy: {self.remedy}" if self.remedy else self.text


class LibraryNotFoundError(PowerSensorsError, ImportError):
    """The shared library is missing, or cannot be loaded."""


class NothingToReadError(PowerSensorsError):
    """No sensor works here."""


class InvalidOptionError(PowerSensorsError, ValueError):
    """An option cannot be: a sensor or scope that does not exist, a folder that cannot be opened, a number out of
    range."""
