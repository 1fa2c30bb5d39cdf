"""Measures what `powersensors run` itself takes of the machine, on mock counters that move at a known power.

    python3 Scripts/run-cost.py BINARY [--rounds N] [--longest SECONDS]

First its own processor time beside commands that wait: that of the whole call less that of the command alone (getrusage of both). Then
the same beside a command that computes, by its threads' schedstat between that command's first and last line. Then how long this command
takes: alone, alone again, and under `run`, in random order, on any processor and on a single one: the fastest of each, which nothing
disturbed, and the median of pairs with its interval of 95 %. At last user instructions by callgrind,
where valgrind is there.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Python/tests"))

from machine import Machine  # noqa: E402

WATTS = 80
STEP = 0.05
BAR = 0.0025

# Says how long its work took, and how much processor time its parent's threads took meanwhile.
COMPUTE = """
import json, os, sys, time
def threads():
    total, folder = 0, f"/proc/{os.getppid()}/task"
    for task in os.listdir(folder):
        with open(f"{folder}/{task}/schedstat") as file: total += int(file.read().split()[0])
    return total
def work(number):
    for step in range(int(sys.argv[1])): number = (number * 5 + step) % 1000003
before, began = threads(), time.monotonic()
work(1)
ended = time.monotonic()
json.dump({"seconds": ended - began, "parent": (threads() - before) / 1e9}, open(sys.argv[2], "w"))
"""


class Counters(threading.Thread):
    """Moves the counters of two packages as time goes on."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.machine = Machine(folder, sockets=2)

    def run(self):
        last = time.monotonic()
        while True:
            time.sleep(STEP)
            now = time.monotonic()
            for counter in self.machine.packages + self.machine.memories:
                counter.joules(WATTS * (now - last))
            last = now


class Meter:
    """Runs commands, alone and under `powersensors run`."""

    def __init__(self, binary, folder, machine):
        self.said, self.told = folder / "said", folder / "told"
        self.run = [
            binary, "run", "--sensor", "rapl:powercap", "--sysfs", str(machine.root / "sys"), "--format", "json", "--",
        ]

    def time(self, command):
        """The processor time of a command in seconds, with that of its children."""
        with open(self.said, "wb") as said:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{command} failed: {self.said.read_text()[-2000:]}")
        return usage.ru_utime + usage.ru_stime

    def compute(self, before, steps):
        """Runs what computes behind other words, and gives what it said."""
        self.time(before + [sys.executable, "-S", "-c", COMPUTE, str(steps), str(self.told)])
        return json.loads(self.told.read_text())


def row(*cells):
    print("| " + " | ".join(cells) + " |")


def waiting(meter, longest, rounds):
    """Tells the processor time beside commands that wait."""
    row("a command that waits", "own processor time", "of its run time")
    row("---", "---", "---")
    for seconds in (0.05, 1, 10, 60):
        if seconds > longest:
            break
        count = max(1, min(rounds, round(30 / seconds)))
        command = ["sleep", str(seconds)]
        alone = statistics.median(meter.time(command) for _ in range(9 if seconds <= 1 else 1))
        own = statistics.median(meter.time(meter.run + command) for _ in range(count)) - alone
        row(f"{seconds} s", f"{own * 1000:.1f} ms", f"{own / seconds:.2%}")


def interval(ratios):
    """The median, and the interval of 95 % by drawing again."""
    source = random.Random(1)
    medians = sorted(statistics.median(source.choices(ratios, k=len(ratios))) for _ in range(2000))
    return f"{statistics.median(ratios):.4f} ({medians[50]:.4f} to {medians[1949]:.4f})"


def computing(meter, rounds):
    """Tells the same beside a command that computes, and how much slower that is; returns the processor time's larger share."""
    steps = round(500_000 / min(meter.compute([], 1_000_000)["seconds"] for _ in range(5)))
    print()
    row("a command that computes", "own processor time", "its time: fastest again / alone", "fastest under `run` / alone",
        "median of pairs: again / alone", "under `run` / alone")
    row(*["---"] * 6)
    largest = 0
    for where, pin in (("on any processor", []), ("on one, the sensors too", ["taskset", "-c", "0"])):
        times = {"alone": [], "again": [], "run": []}
        own = []
        for _ in range(rounds):
            for arm in random.sample(sorted(times), 3):
                result = meter.compute(pin + (meter.run if arm == "run" else []), steps)
                times[arm].append(result["seconds"])
                if arm == "run":
                    own.append(result["parent"] / result["seconds"])
        pairs = [[one / two for one, two in zip(times[arm], times["alone"])] for arm in ("again", "run")]
        fastest = [f"{min(times[arm]) / min(times['alone']):.4f}" for arm in ("again", "run")]
        share = statistics.median(own)
        largest = max(largest, share)
        row(where, f"{share:.3%} of its time", *fastest, *map(interval, pairs))
    return largest


def instructions(meter, folder):
    """Tells the user instructions of a run, and of one sample in it; says so where they cannot be counted."""
    if not shutil.which("valgrind"):
        return print("\nInstructions are not counted, since there is no valgrind.")
    # Valgrind cannot read the debug information.
    binary = folder / "powersensors"
    subprocess.run(["strip", "-o", binary, meter.run[0]], check=True)
    counts = []
    for seconds in ("1", "5"):
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", binary, *meter.run[1:], "sleep", seconds]
        said = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False).stderr
        counts.append(int(said.split("Collected : ")[1].split()[0]))
    sample = (counts[1] - counts[0]) / 40
    print(f"\nUser instructions: {counts[0] - 10 * sample:,.0f} for the start and the result, {sample:,.0f} a sample.")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", help="the command, as it is shipped")
    parser.add_argument("--rounds", type=int, default=40, help="how often each comparison is made")
    parser.add_argument("--longest", type=float, default=60, help="the longest command, in seconds")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as name:
        folder = pathlib.Path(name)
        counters = Counters(folder)
        counters.start()
        meter = Meter(os.path.abspath(options.binary), folder, counters.machine)
        waiting(meter, options.longest, options.rounds)
        share = computing(meter, options.rounds)
        instructions(meter, folder)
    if share > BAR:
        sys.exit(f"beside a command that computes it takes {share:.3%}, more than {BAR:.2%}")


main()
