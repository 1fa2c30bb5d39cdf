"""The arithmetic of other tools, on the counters of a machine of files."""

from __future__ import annotations

from machine import Counter


class PyRAPLArithmetic:
    """What pyRAPL 0.2.3.1 does (sensor.py, SubstractableList; measurement.py, Measurement.end): the number in the
    file at the end minus that at the beginning."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._began = float(counter.energy_file.read_text())

    def microjoules(self) -> float:
        return float(self._counter.energy_file.read_text()) - self._began


class CodeCarbonArithmetic:
    """What CodeCarbon 3.3.2 does (core/rapl.py, RAPLFile.delta): where the number fell, max_energy_range_uj is added
    to it."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._last = float(counter.energy_file.read_text())
        self._range = float((counter.folder / "max_energy_range_uj").read_text())
        self.microjoules = 0.0

    def step(self) -> None:
        now = float(self._counter.energy_file.read_text())
        self.microjoules += (now + self._range if now < self._last else now) - self._last
        self._last = now


class PerfStatArithmetic:
    """What Linux does for ``perf stat -a -e power/energy-pkg/`` (arch/x86/events/rapl.c, rapl_event_update): the
    register's difference as a signed number of 32 bits is added to a sum of 64, at each read and by a timer, every
    655 s for this unit. perf prints joules with two decimals."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._last = counter.count
        self._sum = 0

    def update(self) -> None:
        difference = (self._counter.count - self._last) & 0xFFFFFFFF
        self._sum += difference - (1 << 32) if difference >> 31 else difference
        self._last = self._counter.count

    def joules(self) -> float:
        self.update()
        return round(self._sum / 16384, 2)
