from __future__ import annotations

import asyncio
import ctypes
import os
import threading
import time

import pytest
from machine import Machine

import powersensors
from powersensors import Sampler, _library


def test_a_measurement_has_exactly_the_joules_of_the_counters_through_a_wrap(machine: Machine) -> None:
    machine.packages[0].before_wrap(1000)
    with Sampler(**machine.options).measure() as work:
        machine.packages[0].advance(1_234_567)
        machine.memories[0].advance(765)
    assert work.joules == 1_234_567 / 16384 + 765 / 16384
    assert work.low is not None and work.high is not None
    assert work.low <= work.joules <= work.high
    assert work.status == "ok" and work.headline is not None and work.headline.scope == "cpu"
    assert [channel.joules for channel in work.channels] == [1_234_567 / 16384, 765 / 16384]
    assert work.watts is not None and work.seconds is not None
    assert work.watts == pytest.approx(work.joules / work.seconds)


def test_measurements_may_overlap_and_samples_go_on(machine: Machine, sampler: Sampler) -> None:
    with sampler.measure() as outer:
        machine.packages[0].joules(1)
        with sampler.measure() as inner:
            machine.packages[0].joules(2)
            sampler.sample()
        machine.packages[0].joules(4)
    assert (inner.joules, outer.joules) == (2, 7)


def test_an_exception_of_the_work_is_its_own_and_the_energy_is_there(machine: Machine, sampler: Sampler) -> None:
    with pytest.raises(ZeroDivisionError):
        with sampler.measure() as work:
            machine.packages[0].joules(3)
            raise ZeroDivisionError
    assert work.joules == 3


def test_a_decorated_function_is_measured_at_each_call(machine: Machine, sampler: Sampler) -> None:
    reports = []

    @sampler.measure(report=lambda measurement: reports.append(measurement.joules))
    def work(joules: int) -> str:
        """Works."""
        machine.packages[0].joules(joules)
        return "done"

    assert work(2) == "done" and work(joules=5) == "done"
    assert reports == [2, 5]
    assert work.measurement.joules == 5  # type: ignore[attr-defined]
    assert work.__doc__ == "Works."


def test_a_decorated_coroutine_is_measured_to_its_end(machine: Machine, default: Sampler) -> None:
    @powersensors.measure()
    async def work() -> int:
        machine.packages[0].joules(2)
        await asyncio.sleep(0.01)
        machine.packages[0].joules(3)
        return 7

    assert asyncio.run(work()) == 7
    assert work.measurement.joules == 5  # type: ignore[attr-defined]


def test_what_cannot_be_read_is_none_with_a_reason_and_never_0(machine: Machine, sampler: Sampler) -> None:
    with sampler.measure() as work:
        machine.packages[0].joules(3)
        machine.memories[0].energy_file.write_text("")
    assert work.joules is None and work.watts is None and work.low is None
    assert work.status == "partial"
    assert [(channel.joules, channel.status) for channel in work.channels] == [(3.0, "ok"), (None, "io")]
    assert "unknown" in str(work) and "unknown" in work._repr_html_()


def test_records_are_rows_of_the_same_columns(machine: Machine, sampler: Sampler) -> None:
    sampler.sample()
    machine.packages[0].joules(3)
    snapshot = sampler.sample()
    rows = snapshot.records()
    assert [(row["kind"], row["name"], row["energy_j"]) for row in rows] == [
        ("host", "cpu", 3.0), ("channel", "rapl/package-0", 3.0), ("channel", "rapl/package-0/dram", 0.0)]
    assert len({tuple(row) for row in rows}) == 1
    assert rows[0]["time"] == snapshot.time and snapshot.time is not None
    assert abs(snapshot.time.timestamp() - time.time()) < 60


def test_what_is_shown_in_a_notebook_is_escaped(sampler: Sampler) -> None:
    assert sampler.sample()._repr_html_().startswith("<table><thead><tr><th>scope</th>")
    assert "not measured" in sampler.measure()._repr_html_()


def test_a_measurement_is_used_once_at_a_time(sampler: Sampler) -> None:
    work = sampler.measure()
    with pytest.raises(powersensors.PowerSensorsError, match="has not begun"):
        work.end()
    work.begin()
    with pytest.raises(powersensors.PowerSensorsError, match="has begun already"):
        work.begin()
    work.end()
    sampler.close()
    with pytest.raises(powersensors.PowerSensorsError, match="closed"):
        work.begin()


def test_threads_may_measure_at_once(machine: Machine, sampler: Sampler) -> None:
    def work() -> None:
        for _ in range(50):
            with sampler.measure():
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    sampler.sample()
    for thread in threads:
        thread.start()
    machine.packages[0].joules(5)
    for thread in threads:
        thread.join()
    assert sampler.sample().joules == 5


def test_long_work_is_sampled_meanwhile_so_that_no_wrap_is_missed(machine: Machine) -> None:
    # At 1 MW the register wraps in a quarter of a second.
    with Sampler(**{**machine.options, "maximum_power": 1e6}) as sampler:
        with sampler.measure():
            pass
        machine.packages[0].before_wrap(16384)
        sampler.sample()
        with sampler.measure() as work:
            for _ in range(20):
                machine.packages[0].joules(20_000)
                time.sleep(0.05)
        assert sampler._guard._thread is not None
        assert work.joules == 400_000


def test_a_forked_child_measures_with_a_sampler_of_its_own(
    machine: Machine, default: Sampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    import powersensors.sampler as module

    with powersensors.measure():
        pass
    real = module.Sampler
    monkeypatch.setattr(module, "Sampler", lambda: real(**machine.options))
    child = os.fork()
    if child == 0:
        try:
            with powersensors.measure() as work:
                machine.packages[0].joules(2)
            os._exit(0 if work.joules == 2 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    # What the child has counted; the parent's sampler goes on.
    machine.packages[0].joules(2)
    with default.measure() as work:
        machine.packages[0].joules(1)
    assert work.joules == 1


@pytest.mark.parametrize(
    "struct, size",
    [
        (_library.Options, 72), (_library.Error, 2320), (_library.Finding, 2376), (_library.Summary, 56),
        (_library.Host, 88), (_library.Channel, 192),
    ],
)
def test_the_structs_are_those_of_the_header(struct: type, size: int) -> None:
    assert ctypes.sizeof(struct) == size  # type: ignore[arg-type]
