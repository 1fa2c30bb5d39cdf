"""pyRAPL's ``Measurement`` and ``measureit``: ``import powersensors.compat.pyrapl as pyRAPL``.

What differs from pyRAPL 0.2.3:

- A counter that wraps is counted through; there the energy becomes negative. Energies are exact to the register's
  count.
- A socket that cannot be read is NaN; there -1. ``dram`` is None where the processor has no such counter; there
  ``setup`` fails if it is asked for, and otherwise ``dram`` is None too.
- ``setup`` is not needed. ``with Measurement(…) as measurement`` gives the measurement; there None.
- Counters are also read by perf or MSR where that works, and in a virtual machine from the host's share. Nothing is
  estimated: without a counter it raises ``powersensors.NothingToReadError`` with what to do.
- Of the outputs there is only ``PrintOutput``; any object with ``add(result)`` is one.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
import os
import threading
import time
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Callable, Iterator, List, Optional

from .._decorate import decorate, makes_coroutines, name
from ..errors import InvalidOptionError
from ..figures import Snapshot
from ..sampler import Measurement as _Measurement
from ..sampler import Sampler

__all__ = ["Device", "Measurement", "PrintOutput", "Result", "measureit", "setup"]


class Device(IntEnum):
    """What is measured of a socket."""

    PKG = 0
    DRAM = 1


@dataclass(frozen=True)
class Result:
    """``timestamp`` in seconds since 1970, ``duration`` in microseconds, ``pkg`` and ``dram`` in microjoules, one a
    socket."""

    label: str
    timestamp: float
    duration: float
    pkg: Optional[List[float]] = None
    dram: Optional[List[float]] = None

    def __truediv__(self, number: int) -> Result:
        def each(values: Optional[List[float]]) -> Optional[List[float]]:
            return None if values is None else [value / number for value in values]

        return Result(self.label, self.timestamp, self.duration / number, each(self.pkg), each(self.dram))


class PrintOutput:
    """Prints results."""

    def add(self, result: Result) -> None:
        lines = [f"Label : {result.label}", f"Duration : {result.duration:.4f} us"]
        for name, values in (("pkg", result.pkg), ("dram", result.dram)):
            for socket, value in enumerate(values or []):
                lines.append(f"Socket {socket} {name} : {value:.4f} uJ")
        print("\n".join(lines))


_sampler: Optional[Sampler] = None
_devices: List[Device] = list(Device)
_socket_ids: Optional[List[int]] = None
_lock = threading.Lock()


def setup(devices: Optional[List[Device]] = None, socket_ids: Optional[List[int]] = None, **options: Any) -> None:
    """Chooses what is measured. ``options`` are those of ``powersensors.Sampler``."""
    global _sampler, _devices, _socket_ids
    chosen = list(Device) if devices is None else [Device(device) for device in devices]
    sampler = Sampler(**{"sensors": ["rapl", "share"], **options})
    sockets = {channel.socket or 0 for channel in sampler.sample().channels if channel.counts_in == "cpu"}
    unknown = sorted(set(socket_ids or ()) - sockets)
    if unknown:
        raise InvalidOptionError(
            f"There is no socket {unknown[0]}.", f"Choose among {sorted(sockets)}.", "socket_ids")
    with _lock:
        _sampler, _devices, _socket_ids = sampler, chosen, socket_ids


def _renew_lock() -> None:
    """In the parent, another thread may have held it at the fork. The sampler opens itself again."""
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)


def _shared_sampler() -> Sampler:
    if _sampler is None:
        setup()
    assert _sampler is not None
    return _sampler


def _energies(snapshot: Snapshot, domain: str) -> Optional[List[float]]:
    """Microjoules of one domain by socket; those of several dies are added. None if there is no such counter."""
    sockets: dict[int, float] = {}
    for channel in snapshot.channels:
        if channel.domain != domain or channel.counts_in != "cpu":
            continue
        socket = channel.socket or 0
        joules = math.nan if channel.joules is None else channel.joules
        sockets[socket] = sockets.get(socket, 0.0) + joules * 1e6
    wanted = sorted(sockets) if _socket_ids is None else [socket for socket in sorted(_socket_ids) if socket in sockets]
    return [sockets[socket] for socket in wanted] or None


class Measurement:
    """The energy between ``begin()`` and ``end()``, or of a ``with`` block."""

    def __init__(self, label: str, output: Any = None) -> None:
        self.label = label
        self._output = output if output is not None else PrintOutput()
        self._measurement: Optional[_Measurement] = None
        self._began = 0.0
        self._result: Optional[Result] = None

    def begin(self) -> None:
        """Begins to measure."""
        self._began = time.time()
        self._measurement = _shared_sampler().measure().begin()

    def end(self) -> None:
        """Ends, and keeps the result."""
        if self._measurement is None:
            raise RuntimeError("begin() comes before end()")
        snapshot = self._measurement.end().snapshot
        self._measurement = None
        assert snapshot is not None
        self._result = Result(
            self.label, self._began, (snapshot.interval or 0.0) * 1e6,
            _energies(snapshot, "package") if Device.PKG in _devices else None,
            _energies(snapshot, "dram") if Device.DRAM in _devices else None,
        )

    def export(self, output: Any = None) -> None:
        """Gives the result to an output."""
        if self._result is None:
            raise RuntimeError("end() comes before export()")
        (self._output if output is None else output).add(self._result)

    @property
    def result(self) -> Optional[Result]:
        """The result of the latest work."""
        return self._result

    def __enter__(self) -> Measurement:
        self.begin()
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        self.end()
        if kind is None:
            self.export()


def measureit(_func: Optional[Callable[..., Any]] = None, *, output: Any = None, number: int = 1) -> Any:
    """Measures each call of a function, or the mean of ``number`` calls."""

    def decorate_function(function: Callable[..., Any]) -> Any:
        @contextlib.contextmanager
        def mean() -> Iterator[None]:
            measurement = Measurement(name(function), output)
            measurement.begin()
            try:
                yield
            finally:
                measurement.end()
            assert measurement._result is not None
            measurement._result = measurement._result / number
            measurement.export()

        return decorate(_repeated(function, number), mean)

    return decorate_function if _func is None else decorate_function(_func)


def _repeated(function: Callable[..., Any], number: int) -> Callable[..., Any]:
    """A function that calls another several times."""
    if number == 1 or inspect.isasyncgenfunction(function):
        # The decorator refuses an asynchronous generator.
        return function
    if inspect.isgeneratorfunction(function):
        raise TypeError(
            f"The generator {name(function)} cannot be repeated. Remedy: Leave number out, or decorate the function "
            "that uses it.")
    if makes_coroutines(function):

        @functools.wraps(function)
        async def repeated_coroutine(*arguments: Any, **named: Any) -> Any:
            value = None
            for _ in range(number):
                value = await function(*arguments, **named)
            return value

        return repeated_coroutine
    @functools.wraps(function)
    def repeated_function(*arguments: Any, **named: Any) -> Any:
        value = None
        for _ in range(number):
            value = function(*arguments, **named)
        return value

    return repeated_function
