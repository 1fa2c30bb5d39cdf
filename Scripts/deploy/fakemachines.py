"""Simulated machines: folders in the form of /sys and /proc, whose counters rise in real time at known watts."""
import bisect
import math
import os
import pathlib
import threading
import time


class Truth:
    """What was really used of something, in joules, at every step of the simulation."""

    def __init__(self):
        self.times, self.joules = [], []

    def add(self, at, joules):
        self.times.append(at)
        self.joules.append((self.joules[-1] if self.joules else 0.0) + joules)

    def at(self, instant):
        index = min(max(bisect.bisect_right(self.times, instant), 1), len(self.times) - 1)
        before, after = self.times[index - 1], self.times[index]
        part = (instant - before) / (after - before)
        return self.joules[index - 1] + part * (self.joules[index] - self.joules[index - 1])

    def between(self, start, end):
        return self.at(end) - self.at(start)


class File:
    """A file that is written again in place, since readers keep it open."""

    def __init__(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        self.length = 0

    def write(self, text):
        data = text.encode()
        os.pwrite(self.descriptor, data, 0)
        if len(data) != self.length:
            os.ftruncate(self.descriptor, len(data))
        self.length = len(data)

    def close(self):
        os.close(self.descriptor)


class Register:
    """An energy register of 2⁻¹⁴ J and 32 bits, shown as Intel's driver does."""

    def __init__(self, path, watts, start):
        self.file, self.watts, self.count, self.joules = File(path), watts, start, 0.0
        self.write()

    def write(self):
        self.file.write(f"{(self.count + int(self.joules * 16384)) % 2**32 * 61035 // 1000}\n")


class Process:
    """A process that runs for `load` processors."""

    def __init__(self, machine, number, name, arguments, load, group):
        folder = machine.proc / str(number)
        self.number, self.name, self.load, self.ticks = number, name, load, 1_000_000.0
        self.arguments = arguments
        folder.mkdir(parents=True)
        (folder / "cmdline").write_bytes(b"".join(one.encode() + b"\0" for one in arguments))
        user, own = os.getuid(), os.getgid()
        (folder / "status").write_text(
            f"Name:\t{name}\nUid:\t{user}\t{user}\t{user}\t{user}\nGid:\t{own}\t{own}\t{own}\t{own}\n")
        (folder / "cgroup").write_text(f"0::{group}\n")
        self.file = File(folder / "stat")
        self.write()

    def write(self):
        # The fields of proc_pid_stat(5): the 14th and 15th are the times, the 22nd is the start.
        ticks = int(self.ticks)
        self.file.write(f"{self.number} ({self.name}) S 1 1 1 0 -1 4194560 100 0 0 0 {ticks - ticks // 4} {ticks // 4} 0 0 "
                        f"20 0 1 0 {1000 + self.number} 1000000 100 18446744073709551615\n")


class Machine:
    """A machine of some processors; nothing is in it before it is added."""

    def __init__(self, folder, processors, model="Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz", is_guest=False):
        self.folder = pathlib.Path(folder)
        self.sys, self.proc, self.dev = (self.folder / name for name in ("sys", "proc", "dev"))
        for root in (self.sys, self.proc, self.dev):
            root.mkdir(parents=True)
        self.processors, self.processes, self.registers, self.hooks = processors, [], [], []
        self.idle = 10_000_000.0
        self.truths = {}
        flags = "fpu tsc msr constant_tsc nonstop_tsc" + (" hypervisor" if is_guest else "")
        (self.proc / "cpuinfo").write_text("".join(
            f"processor\t: {one}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\nmodel name\t: {model}\n"
            f"stepping\t: 6\ncpu MHz\t\t: 2000.000\nphysical id\t: 0\nsiblings\t: {processors}\ncore id\t\t: {one}\n"
            f"cpu cores\t: {processors}\nflags\t\t: {flags}\n\n" for one in range(processors)))
        (self.proc / "meminfo").write_text("MemTotal:       33554432 kB\nMemFree:        16777216 kB\n"
                                           "MemAvailable:   16777216 kB\n")
        for name in ("online", "possible", "present"):
            self.write(f"devices/system/cpu/{name}", f"0-{processors - 1}\n")
        for one in range(processors):
            self.write(f"devices/system/cpu/cpu{one}/topology/physical_package_id", "0\n")
            self.write(f"devices/system/cpu/cpu{one}/topology/core_id", f"{one}\n")
            self.write(f"devices/system/cpu/cpu{one}/topology/die_id", "0\n")
        self.stat = File(self.proc / "stat")
        self.write_stat()

    def write(self, path, text):
        path = self.sys / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def link(self, path, target):
        path = self.sys / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)

    def add_zone(self, identifier, name, watts, truth=None, start=2**31):
        """A powercap zone; `watts` is a function of the seconds since the start, `truth` what its joules also count in."""
        parts = identifier.split(":")
        nested = "/".join(":".join(parts[:count]) for count in range(2, len(parts) + 1))
        folder = f"devices/virtual/powercap/{parts[0]}"
        if not (self.sys / folder).exists():
            self.write(f"{folder}/enabled", "1\n")
            self.link(f"class/powercap/{parts[0]}", f"../../{folder}")
        folder = f"{folder}/{nested}"
        self.write(f"{folder}/name", f"{name}\n")
        self.write(f"{folder}/enabled", "1\n")
        self.write(f"{folder}/max_energy_range_uj", f"{(2**32 - 1) * 61035 // 1000}\n")
        register = Register(self.sys / folder / "energy_uj", watts, start)
        self.link(f"class/powercap/{identifier}", f"../../{folder}")
        self.registers.append((register, truth))
        return register

    def add_device(self, class_name, name, files):
        for file, text in files.items():
            self.write(f"devices/virtual/{class_name}/{name}/{file}", f"{text}\n")
        self.link(f"class/{class_name}/{name}", f"../../devices/virtual/{class_name}/{name}")

    def add_process(self, number, name, arguments, load, group="/system.slice/other.service", truth=None):
        process = Process(self, number, name, arguments, load, group)
        self.processes.append((process, truth))
        return process

    def add_machine(self, number, namespace, name, load, truth):
        """A virtual machine as KubeVirt starts it."""
        pod = f"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0000000{number}_0000_0000_0000_000000000000.slice"
        arguments = ["/usr/libexec/qemu-kvm", "-name", f"guest={namespace}_{name},debug-threads=on", "-uuid",
                     f"00000000-0000-4000-8000-{number:012d}", "-m", "2048"]
        return self.add_process(number, "qemu-kvm", arguments, load, f"{pod}/cri-containerd-{number:064x}.scope", truth)

    def write_stat(self):
        # The sum of what the processes show, to the tick.
        user, idle = 10_000_000 + sum(int(process.ticks) - 1_000_000 for process, _ in self.processes), int(self.idle)
        each = [f"cpu{one} {user // self.processors} 0 0 {idle // self.processors} 0 0 0 0 0 0" for one in
                range(self.processors)]
        self.stat.write("\n".join([f"cpu  {user} 0 0 {idle} 0 0 0 0 0 0", *each, "intr 0", "ctxt 0", "btime 1700000000",
                                   "processes 1", "procs_running 1", "procs_blocked 0", ""]))

    def step(self, at, seconds, clock):
        """Lets everything go on: `at` is the time since the start, `clock` the wall time at which it has gone on."""
        joules = {}
        for register, truth in self.registers:
            used = register.watts(at) * seconds
            register.joules += used
            for name in truth or ():
                joules[name] = joules.get(name, 0.0) + used
        capacity = self.processors * 100 * seconds
        busy = 0.0
        for process, truth in self.processes:
            ticks = process.load(at) * 100 * seconds
            process.ticks += ticks
            busy += ticks
            for name in truth or ():
                joules[name] = joules.get(name, 0.0) + joules.get("cpu", 0.0) * ticks / capacity
        if self.processes:
            joules["idle"] = joules.get("cpu", 0.0) * (capacity - busy) / capacity
        self.idle += capacity - busy
        # The energy before the times, as close as can be: a scan in between sees a tenth of a second of difference.
        for register, _ in self.registers:
            register.write()
        for process, _ in self.processes:
            process.write()
        self.write_stat()
        for hook in self.hooks:
            hook(at)
        for name, used in joules.items():
            self.truths.setdefault(name, Truth()).add(clock, used)


def even(watts):
    return lambda at: watts


def wave(mean, part, period):
    """A power that goes up and down by a part of its mean."""
    return lambda at: mean * (1 + part * math.sin(2 * math.pi * at / period))


class Simulation:
    """Lets machines go on in real time, twenty times a second, on a thread of its own."""

    def __init__(self, machines):
        self.machines, self.ends, self.longest = machines, threading.Event(), 0.0
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        start = last = time.monotonic()
        while not self.ends.wait(0.05):
            now = time.monotonic()
            clock = time.time()
            self.longest = max(self.longest, now - last)
            for machine in self.machines:
                machine.step(last - start, now - last, clock)
            last = now

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()
