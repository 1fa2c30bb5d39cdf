"""Reading the sensors on a thread of the library."""

from __future__ import annotations

import asyncio
import ctypes
import time
from typing import Any, List, Optional

from . import _library
from ._handle import ClosedError, Handle
from .errors import InvalidOptionError
from .figures import Finding, Snapshot, read_findings, read_snapshot
from .sampler import make_options


class Monitor:
    """Snapshots at an interval: an iterator, and an async iterator, that end when the monitor is stopped.

    ::

        for snapshot in powersensors.Monitor(interval=1):
            print(snapshot.watts)

    The library samples so often that no counter wraps unseen, however slowly it is iterated. A slow loop gets the
    newest snapshot; energy is cumulative, so that nothing is lost. Any thread may use and stop it; a forked child
    starts one of its own.

    interval
        The time between two snapshots in seconds, from 0.001.
    options
        Those of ``Sampler``.
    """

    def __init__(self, interval: float = 1.0, **options: Any) -> None:
        self._library = library = _library.load()
        try:
            self.interval = float(interval)
        except (TypeError, ValueError):
            self.interval = 0.0
        # C takes 0 for its default.
        if not self.interval:
            raise InvalidOptionError(
                f"The interval {interval!r} cannot be.", "Give seconds, from 0.001.", "interval")
        self._last = 0
        pointer, error = ctypes.c_void_p(), _library.Error()
        library.check(
            library.monitor_start(
                ctypes.byref(make_options(**options)), self.interval, ctypes.byref(pointer),
                ctypes.byref(error)), error)
        self._handle = Handle(self, pointer, library.monitor_stop, "monitor", "stopped")

    def latest(self) -> Optional[Snapshot]:
        """The newest snapshot, without waiting; None before the first sample."""
        place = ctypes.c_void_p()
        code = self._handle.call(self._library.monitor_latest, ctypes.byref(place))
        if code == _library.NOT_YET:
            return None
        self._library.check(code)
        return read_snapshot(self._library, place)

    def findings(self) -> List[Finding]:
        """What the latest discovery found missing or limited."""
        return self._handle.call(lambda pointer: read_findings(self._library.monitor_finding, pointer))

    def stop(self) -> None:
        """Ends the thread and the iterations. It waits at most three seconds where a device does not answer."""
        self._handle.close()

    def __enter__(self) -> Monitor:
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()

    async def __aenter__(self) -> Monitor:
        return self

    async def __aexit__(self, *_: Any) -> None:
        # Other tasks go on while a device does not answer.
        await asyncio.to_thread(self.stop)

    def __iter__(self) -> Monitor:
        return self

    def __next__(self) -> Snapshot:
        while True:
            try:
                snapshot = self._newer()
            except ClosedError:
                raise StopIteration from None
            if snapshot is not None:
                return snapshot
            time.sleep(self._wait())

    def __aiter__(self) -> Monitor:
        return self

    async def __anext__(self) -> Snapshot:
        while True:
            try:
                snapshot = self._newer()
            except ClosedError:
                raise StopAsyncIteration from None
            if snapshot is not None:
                return snapshot
            await asyncio.sleep(self._wait())

    def _newer(self) -> Optional[Snapshot]:
        """The newest snapshot if it has not been given yet."""
        snapshot = self.latest()
        if snapshot is None or snapshot.boottime_nanoseconds == self._last:
            return None
        self._last = snapshot.boottime_nanoseconds
        return snapshot

    def _wait(self) -> float:
        """How long to wait until the next snapshot should be there, which is one interval after the last."""
        step = min(self.interval / 20, 0.05)
        if not self._last:
            return step
        due = self._last / 1e9 + self.interval - time.clock_gettime(time.CLOCK_BOOTTIME)
        # No longer than it may take to notice that the monitor is stopped.
        return min(max(due + 0.001, step), 0.5)
