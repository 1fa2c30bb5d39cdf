from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from typing import Any, List

import pytest
from machine import Machine, held_elsewhere, in_child

import powersensors
from powersensors import Monitor, _library


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
    intervals: List[Any] = [-1, 0, "often", None]
    for interval in intervals:
        with pytest.raises(powersensors.InvalidOptionError) as caught:
            Monitor(interval=interval, **machine.options)
        assert "0.001" in caught.value.remedy


def test_options_that_are_no_text_are_refused_by_their_name(machine: Machine) -> None:
    wrong: List[Any] = [{"scope": "cp\0u"}, {"sensors": [3]}, {"share": 1.5}]
    for options in wrong:
        with pytest.raises(powersensors.InvalidOptionError, match=next(iter(options))):
            Monitor(**options)


def test_a_monitor_tells_its_findings(machine: Machine) -> None:
    with Monitor(interval=0.05, ignore=["moon"], **machine.options) as monitor:
        assert any(finding.subject == "moon" for finding in monitor.findings())


def test_a_monitor_is_freed_after_the_last_call_that_uses_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = _library.load()
    latest, stop = library.monitor_latest, library.monitor_stop
    inside, leave = threading.Event(), threading.Event()
    order: List[str] = []

    def slow_latest(*arguments: Any) -> Any:
        inside.set()
        leave.wait(20)
        order.append("latest")
        return latest(*arguments)

    def noted_stop(pointer: Any) -> None:
        order.append("stop")
        stop(pointer)

    monkeypatch.setattr(library, "monitor_latest", slow_latest)
    monkeypatch.setattr(library, "monitor_stop", noted_stop)
    monitor = Monitor(interval=0.05, **machine.options)
    thread = threading.Thread(target=monitor.latest)
    thread.start()
    assert inside.wait(20)
    monitor.stop()
    with pytest.raises(powersensors.PowerSensorsError, match="stopped"):
        monitor.latest()
    leave.set()
    thread.join()
    monitor.stop()
    assert order == ["latest", "stop"]


def test_a_stop_between_two_looks_ends_the_iteration(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monitor = Monitor(interval=0.05, **machine.options)
    latest = monitor.latest

    def stopped_latest() -> Any:
        monitor.stop()
        return latest()

    monkeypatch.setattr(monitor, "latest", stopped_latest)
    assert list(monitor) == []

    async def collect() -> List[Any]:
        return [snapshot async for snapshot in monitor]

    assert asyncio.run(collect()) == []


def test_tasks_go_on_while_a_monitor_stops(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    library = _library.load()
    stop, went_on = library.monitor_stop, threading.Event()
    waited: List[bool] = []

    def slow_stop(pointer: Any) -> None:
        waited.append(went_on.wait(20))
        stop(pointer)

    monkeypatch.setattr(library, "monitor_stop", slow_stop)

    async def leave() -> None:
        async with Monitor(interval=0.05, **machine.options):
            asyncio.get_running_loop().call_later(0.05, went_on.set)

    asyncio.run(leave())
    assert waited == [True]


def test_a_forked_child_is_told_to_start_a_monitor_of_its_own(machine: Machine) -> None:
    def work() -> None:
        with pytest.raises(powersensors.PowerSensorsError, match="in this process"):
            monitor.latest()
        with pytest.raises(powersensors.PowerSensorsError, match="in this process"):
            next(monitor)
        monitor.stop()
        with Monitor(interval=0.05, **machine.options) as own:
            next(own)

    with Monitor(interval=0.05, **machine.options) as monitor:
        # Another thread may hold the lock at the fork.
        with held_elsewhere(monitor._handle._lock):
            assert in_child(work) == 0
        next(monitor)


def test_a_forked_child_ends_without_stopping_what_it_has_not_started(machine: Machine) -> None:
    program = f"""
import os
import sys
import powersensors
from powersensors import _library

library = _library.load()
stop = library.monitor_stop
def noted(pointer):
    os.write(1, b"child" if os.getpid() != parent else b"parent")
    stop(pointer)
library.monitor_stop = noted
parent = os.getpid()
monitor = powersensors.Monitor(interval=0.05, **{machine.options!r})
child = os.fork()
if child:
    os.waitpid(child, 0)
"""
    said = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ).stdout
    assert said == "parent"
