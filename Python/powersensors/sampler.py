"""Reading the sensors on the caller's threads."""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from typing import Any, Callable, Dict, Iterable, List, Optional, TypeVar, Union, cast, overload

from . import _library
from ._decorate import decorate
from ._handle import Handle
from .errors import InvalidOptionError, PowerSensorsError
from .figures import ChannelFigure, Finding, HostFigure, Snapshot, copy_snapshot, read_findings, read_snapshot

Function = TypeVar("Function", bound=Callable[..., Any])


def make_options(
    sysfs: Optional[str] = None, procfs: Optional[str] = None, dev: Optional[str] = None,
    sensors: Iterable[str] = (), ignore: Iterable[str] = (), scope: Optional[str] = None,
    share: Optional[str] = None, maximum_power: Optional[float] = None, estimator: bool = True,
    libsensors: bool = False,
) -> _library.Options:
    """The options of C; see ``Sampler``."""
    options = _library.Options()
    options.flags = (0 if estimator else _library.NO_ESTIMATOR) | (_library.LIBSENSORS if libsensors else 0)
    for name, text in (("sysfs", sysfs), ("procfs", procfs), ("dev", dev), ("scope", scope), ("share", share)):
        if text is not None:
            setattr(options, name, _encoded(name, text))
    for name, texts in (("sensors", sensors), ("ignored", ignore)):
        if isinstance(texts, str):
            texts = [texts]
        encoded = [_encoded(name, text) for text in texts]
        if encoded:
            # ctypes keeps the array as long as the options are.
            setattr(options, name, (ctypes.c_char_p * (len(encoded) + 1))(*encoded, None))
    options.maximum_power = maximum_power or 0
    return options


def _encoded(name: str, text: Any) -> bytes:
    """The bytes of an option's text."""
    try:
        encoded = os.fsencode(text)
    except TypeError:
        encoded = b"\0"
    if b"\0" in encoded:
        raise InvalidOptionError(f"{name} {text!r} cannot be.", "Give text without zero bytes.", name)
    return encoded


class Sampler:
    """Opens this machine's sensors, and reads them when it is asked to. Any thread may use and close it.

    A forked child opens its own when it first uses it, so that the energies of ``sample`` begin at 0 there.

    sysfs, procfs, dev
        Folders to use in place of ``/sys``, ``/proc`` and ``/dev``.
    sensors
        The sensors to use, such as ``["rapl"]`` or ``["rapl:powercap"]``; all if there are none.
    ignore
        Channels, chips, supplies and devices to leave out.
    scope
        The scope of the headline: cpu, platform, battery or wall.
    share
        In a virtual machine, the folder of the host's share.
    maximum_power
        The highest power of any one channel in watts.
    estimator
        Whether to estimate where nothing measures.
    libsensors
        Whether to use libsensors' labels and computed values.
    """

    def __init__(self, **options: Any) -> None:
        self._library = _library.load()
        self._options = make_options(**options)
        self._open()

    def _open(self) -> None:
        library, pointer, error = self._library, ctypes.c_void_p(), _library.Error()
        library.check(
            library.open(ctypes.byref(self._options), ctypes.byref(pointer), ctypes.byref(error)), error)
        handle = Handle(self, pointer, library.close, "sampler")
        self._guard = _Guard(library, handle, _longest_safe_interval(library, handle))
        # Also at the interpreter's end, and before the sampler is closed there.
        weakref.finalize(self, self._guard.stop)
        self._handle = handle
        self._process = os.getpid()

    def _opened(self) -> Handle:
        """The handle of this process; a forked child opens its own."""
        if self._process != os.getpid() and not self._handle.is_closed:
            with _opening:
                if self._process != os.getpid():
                    self._open()
        return self._handle

    def sample(self) -> Snapshot:
        """Reads every channel; the snapshot is of the interval since the previous one."""
        place = ctypes.c_void_p()
        self._library.check(self._opened().call(self._library.sample, ctypes.byref(place)))
        return read_snapshot(self._library, place)

    @overload
    def measure(self, function: Function, /) -> Function: ...

    @overload
    def measure(self, *, report: Optional[Callable[[Measurement], Any]] = None) -> Measurement: ...

    def measure(
        self, function: Optional[Function] = None, /, *, report: Optional[Callable[[Measurement], Any]] = None
    ) -> Union[Function, Measurement]:
        """Measures a piece of work, see ``powersensors.measure``."""
        return _measured(function, Measurement(self, report))

    def findings(self) -> List[Finding]:
        """What is missing or limited now."""
        return self._opened().call(lambda pointer: read_findings(self._library.read_finding, pointer))

    def close(self) -> None:
        """Closes the sensors."""
        self._guard.stop()
        self._handle.close()

    def __enter__(self) -> Sampler:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _begin(self) -> _Begun:
        handle, guard, place = self._opened(), self._guard, ctypes.c_void_p()
        guard.begin()
        try:
            self._library.check(handle.call(self._library.measure_begin, ctypes.byref(place)))
            return _Begun(self._library, place, guard)
        except BaseException:
            guard.end()
            raise


