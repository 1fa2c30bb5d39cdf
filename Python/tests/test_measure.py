from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import functools
import gc
import threading
import time
from typing import Any, Iterator, List

import pytest
from machine import Machine, held_elsewhere, in_child

import powersensors
import powersensors.sampler as sampler_module
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


def test_the_decorator_needs_no_brackets(machine: Machine, default: Sampler) -> None:
    @powersensors.measure
    def work(joules: int) -> str:
        machine.packages[0].joules(joules)
        return "done"

    assert work(2) == "done"
    assert work.measurement.joules == 2  # type: ignore[attr-defined]

    @default.measure
    def other() -> None:
        machine.packages[0].joules(3)

    other()
    assert other.measurement.joules == 3  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="report=print"):
        powersensors.measure("rapl")  # type: ignore[call-overload]


def test_a_decorated_coroutine_is_measured_to_its_end(machine: Machine, default: Sampler) -> None:
    @powersensors.measure()
    async def work() -> int:
        machine.packages[0].joules(2)
        await asyncio.sleep(0.01)
        machine.packages[0].joules(3)
        return 7

    assert asyncio.run(work()) == 7
    assert work.measurement.joules == 5  # type: ignore[attr-defined]


def test_whatever_makes_a_coroutine_is_measured_to_its_end(machine: Machine, sampler: Sampler) -> None:
    async def work(joules: int) -> int:
        await asyncio.sleep(0.01)
        machine.packages[0].joules(joules)
        return joules

    class Worker:
        async def __call__(self, joules: int) -> int:
            return await work(joules)

    for callable_object in (Worker(), lambda joules: work(joules), functools.partial(work, 3)):
        reports: List[Any] = []
        measured = sampler.measure(report=lambda measurement: reports.append(measurement.joules))(callable_object)
        arguments = () if isinstance(callable_object, functools.partial) else (3,)
        assert asyncio.run(measured(*arguments)) == 3
        assert reports == [3]


def test_a_decorated_generator_is_measured_from_its_first_value_to_its_last(machine: Machine, sampler: Sampler) -> None:
    @sampler.measure()
    def work() -> Iterator[int]:
        machine.packages[0].joules(2)
        got = yield 1
        machine.packages[0].joules(got)
        yield 2
        machine.packages[0].joules(4)

    values: Any = work()
    assert next(values) == 1 and values.send(3) == 2 and list(values) == []
    assert work.measurement.joules == 9  # type: ignore[attr-defined]
    for _ in work():
        break
    gc.collect()
    assert work.measurement.joules == 2  # type: ignore[attr-defined]


def test_a_decorated_asynchronous_generator_is_refused_with_what_to_do(sampler: Sampler) -> None:
    async def work() -> Any:
        yield 1

    with pytest.raises(TypeError, match="Remedy: Put a with statement inside"):
        sampler.measure()(work)


def test_what_cannot_be_read_is_none_with_a_reason_and_never_0(machine: Machine, sampler: Sampler) -> None:
    with sampler.measure() as work:
        machine.packages[0].joules(3)
        machine.memories[0].energy_file.write_text("")
    assert work.joules is None and work.watts is None and work.low is None
    assert work.status == "partial"
    assert [(channel.joules, channel.status) for channel in work.channels] == [(3.0, "ok"), (None, "io")]
    assert "unknown" in str(work) and "unknown" in work._repr_html_()


def test_the_systems_error_is_with_the_status(sampler: Sampler, monkeypatch: pytest.MonkeyPatch) -> None:
    library = _library.load()
    host, channel = library.read_host, library.read_channel

    def failing(function: Any) -> Any:
        def read(pointer: Any, index: int, place: Any) -> Any:
            code = function(pointer, index, place)
            place._obj.status, place._obj.error_number = 5, errno.ENODEV
            return code

        return read

    monkeypatch.setattr(library, "read_host", failing(host))
    monkeypatch.setattr(library, "read_channel", failing(channel))
    snapshot = sampler.sample()
    assert snapshot.host[0].error_number == snapshot.channels[0].error_number == errno.ENODEV
    assert "(io: No such device)" in str(snapshot) and "io: No such device" in snapshot._repr_html_()
    assert {row["error_number"] for row in snapshot.records()} == {errno.ENODEV}


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


