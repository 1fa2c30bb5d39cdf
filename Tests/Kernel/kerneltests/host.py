"""A host beside a guest: made-up counters that run at known watts, and our publisher that divides their energy.

What the guest should be told is computed here, of the watts and of the processor time of the guest's own process, and
never of what the publisher says.
"""
import json
import os
import subprocess
import threading
import time

WATTS = {"intel-rapl:0": ("package-0", 60.0), "intel-rapl:0:0": ("dram", 10.0)}
HOST_WATTS = sum(watts for _, watts in WATTS.values())
PERIOD = 1.0
GUEST = "rig"
# Of qemu-system-common; it needs root.
VIRTIOFSD = "/usr/lib/qemu/virtiofsd"


class Host:
    """Publishes for one guest, and does what the guest asks for by files of its job, such as told.kill."""

    def __init__(self, folder, programs):
        self._out = f"{folder}/job/out"
        self._counters = f"{folder}/host"
        self._share = f"{folder}/share"
        self._command = [
            f"{programs}/bin/powersensors", "export", "--guests", self._share, "--guests-period", f"{PERIOD:.0f}s",
            "--guest-name", GUEST, "--guest-user", str(os.geteuid()), "--sysfs", self._counters, "--sensor", "rapl",
        ]  # fmt: skip
        self._said = open(f"{folder}/publisher", "wb")
        self._told = {}
        self._ending = threading.Event()
        self._emulator = None
        self._publisher = None
        self._virtiofsd = None
        self._socket = f"{folder}/virtiofsd.socket"

    # What the emulator is started with.

    @property
    def shares(self):
        """The tag and the folder of what the guest may mount."""
        return (("share", f"{self._share}/{GUEST}"),)

    @property
    def arguments(self):
        """By which the publisher knows the guest, and by which the guest has a share by virtiofs, where that can be."""
        arguments = ["-name", f"guest={GUEST},debug-threads=on"]
        if self.has_virtiofs:
            arguments += [
                "-chardev", f"socket,id=virtiofs,path={self._socket}",
                "-device", "vhost-user-fs-pci,chardev=virtiofs,tag=virtiofs",
                "-object", "memory-backend-memfd,id=memory,size=512M,share=on", "-numa", "node,memdev=memory",
            ]  # fmt: skip
        return arguments

    @property
    def has_virtiofs(self):
        """Whether there is a server for virtiofs, which takes root."""
        return os.access(VIRTIOFSD, os.X_OK) and os.geteuid() == 0

    def __enter__(self):
        self._files = []
        for zone, (name, _) in WATTS.items():
            path = f"{self._counters}/class/powercap/{zone}"
            os.makedirs(path)
            for file, text in (("name", name), ("max_energy_range_uj", "262143328850"), ("enabled", "1")):
                with open(f"{path}/{file}", "w", encoding="utf-8") as opened:
                    opened.write(text + "\n")
            self._files.append((os.open(f"{path}/energy_uj", os.O_RDWR | os.O_CREAT), WATTS[zone][1]))
        self._began = time.monotonic()
        self._advance()
        self._threads = [threading.Thread(target=body) for body in (self._run_counters, self._run_requests)]
        for thread in self._threads:
            thread.start()
        self._start()
        limit = time.monotonic() + 20
        while not os.path.isdir(self.shares[0][1]) and time.monotonic() < limit:
            time.sleep(0.05)
        if self.has_virtiofs:
            self._virtiofsd = subprocess.Popen(
                [VIRTIOFSD, f"--socket-path={self._socket}", "-o", f"source={self.shares[0][1]}", "-o", "cache=none"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            while not os.path.exists(self._socket) and time.monotonic() < limit:
                time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self._ending.set()
        for thread in self._threads:
            thread.join()
        self._stop()
        if self._virtiofsd:
            self._virtiofsd.kill()
            self._virtiofsd.wait()
        for file, _ in self._files:
            os.close(file)
        self._said.close()

    def follow(self, emulator):
        """Takes a process for the guest."""
        self._emulator = emulator

    def files(self):
        """What is known in the end: what was told, with the guest's processor time and the missing time until then."""
        with open(self._said.name, encoding="utf-8", errors="replace") as file:
            said = file.read()
        host = {"told": self._told, "has_virtiofs": self.has_virtiofs}
        return {"host": json.dumps(host), "publisher": said}

    # The publisher's life.

    def _start(self):
        self._publisher = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=self._said, stderr=subprocess.STDOUT
        )

    def _stop(self):
        if self._publisher:
            self._publisher.kill()
            self._publisher.wait()
            self._publisher = None

    # Threads.

    def _run_counters(self):
        while not self._ending.wait(0.01):
            self._advance()

    def _advance(self):
        seconds = time.monotonic() - self._began
        for file, watts in self._files:
            # Of one width, so that nothing of an older number is left behind it.
            os.pwrite(file, b"%-18d\n" % (1_000_000 + seconds * watts * 1e6), 0)

    def _run_requests(self):
        while not self._ending.wait(0.01):
            for name in os.listdir(self._out):
                word = name.removeprefix("told.")
                if word == name or word in self._told:
                    continue
                self._told[word] = (_seconds_of(self._emulator), _missing_seconds())
                if word in ("kill", "restart"):
                    self._stop()
                if word == "restart":
                    self._start()
                with open(f"{self._out}/done.{word}", "w", encoding="utf-8"):
                    pass  # The guest goes on when it sees this.


def _seconds_of(process):
    """The processor time of a process and all its threads: fields 14 and 15 of proc_pid_stat(5)."""
    with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _missing_seconds():
    """The time of all processors that the kernel knows neither busy nor idle, plus a constant: this machine's own host
    ran something else, and said so (stolen time, field 8 of proc_stat(5)) or not.
    """
    with open("/proc/stat", encoding="utf-8") as file:
        user, nice, system, idle, waiting, interrupts, soft = (int(field) for field in file.readline().split()[1:8])
    known = (user + nice + system + idle + waiting + interrupts + soft) / os.sysconf("SC_CLK_TCK")
    return time.monotonic() * os.cpu_count() - known


def expected_joules(told, begin, end):
    """What the guest used between two marks, the least and the most that may be right: its part of all processors' time
    at the known watts.

    A kernel that cannot know when time was missing counts it as the process's own, but not as time in which tasks ran.
    """
    seconds, missing = (later - earlier for earlier, later in zip(told[begin], told[end]))
    return tuple(HOST_WATTS * time / os.cpu_count() for time in (seconds - max(missing, 0), seconds))