def _longest_safe_interval(library: _library.Library, handle: Handle) -> float:
    """Known from a measurement of nothing, which sets the counters' origin too."""
    summary = _library.Summary()
    place, measurement = ctypes.c_void_p(), ctypes.c_void_p()
    library.check(handle.call(library.measure_begin, ctypes.byref(measurement)))
    library.check(library.measure_end(measurement, ctypes.byref(place)))
    library.check(library.read_summary(place, ctypes.byref(summary)))
    library.release(place)
    return float(summary.longest_safe_interval)


class _Begun:
    """A measurement of the library that has begun. One that is dropped before its end is given up."""

    def __init__(self, library: _library.Library, pointer: Any, guard: _Guard) -> None:
        self._library = library
        # Whoever pops it ends it, so that two threads do not.
        self._pointers = [pointer]
        self._guard = guard
        self._process = os.getpid()

    def end(self) -> Optional[_Unread]:
        """None if it has ended."""
        if self._process != os.getpid():
            raise PowerSensorsError(
                "The measurement was begun by the process that forked this one.", "Begin another one in this process.")
        place = ctypes.c_void_p()
        try:
            pointer = self._pointers.pop()
        except IndexError:
            return None
        self._guard.end()
        self._library.check(self._library.measure_end(pointer, ctypes.byref(place)))
        return _Unread(self._library, place)

    def __del__(self) -> None:
        if self._pointers and self._process == os.getpid():
            self._library.measure_end(self._pointers.pop(), None)
            self._guard.end()


class _Unread:
    """A snapshot of the library, which is read when it is first asked for: that takes longer than the measurement."""

    def __init__(self, library: _library.Library, pointer: Any) -> None:
        self._library = library
        self._pointer = pointer

    def read(self) -> Snapshot:
        # It is released with this object, so that two threads may read it at once.
        return copy_snapshot(self._library, self._pointer)

    def __del__(self) -> None:
        self._library.release(self._pointer)


class _Guard:
    """Samples during long measurements, so that no counter wraps unseen: a thread that begins with the first of
    them."""

    def __init__(self, library: _library.Library, handle: Handle, longest: float) -> None:
        self._library = library
        self._handle = handle
        self._process = os.getpid()
        self._condition = threading.Condition()
        self._open = 0
        self._interval = min(max(longest / 2, 0.05), 3600.0)
        self._thread: Optional[threading.Thread] = None
        self._stopped = False

    def begin(self) -> None:
        with self._condition:
            self._open += 1
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._run, name="powersensors-guard", daemon=True)
                self._thread.start()
            elif self._open == 1:
                self._condition.notify()

    def end(self) -> None:
        with self._condition:
            self._open -= 1

    def stop(self) -> None:
        # A forked child has no such thread, and the lock may be held for ever.
        if self._process != os.getpid():
            return
        with self._condition:
            self._stopped = True
            self._condition.notify()

    def _run(self) -> None:
        while True:
            with self._condition:
                # Without a measurement it waits for one.
                self._condition.wait(self._interval if self._open else None)
                if self._stopped:
                    return
                is_needed = self._open > 0
            try:
                if is_needed:
                    self._handle.call(self._library.sample, None)
            except PowerSensorsError:
                return