def test_a_forked_child_measures_with_a_sampler_of_its_own(machine: Machine, default: Sampler) -> None:
    def work() -> None:
        with powersensors.measure() as work:
            machine.packages[0].joules(2)
        assert work.joules == 2
        with default.measure() as work:
            machine.packages[0].joules(3)
        assert work.joules == 3
        assert default.sample().joules == 5 and default.findings() is not None
        thread = default._guard._thread
        assert thread is not None and thread.is_alive()
        with pytest.raises(powersensors.PowerSensorsError, match="closed"):
            closed.sample()

    closed = Sampler(**machine.options)
    closed.close()
    with default.measure():
        pass
    # Other threads may hold the locks at the fork.
    with contextlib.ExitStack() as held:
        for lock in (default._handle._lock, default._guard._condition, sampler_module._lock, sampler_module._opening):
            held.enter_context(held_elsewhere(lock))
        assert in_child(work) == 0
    # What the child has counted; the parent's sampler goes on.
    machine.packages[0].joules(5)
    with default.measure() as work:
        machine.packages[0].joules(1)
    assert work.joules == 1


def test_what_was_begun_before_a_fork_is_ended_by_the_parent_alone(machine: Machine, sampler: Sampler) -> None:
    def in_the_child() -> None:
        nonlocal dropped
        with pytest.raises(powersensors.PowerSensorsError, match="in this process"):
            work.end()
        dropped = None

    work, dropped = sampler.measure().begin(), sampler.measure().begin()
    with held_elsewhere(sampler._guard._condition):
        assert in_child(in_the_child) == 0
    machine.packages[0].joules(2)
    assert work.end().joules == 2 and dropped is not None and dropped.end().joules == 2


def test_a_measurement_that_is_never_ended_is_given_up(
    machine: Machine, sampler: Sampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = _library.load()
    end = library.measure_end
    given_up = []

    def noted_end(pointer: Any, place: Any) -> Any:
        given_up.append(place is None)
        return end(pointer, place)

    monkeypatch.setattr(library, "measure_end", noted_end)
    work = sampler.measure().begin()
    assert sampler._guard._open == 1
    del work
    gc.collect()
    assert sampler._guard._open == 0 and given_up == [True]
    with sampler.measure():
        pass
    assert sampler._guard._open == 0 and given_up == [True, False]


def test_a_sampler_is_freed_after_the_last_call_that_uses_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = _library.load()
    sample, close = library.sample, library.close
    inside, leave = threading.Event(), threading.Event()
    order: List[str] = []

    def slow_sample(*arguments: Any) -> Any:
        inside.set()
        leave.wait(20)
        order.append("sample")
        return sample(*arguments)

    def noted_close(pointer: Any) -> None:
        order.append("close")
        close(pointer)

    monkeypatch.setattr(library, "sample", slow_sample)
    monkeypatch.setattr(library, "close", noted_close)
    sampler = Sampler(**machine.options)
    thread = threading.Thread(target=sampler.sample)
    thread.start()
    assert inside.wait(20)
    work = None
    try:
        sampler.close()
        with pytest.raises(powersensors.PowerSensorsError, match="closed"):
            work = sampler.measure().begin()
    finally:
        leave.set()
        thread.join()
    assert order == ["sample", "close"] and work is None


def test_threads_that_ask_at_once_get_the_same_figures(machine: Machine, sampler: Sampler) -> None:
    for _ in range(20):
        with sampler.measure() as work:
            machine.packages[0].joules(1)
        seen: List[Any] = []
        threads = [threading.Thread(target=lambda: seen.append(work.joules)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen == [1, 1, 1, 1]


@pytest.mark.parametrize(
    "struct, size",
    [
        (_library.Options, 72), (_library.Error, 2320), (_library.Finding, 2376), (_library.Summary, 56),
        (_library.Host, 88), (_library.Channel, 192),
    ],
)
def test_the_structs_are_those_of_the_header(struct: type, size: int) -> None:
    assert ctypes.sizeof(struct) == size  # type: ignore[arg-type]
