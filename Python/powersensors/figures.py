"""What is measured, as values. What is not known is None, and the status says why."""

from __future__ import annotations

import ctypes
import datetime
import html
import math
import os
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Union

from . import _library


def _number(value: float) -> Optional[float]:
    return None if math.isnan(value) else value


def _text(value: Optional[bytes]) -> Optional[str]:
    return None if value is None else value.decode("utf-8", "replace")


def _shown(value: Optional[float], unit: str) -> str:
    return "unknown" if value is None else f"{value:.4g} {unit}"


def _reason(figure: Union[HostFigure, ChannelFigure]) -> str:
    """The status, with the system's error where there is one."""
    return f"{figure.status}: {os.strerror(figure.error_number)}" if figure.error_number else figure.status


@dataclass(frozen=True)
class Finding:
    """Something that is missing or limited."""

    severity: str
    subject: str
    reason: str
    text: str
    remedy: str

    def __str__(self) -> str:
        line = f"{self.severity}: {self.subject}: {self.text}"
        return f"{line} Remedy: {self.remedy}" if self.remedy else line


@dataclass(frozen=True)
class HostFigure:
    """A figure of the whole machine in one scope. Figures of different scopes must not be added."""

    scope: str
    status: str
    provenance: str
    sensor: str
    is_headline: bool
    joules: Optional[float]
    """Since the start; of a measurement, during the work."""
    joules_low: Optional[float]
    """Bounds, which only a measurement has."""
    joules_high: Optional[float]
    watts: Optional[float]
    """The mean over the interval."""
    watts_low: Optional[float]
    """Bounds, if the power is not certain."""
    watts_high: Optional[float]
    error_number: int = 0
    """The system's number (errno) for the status ``io``, else 0."""

    def __str__(self) -> str:
        reason = "" if self.status == "ok" else f" ({_reason(self)})"
        bounds = ""
        if self.joules_low is not None and self.joules_high is not None:
            bounds = f" between {_shown(self.joules_low, 'J')} and {_shown(self.joules_high, 'J')}"
        return (
            f"{self.scope}: {_shown(self.joules, 'J')}{bounds}, {_shown(self.watts, 'W')}{reason}"
            f" {self.provenance} {self.sensor}"
        )


@dataclass(frozen=True)
class ChannelFigure:
    """One number that a sensor reads."""

    id: str
    status: str
    sensor: str
    mechanism: str
    provenance: str
    quantity: str
    unit: str
    counts_in: Optional[str]
    domain: Optional[str]
    chip: Optional[str]
    supply: Optional[str]
    device: Optional[str]
    label: Optional[str]
    parent: Optional[str]
    socket: Optional[int]
    die: Optional[int]
    core: Optional[int]
    joules: Optional[float]
    watts: Optional[float]
    watts_low: Optional[float]
    watts_high: Optional[float]
    value: Optional[float]
    """What a gauge shows, in ``unit``."""
    ambiguous_joules: Optional[float]
    """How much more energy there may have been."""
    wraps: int
    resets: int
    error_number: int = 0
    """The system's number (errno) for the status ``io``, else 0."""


