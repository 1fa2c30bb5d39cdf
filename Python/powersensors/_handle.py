"""Pointers of the library, which threads share and forked children do not."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Any, Callable, TypeVar

from .errors import PowerSensorsError

Result = TypeVar("Result")


class ClosedError(PowerSensorsError):
    """A sampler is closed, or a monitor stopped."""


class Handle:
    """A pointer that any thread may use and close. ctypes lets other threads run during a call, so that the last call
    that uses a closed pointer frees it, and ``close`` does not wait.

    A forked child neither uses nor frees it: its threads are not there, and its locks may be held for ever. So the
    process is compared before any lock is taken.
    """

    def __init__(
        self, owner: Any, pointer: Any, free: Callable[[Any], None], name: str, closed: str = "closed"
    ) -> None:
        self._pointer = pointer
        self._free = free
        self._name, self._closed = name, closed
        self._process = os.getpid()
        # Garbage collection may close within a call.
        self._lock = threading.RLock()
        self._calls = 0
        self.is_closed = False
        # Also at the interpreter's end.
        weakref.finalize(owner, self.close)

    def call(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Calls a function with the pointer, which is not freed meanwhile."""
        if self.is_closed:
            raise self._closed_error()
        if self._process != os.getpid():
            raise PowerSensorsError(
                f"The {self._name} belongs to the process that forked this one.", "Make another one in this process.")
        with self._lock:
            if self.is_closed:
                raise self._closed_error()
            self._calls += 1
        try:
            return function(self._pointer, *arguments)
        finally:
            with self._lock:
                self._calls -= 1
                is_last = self.is_closed and not self._calls
            if is_last:
                self._free(self._pointer)

    def close(self) -> None:
        """Lets no further call begin, and frees the pointer after the last."""
        if self._process != os.getpid():
            self.is_closed = True
            return
        with self._lock:
            is_last = not self.is_closed and not self._calls
            self.is_closed = True
        if is_last:
            self._free(self._pointer)

    def _closed_error(self) -> ClosedError:
        return ClosedError(f"The {self._name} is {self._closed}.", "Make another one.")
