"""Compares one measurement of ours with that of other tools: what each says of a counter that wraps, and what each costs.

    PYTHONPATH=SITE POWERSENSORS_LIBRARY=… python3 Scripts/python-cost.py [--command BINARY]

SITE is where the package powersensors lies. pyRAPL and CodeCarbon are measured where they are installed (pip install pyRAPL codecarbon),
on the same files of a mock machine as ours; their numbers come else from their arithmetic in Python/tests/others.py, and their costs are
left out. perf is measured with an event of software, since a mock counter is not the kernel's: it starts a process.
"""
import argparse
import builtins
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Python/tests"))

from machine import Machine  # noqa: E402
from others import CodeCarbonArithmetic, PerfStatArithmetic, PyRAPLArithmetic  # noqa: E402

import powersensors  # noqa: E402
from powersensors.compat import codecarbon as our_codecarbon  # noqa: E402
from powersensors.compat import pyrapl as our_pyrapl  # noqa: E402


def find_pyrapl(machine):
    """pyRAPL itself, which takes the files of the mock machine for those of /sys; None where it is not installed."""
    try:
        import pyRAPL
        from pyRAPL import device_api
    except ImportError:
        return None
    zones = str(machine.root / "sys/class/powercap")

    def moved(path):
        return path.replace("/sys/class/powercap", zones)

    device_api.open = lambda path, mode="r": builtins.open(moved(path), mode)
    device_api.os = types.SimpleNamespace(path=types.SimpleNamespace(exists=lambda path: os.path.exists(moved(path))))
    pyRAPL.setup()
    return pyRAPL


def find_codecarbon(machine):
    """CodeCarbon's tracker with the files of the mock machine; None where it is not installed."""
    try:
        from codecarbon import OfflineEmissionsTracker
        from codecarbon.core import cpu
        from codecarbon.external import hardware
    except ImportError:
        return None
    zones = str(machine.root / "sys/class/powercap")
    hardware.CPU.__init__.__defaults__ = (zones + "/intel-rapl", "machine", False, False)
    cpu._get_candidate_bases = lambda folder: [zones]
    return OfflineEmissionsTracker


class Silent:
    """An output of pyRAPL's that writes nothing."""

    def add(self, result):
        self.result = result


def compare_numbers(machine, pyrapl):
    """One counter, 15 steps, a wrap after the third."""
    counter = machine.packages[0]
    counter.before_wrap(100_000)
    sampler = powersensors.Sampler(**machine.options)
    carbon, perf, rapl = CodeCarbonArithmetic(counter), PerfStatArithmetic(counter), PyRAPLArithmetic(counter)
    theirs = pyrapl.Measurement("work", Silent()) if pyrapl else None
    if theirs:
        theirs.begin()
    with sampler.measure() as ours:
        for _ in range(15):
            counter.advance(30_001)
            sampler.sample()
            carbon.step()
    if theirs:
        theirs.end()
    true = 450_015 / 16384
    print(f"| true | {true:.6f} J |\n| --- | --- |")
    print(f"| ours | {ours.joules:.6f} J, between {ours.low:.6f} and {ours.high:.6f} |")
    # Of a machine with one socket pyRAPL says None where its arithmetic is negative.
    said = theirs.result.pkg if theirs else "left out"
    print(f"| pyRAPL (its arithmetic; what it says) | {rapl.microjoules() / 1e6:.6f} J; {said} |")
    print(f"| CodeCarbon (its arithmetic) | {carbon.microjoules / 1e6:.6f} J |")
    print(f"| perf stat (Linux's and its arithmetic) | {perf.joules():.2f} J |")
    return sampler


def microseconds(work, seconds=1.0):
    """The mean time of one call, in the fastest of five parts."""
    work()
    began = time.perf_counter()
    work()
    count = max(1, round(seconds / 5 / max(time.perf_counter() - began, 1e-7)))
    means = []
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(count):
            work()
        means.append((time.perf_counter() - began) / count * 1e6)
    return min(means)


def of_process(command):
    """The usual time of a process in microseconds; None where there is no such command."""
    if not command or not shutil.which(command[0]):
        return None

    def once():
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)

    times = []
    for _ in range(60):
        began = time.perf_counter()
        once()
        times.append((time.perf_counter() - began) * 1e6)
    return statistics.median(times)


def our_rows(machine, sampler):
    def measure():
        with sampler.measure():
            pass

    def figures():
        with sampler.measure() as work:
            pass
        return work.joules, work.low, work.high

    def rapl():
        measurement = our_pyrapl.Measurement("work", Silent())
        measurement.begin()
        measurement.end()

    def carbon():
        with our_codecarbon.EmissionsTracker(grams_per_kwh=380, sampler=sampler, save_to_file=False):
            pass

    our_pyrapl.setup(**machine.options)
    yield "`with sampler.measure()`", microseconds(measure)
    yield "the same, with its energy and bounds", microseconds(figures)
    yield "`compat.pyrapl`: `begin()`, `end()`", microseconds(rapl)
    yield "`compat.codecarbon`: `with EmissionsTracker()`", microseconds(carbon)
    yield "opening the sensors: `Sampler()`", microseconds(lambda: powersensors.Sampler(**machine.options).close())


def their_rows(pyrapl, tracker):
    if pyrapl:

        def rapl():
            measurement = pyrapl.Measurement("work", Silent())
            measurement.begin()
            measurement.end()

        yield "pyRAPL: `begin()`, `end()`", microseconds(rapl)
    if tracker:
        options = {"country_iso_code": "FRA", "save_to_file": False, "log_level": "critical", "allow_multiple_runs": True}
        kept = tracker(**options)

        def task():
            kept.start_task("work")
            kept.stop_task("work")
            kept._tasks.clear()

        yield "CodeCarbon: `start_task()`, `stop_task()`", microseconds(task)

        def whole():
            with tracker(**options):
                pass

        yield "CodeCarbon: `with OfflineEmissionsTracker()`", microseconds(whole)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", help="our command, to start beside perf")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as name:
        machine = Machine(pathlib.Path(name))
        # As the kernel has it: zones in the folder of their type, and linked from the class.
        kind = machine.root / "sys/class/powercap/intel-rapl"
        kind.mkdir()
        (kind / "intel-rapl:0").symlink_to("../intel-rapl:0")
        pyrapl, tracker = find_pyrapl(machine), find_codecarbon(machine)
        sampler = compare_numbers(machine, pyrapl)
        print("\n| one measurement | time |\n| --- | --- |")
        for row in (*our_rows(machine, sampler), *their_rows(pyrapl, tracker)):
            print(f"| {row[0]} | {row[1]:,.0f} µs |")
        bare = of_process(["true"])
        for title, command in (
            ("`powersensors run -- true`, beyond `true`", options.command and [
                options.command, "run", "--sensor", "rapl:powercap", "--sysfs", str(machine.root / "sys"), "--", "true"]),
            ("`perf stat -e task-clock true`, beyond `true`", ["perf", "stat", "-e", "task-clock", "true"]),
        ):
            spent = of_process(command)
            if spent:
                print(f"| {title} | {spent - bare:,.0f} µs |")


main()