@dataclass(frozen=True)
class Snapshot:
    """The figures of one interval."""

    generation: int
    """The number of the discovery, from 1; each has its own channels."""
    interval: Optional[float]
    """In seconds; None for the first."""
    time_nanoseconds: int
    """Wall time since 1970 UTC; 0 for a measurement."""
    boottime_nanoseconds: int
    longest_safe_interval: Optional[float]
    """The longest time in seconds between two samples in which no counter wraps unseen."""
    host: List[HostFigure] = field(repr=False)
    channels: List[ChannelFigure] = field(repr=False)

    @property
    def headline(self) -> Optional[HostFigure]:
        """The figure to show first."""
        return next((figure for figure in self.host if figure.is_headline), None)

    @property
    def joules(self) -> Optional[float]:
        """The energy of the headline."""
        return self.headline.joules if self.headline else None

    @property
    def watts(self) -> Optional[float]:
        """The mean power of the headline."""
        return self.headline.watts if self.headline else None

    @property
    def time(self) -> Optional[datetime.datetime]:
        """Wall time, UTC; None for a measurement."""
        if not self.time_nanoseconds:
            return None
        whole = datetime.datetime.fromtimestamp(self.time_nanoseconds // 1_000_000_000, datetime.timezone.utc)
        return whole.replace(microsecond=self.time_nanoseconds // 1000 % 1_000_000)

    def records(self) -> List[Dict[str, Any]]:
        """One row a figure, as ``pandas.DataFrame`` takes them."""
        common = {"time": self.time, "interval_s": self.interval}
        hosts = [
            {
                **common, "kind": "host", "name": figure.scope, "energy_j": figure.joules, "low_j": figure.joules_low,
                "high_j": figure.joules_high, "power_w": figure.watts, "value": None, "unit": "joules",
                "provenance": figure.provenance, "sensor": figure.sensor, "status": figure.status,
                "error_number": figure.error_number,
            }
            for figure in self.host
        ]
        channels = [
            {
                **common, "kind": "channel", "name": figure.id, "energy_j": figure.joules, "low_j": None,
                "high_j": None, "power_w": figure.watts, "value": figure.value, "unit": figure.unit,
                "provenance": figure.provenance, "sensor": figure.sensor, "status": figure.status,
                "error_number": figure.error_number,
            }
            for figure in self.channels
        ]
        return hosts + channels

    def __str__(self) -> str:
        return "\n".join(str(figure) for figure in self.host) or "no figure"

    def _repr_html_(self) -> str:
        rows = "".join(
            "<tr>" + "".join(
                f"<td>{html.escape(text)}</td>"
                for text in (
                    figure.scope, _shown(figure.joules, "J"),
                    "" if figure.joules_low is None or figure.joules_high is None
                    else f"{figure.joules_low:.4g} … {figure.joules_high:.4g}",
                    _shown(figure.watts, "W"), f"{figure.provenance} {figure.sensor}", _reason(figure),
                )
            ) + "</tr>"
            for figure in self.host
        )
        names = ("scope", "energy", "between", "power", "source", "status")
        head = "".join(f"<th>{name}</th>" for name in names)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def read_findings(function: Any, handle: Any) -> List[Finding]:
    """All findings of a sampler or a monitor."""
    findings: List[Finding] = []
    place = _library.Finding()
    while function(handle, len(findings), ctypes.byref(place)) == _library.OK:
        words = (_text(word) or "" for word in (place.subject, place.reason, place.text, place.remedy))
        findings.append(Finding(("info", "warning", "error")[place.severity], *words))
    return findings


def read_snapshot(library: _library.Library, pointer: Any) -> Snapshot:
    """A snapshot as values; the pointer is released."""
    try:
        return copy_snapshot(library, pointer)
    finally:
        library.release(pointer)


def copy_snapshot(library: _library.Library, pointer: Any) -> Snapshot:
    """A snapshot as values."""
    summary = _library.Summary()
    library.check(library.read_summary(pointer, ctypes.byref(summary)))
    return Snapshot(
        generation=summary.generation, interval=_number(summary.interval),
        time_nanoseconds=summary.time_nanoseconds, boottime_nanoseconds=summary.boottime_nanoseconds,
        longest_safe_interval=_number(summary.longest_safe_interval),
        host=[_host(library, pointer, index) for index in range(summary.host_count)],
        channels=[_channel(library, pointer, index) for index in range(summary.channel_count)],
    )


def _host(library: _library.Library, pointer: Any, index: int) -> HostFigure:
    host = _library.Host()
    library.check(library.read_host(pointer, index, ctypes.byref(host)))
    return HostFigure(
        scope=_text(host.scope) or "", status=library.word(host.status), provenance=_text(host.provenance) or "",
        sensor=_text(host.sensor) or "", is_headline=bool(host.is_headline), joules=_number(host.energy),
        joules_low=_number(host.energy_low), joules_high=_number(host.energy_high), watts=_number(host.power),
        watts_low=_number(host.power_low), watts_high=_number(host.power_high), error_number=host.error_number,
    )


def _channel(library: _library.Library, pointer: Any, index: int) -> ChannelFigure:
    channel = _library.Channel()
    library.check(library.read_channel(pointer, index, ctypes.byref(channel)))
    texts = {
        name: _text(getattr(channel, name))
        for name in ("counts_in", "domain", "chip", "supply", "device", "label", "parent")
    }
    needed = {
        name: _text(getattr(channel, name)) or ""
        for name in ("id", "sensor", "mechanism", "provenance", "quantity", "unit")
    }
    numbers = {
        name: None if getattr(channel, name) < 0 else getattr(channel, name) for name in ("socket", "die", "core")
    }
    return ChannelFigure(
        status=library.word(channel.status), joules=_number(channel.energy), watts=_number(channel.power),
        watts_low=_number(channel.power_low), watts_high=_number(channel.power_high), value=_number(channel.value),
        ambiguous_joules=_number(channel.ambiguous_energy), wraps=channel.wraps, resets=channel.resets,
        error_number=channel.error_number, **needed, **texts, **numbers,  # type: ignore[arg-type]
    )
