"""CodeCarbon's ``EmissionsTracker`` and ``track_emissions``: ``from powersensors.compat.codecarbon import
EmissionsTracker``.

What differs from CodeCarbon 3:

- Energy is what the machine's counters counted between start and stop, exact through their wraps, and not a sum of
  mean powers every 15 s; there a wrap loses one count or more, and an interval that cannot be read is left out of the
  sum.
- The figure is the headline of this machine (``cpu``: processors and memory; or ``platform``, ``battery``, ``wall``),
  whole, and not a sum of CPU, RAM and GPU, of which the second is a constant and the first a guess where counters
  cannot be read. Where nothing measures, it is estimated with a band, and ``provenance`` says so. GPUs are not in it.
- Grams are only known if you say the intensity: ``grams_per_kwh``. Nothing is fetched and no place is looked up, so
  that without it ``stop()`` returns None; ``final_emissions_data.energy_consumed`` is there.
- There are no tasks: ``start_task`` and ``stop_task`` are missing. Use a tracker for each.
- Nothing is written: no emissions.csv. Options that it does not have are ignored with a warning.
- Energy that is not known is None, and never 0.
"""

from __future__ import annotations

import contextlib
import math
import warnings
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Optional

from .._decorate import decorate
from ..errors import InvalidOptionError
from ..sampler import Measurement, Sampler, measure

__all__ = ["EmissionsData", "EmissionsTracker", "track_emissions"]

#: Options of CodeCarbon that change no figure here.
_HARMLESS = {
    "project_name", "save_to_file", "save_to_api", "save_to_logger", "log_level", "logging_logger", "output_dir",
    "output_file", "measure_power_secs", "tracking_mode", "allow_multiple_runs", "experiment_id", "experiment_name",
}


@dataclass(frozen=True)
class EmissionsData:
    """The figures of CodeCarbon that are known here. Energies are in kWh, emissions in kg, power in watts."""

    project_name: str
    duration: float
    energy_consumed: Optional[float]
    energy_consumed_low: Optional[float]
    energy_consumed_high: Optional[float]
    emissions: Optional[float]
    power: Optional[float]
    scope: Optional[str]
    provenance: Optional[str]
    status: str


def _intensity(grams: Any) -> float:
    """Before the work, and not only once it is done."""
    try:
        number = float(grams)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number < math.inf:
        raise InvalidOptionError(
            f"grams_per_kwh {grams!r} cannot be.", "Give grams of CO₂ per kilowatt-hour, from 0.", "grams_per_kwh")
    return number


class EmissionsTracker:
    """The energy and emissions between ``start()`` and ``stop()``, or of a ``with`` block."""

    def __init__(
        self, project_name: str = "codecarbon", *, grams_per_kwh: Optional[float] = None,
        sampler: Optional[Sampler] = None, **others: Any,
    ) -> None:
        unknown = sorted(set(others) - _HARMLESS)
        if unknown:
            warnings.warn(f"powersensors.compat.codecarbon ignores {', '.join(unknown)}", stacklevel=2)
        self._project_name = project_name
        self._grams_per_kwh = None if grams_per_kwh is None else _intensity(grams_per_kwh)
        self._sampler = sampler
        self._measurement: Optional[Measurement] = None
        self.final_emissions: Optional[float] = None
        """Kilograms of CO₂ equivalents; None if the intensity or the energy is not known."""
        self.final_emissions_data: Optional[EmissionsData] = None

    def start(self) -> None:
        """Begins to measure. A second start without a stop changes nothing."""
        if self._measurement is None:
            self._measurement = (self._sampler.measure() if self._sampler else measure()).begin()

    def stop(self) -> Optional[float]:
        """Ends, and returns ``final_emissions``."""
        if self._measurement is None:
            warnings.warn("stop() without start() measures nothing", stacklevel=2)
            return None
        measurement, self._measurement = self._measurement.end(), None
        headline = measurement.headline

        def kilowatt_hours(joules: Optional[float]) -> Optional[float]:
            return None if joules is None else joules / 3.6e6

        energy = kilowatt_hours(measurement.joules)
        if energy is not None and self._grams_per_kwh is not None:
            self.final_emissions = energy * self._grams_per_kwh / 1000
        else:
            self.final_emissions = None
        self.final_emissions_data = EmissionsData(
            self._project_name, measurement.seconds or 0.0, energy, kilowatt_hours(measurement.low),
            kilowatt_hours(measurement.high), self.final_emissions, measurement.watts,
            headline.scope if headline else None, headline.provenance if headline else None, measurement.status,
        )
        return self.final_emissions

    def __enter__(self) -> EmissionsTracker:
        self.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()


def track_emissions(_func: Optional[Callable[..., Any]] = None, **options: Any) -> Any:
    """Tracks each call of a function; ``function.final_emissions_data`` is that of the latest."""

    def decorate_function(function: Callable[..., Any]) -> Any:
        @contextlib.contextmanager
        def track() -> Iterator[None]:
            tracker = EmissionsTracker(**options)
            try:
                with tracker:
                    yield
            finally:
                tracked.final_emissions_data = tracker.final_emissions_data

        tracked = decorate(function, track)
        return tracked

    return decorate_function if _func is None else decorate_function(_func)