class Measurement:
    """The energy of a piece of work: a context manager, and a decorator of functions, coroutine functions and
    generators.

    After the work ``snapshot`` has all figures, and the other properties those of the headline.
    """

    def __init__(
        self, sampler: Optional[Sampler] = None, report: Optional[Callable[[Measurement], Any]] = None
    ) -> None:
        self._sampler = sampler
        self._report = report
        self._open: Optional[_Begun] = None
        self._unread: Optional[_Unread] = None
        self._snapshot: Optional[Snapshot] = None

    def begin(self) -> Measurement:
        """Begins, as ``with`` does."""
        if self._open is not None:
            raise PowerSensorsError("The measurement has begun already.", "End it, or make another one.")
        if self._sampler is None:
            self._sampler = default_sampler()
        self._unread = self._snapshot = None
        self._open = self._sampler._begin()
        return self

    def end(self) -> Measurement:
        """Ends, as the end of ``with`` does. The work's own exception is not touched."""
        begun, self._open = self._open, None
        unread = begun.end() if begun is not None else None
        if unread is None:
            raise PowerSensorsError("The measurement has not begun.", "Begin it, or use it in a with statement.")
        self._unread = unread
        if self._report is not None:
            self._report(self)
        return self

    __enter__ = begin

    def __exit__(self, *_: Any) -> None:
        self.end()

    def __call__(self, function: Function) -> Function:
        """Measures each call of a function. ``function.measurement`` is that of its latest."""

        def another() -> Measurement:
            measured.measurement = measurement = Measurement(self._sampler, self._report)
            return measurement

        measured = decorate(function, another)
        measured.measurement = None
        return cast(Function, measured)

    @property
    def snapshot(self) -> Optional[Snapshot]:
        """The figures of the work; None before its end."""
        unread = self._unread
        if self._snapshot is None and unread is not None:
            self._snapshot = unread.read()
            self._unread = None
        return self._snapshot

    @property
    def headline(self) -> Optional[HostFigure]:
        """The figure to show first."""
        return self.snapshot.headline if self.snapshot else None

    @property
    def host(self) -> List[HostFigure]:
        """A figure for each scope, which must not be added."""
        return self.snapshot.host if self.snapshot else []

    @property
    def channels(self) -> List[ChannelFigure]:
        """A figure for each channel."""
        return self.snapshot.channels if self.snapshot else []

    @property
    def seconds(self) -> Optional[float]:
        """How long the work took."""
        return self.snapshot.interval if self.snapshot else None

    @property
    def joules(self) -> Optional[float]:
        """The energy; None if it is not known, and ``status`` says why."""
        return self.headline.joules if self.headline else None

    @property
    def watts(self) -> Optional[float]:
        """The mean power."""
        return self.headline.watts if self.headline else None

    @property
    def low(self) -> Optional[float]:
        """The lower bound of the energy."""
        return self.headline.joules_low if self.headline else None

    @property
    def high(self) -> Optional[float]:
        """The upper bound of the energy."""
        return self.headline.joules_high if self.headline else None

    @property
    def status(self) -> str:
        """Whether the energy is known: ``ok``, or why it is not."""
        return self.headline.status if self.headline else "not_measured"

    def records(self) -> List[Dict[str, Any]]:
        """One row a figure, as ``pandas.DataFrame`` takes them."""
        return self.snapshot.records() if self.snapshot else []

    def __str__(self) -> str:
        return str(self.snapshot) if self.snapshot else "not measured yet"

    def __repr__(self) -> str:
        return f"<Measurement {self.joules} J, {self.seconds} s, {self.status}>"

    def _repr_html_(self) -> str:
        return self.snapshot._repr_html_() if self.snapshot else "<p>not measured yet</p>"


_default: Optional[Sampler] = None
_lock = threading.Lock()
_opening = threading.Lock()


def default_sampler() -> Sampler:
    """The sampler of ``measure()`` without options, which is opened once in a process."""
    global _default
    with _lock:
        if _default is None or _default._handle.is_closed:
            _default = Sampler()
        return _default


def _renew_locks() -> None:
    """In the parent, another thread may have held one at the fork."""
    global _lock, _opening
    _lock, _opening = threading.Lock(), threading.Lock()


os.register_at_fork(after_in_child=_renew_locks)


def _measured(function: Optional[Function], measurement: Measurement) -> Union[Function, Measurement]:
    if function is None:
        return measurement
    if not callable(function):
        raise TypeError(f"{function!r} is no function to measure. Remedy: Name what it is, such as report=print.")
    return measurement(function)


@overload
def measure(function: Function, /) -> Function: ...


@overload
def measure(*, report: Optional[Callable[[Measurement], Any]] = None, **options: Any) -> Measurement: ...


def measure(
    function: Optional[Function] = None, /, *, report: Optional[Callable[[Measurement], Any]] = None, **options: Any
) -> Union[Function, Measurement]:
    """Measures a piece of work.

    ::

        with powersensors.measure() as work:
            train()
        print(work.joules, work.low, work.high)

        @powersensors.measure
        def train(): ...

        @powersensors.measure(report=print)
        def train(): ...

    :param function: What to measure at each call, as of a decorator without brackets.
    :param report: Called with the measurement at its end.
    :param options: Those of ``Sampler``. Without any, all measurements of the process share one.
    """
    return _measured(function, Measurement(Sampler(**options) if options else None, report))
