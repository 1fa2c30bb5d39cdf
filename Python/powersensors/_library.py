"""The shared library, by ctypes: the structs and functions of powersensors.h."""

from __future__ import annotations

import ctypes
import os
import threading
from ctypes import POINTER, Structure, c_char, c_char_p, c_double, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from typing import Any, Optional, Type

from .errors import InvalidOptionError, LibraryNotFoundError, NothingToReadError, PowerSensorsError

NAME = "libpowersensors.so.0"
OK, END, NOT_YET = 0, -3, -9
NO_ESTIMATOR, LIBSENSORS = 1, 2


class _Sized(Structure):
    """A struct that begins with its size."""

    def __init__(self) -> None:
        super().__init__()
        self.size = ctypes.sizeof(self)


class Options(_Sized):
    _fields_ = [
        ("size", c_uint32), ("flags", c_uint32), ("sysfs", c_char_p), ("procfs", c_char_p), ("dev", c_char_p),
        ("sensors", POINTER(c_char_p)), ("ignored", POINTER(c_char_p)), ("scope", c_char_p), ("share", c_char_p),
        ("maximum_power", c_double),
    ]


class Error(_Sized):
    _fields_ = [
        ("size", c_uint32), ("code", c_int32), ("error_number", c_int32), ("reserved", c_int32),
        ("subject", c_char * 256), ("text", c_char * 1024), ("remedy", c_char * 1024),
    ]


class Finding(_Sized):
    _fields_ = [
        ("size", c_uint32), ("severity", c_int32), ("reason", c_char * 64), ("subject", c_char * 256),
        ("text", c_char * 1024), ("remedy", c_char * 1024),
    ]


class Summary(_Sized):
    _fields_ = [
        ("size", c_uint32), ("generation", c_int32), ("host_count", c_uint32), ("channel_count", c_uint32),
        ("time_nanoseconds", c_int64), ("boottime_nanoseconds", c_int64), ("interval", c_double),
        ("reading_time", c_double), ("longest_safe_interval", c_double),
    ]


class Host(_Sized):
    _fields_ = [
        ("size", c_uint32), ("status", c_int32), ("scope", c_char_p), ("provenance", c_char_p), ("sensor", c_char_p),
        ("is_headline", c_int32), ("error_number", c_int32), ("energy", c_double), ("energy_low", c_double),
        ("energy_high", c_double), ("power", c_double), ("power_low", c_double), ("power_high", c_double),
    ]


class Channel(_Sized):
    _fields_ = [
        ("size", c_uint32), ("status", c_int32), ("id", c_char_p), ("sensor", c_char_p), ("mechanism", c_char_p),
        ("provenance", c_char_p), ("quantity", c_char_p), ("unit", c_char_p), ("counts_in", c_char_p),
        ("domain", c_char_p), ("chip", c_char_p), ("supply", c_char_p), ("device", c_char_p), ("label", c_char_p),
        ("parent", c_char_p), ("socket", c_int32), ("die", c_int32), ("core", c_int32), ("error_number", c_int32),
        ("energy", c_double), ("power", c_double), ("power_low", c_double), ("power_high", c_double),
        ("value", c_double), ("ambiguous_energy", c_double), ("wraps", c_int64), ("resets", c_int64),
    ]


_PLACE = POINTER(c_void_p)
_FUNCTIONS = {
    "version": (c_char_p, []),
    "name": (c_char_p, [c_int32]),
    "open": (c_int32, [POINTER(Options), _PLACE, POINTER(Error)]),
    "close": (None, [c_void_p]),
    "sample": (c_int32, [c_void_p, _PLACE]),
    "read_finding": (c_int32, [c_void_p, c_size_t, POINTER(Finding)]),
    "measure_begin": (c_int32, [c_void_p, _PLACE]),
    "measure_end": (c_int32, [c_void_p, _PLACE]),
    "monitor_start": (c_int32, [POINTER(Options), c_double, _PLACE, POINTER(Error)]),
    "monitor_latest": (c_int32, [c_void_p, _PLACE]),
    "monitor_finding": (c_int32, [c_void_p, c_size_t, POINTER(Finding)]),
    "monitor_stop": (None, [c_void_p]),
    "read_summary": (c_int32, [c_void_p, POINTER(Summary)]),
    "read_host": (c_int32, [c_void_p, c_size_t, POINTER(Host)]),
    "read_channel": (c_int32, [c_void_p, c_size_t, POINTER(Channel)]),
    "release": (None, [c_void_p]),
}


class Library:
    """The functions of the library, without their prefix."""

    def __init__(self, path: str) -> None:
        try:
            loaded = ctypes.CDLL(path)
            for name, (result, arguments) in _FUNCTIONS.items():
                function = getattr(loaded, f"powersensors_{name}")
                function.restype, function.argtypes = result, arguments
                setattr(self, name, function)
        except (OSError, AttributeError) as error:
            raise LibraryNotFoundError(
                f"The library of Power Sensors cannot be loaded: {error}.",
                "Install the wheel that holds it, or the package powersensors, or name it by POWERSENSORS_LIBRARY.",
                subject=path,
            ) from error
        self.path = path

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def word(self, code: int) -> str:
        """The word for a code or a status."""
        name: Optional[bytes] = self.name(code)
        return name.decode() if name else f"status {code}"

    def check(self, code: int, error: Optional[Error] = None) -> None:
        """Raises what a code means."""
        if code == OK:
            return
        word = self.word(code)
        if error is None or error.code == OK:
            raise PowerSensorsError(f"The library of Power Sensors says {word}.", code=word)
        kinds = {"nothing_to_read": NothingToReadError, "no_thread": PowerSensorsError}
        kind: Type[PowerSensorsError] = kinds.get(word, InvalidOptionError)
        text, remedy, subject = (
            field.decode("utf-8", "replace") for field in (error.text, error.remedy, error.subject))
        raise kind(text, remedy, subject, code=word, error_number=error.error_number)


_loaded: Optional[Library] = None
_lock = threading.Lock()


def path() -> str:
    """Where the library is: as POWERSENSORS_LIBRARY says, in this package, or where the loader looks."""
    named = os.environ.get("POWERSENSORS_LIBRARY")
    if named:
        return named
    own = os.path.join(os.path.dirname(os.path.abspath(__file__)), NAME)
    return own if os.path.exists(own) else NAME


def load() -> Library:
    """The library, which is loaded once."""
    global _loaded
    with _lock:
        if _loaded is None:
            _loaded = Library(path())
        return _loaded


def _renew_lock() -> None:
    """In the parent, another thread may have been loading at the fork."""
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)
