from __future__ import annotations

import asyncio
import threading

import pytest
from machine import Machine

import powersensors
from powersensors import Monitor


def test_a_monitor_is_iterated_and_ends_when_it_is_stopped(machine: Machine) -> None:
    with Monitor(interval=0.05, **machine.options) as monitor:
        first = next(monitor)
        machine.packages[0].joules(7)
        seen = [next(monitor) for _ in range(3)]
        assert first.joules == 0 and first.watts is None
        assert seen[-1].joules == 7
        times = [snapshot.boottime_nanoseconds for snapshot in seen]
        assert times == sorted(set(times))
        assert monitor.latest() is not None
        threading.Timer(0.1, monitor.stop).start()
        for _ in monitor:
            pass
    with pytest.raises(powersensors.PowerSensorsError, match="stopped"):
        monitor.latest()


def test_a_monitor_is_iterated_by_a_task(machine: Machine) -> None:
    async def joules() -> float:
        async with Monitor(interval=0.05, **machine.options) as monitor:
            await asyncio.sleep(0.06)
            machine.packages[0].joules(5)
            async for snapshot in monitor:
                if snapshot.joules:
                    return snapshot.joules
        return 0

    assert asyncio.run(asyncio.wait_for(joules(), 30)) == 5


def test_an_interval_that_cannot_be_is_refused_with_those_that_can(machine: Machine) -> None:
    with pytest.raises(powersensors.InvalidOptionError) as caught:
        Monitor(interval=-1, **machine.options)
    assert "0.001" in caught.value.remedy


def test_a_monitor_tells_its_findings(machine: Machine) -> None:
    with Monitor(interval=0.05, ignore=["moon"], **machine.options) as monitor:
        assert any(finding.subject == "moon" for finding in monitor.findings())
