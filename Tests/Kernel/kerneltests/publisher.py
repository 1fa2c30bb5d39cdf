"""Writers of shares on the host, each in a way of its own, at powers that are known."""
import os
import struct
import subprocess
import threading
import time

from .host import VIRTIOFSD

PERIOD = 1.0
PACKAGE = 20  # Watts.
DRAM = 4
EPOCH = bytes(range(16))


def crc32c(data):
    """The check sum of RFC 3720, appendix B.4."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def record(sequence, nanoseconds, package, dram):
    """A record as Docs/GuestShare.md has it; energies in nanojoules."""
    entries = ((b"package", package), (b"dram", dram))
    head = struct.pack("<8sHHI16sQQQBBBBI", b"PWRSHARE", 1, 0, 64 + 48 * len(entries), EPOCH, sequence, nanoseconds,
                       int(PERIOD * 1e9), 1, 1, 1, 0, len(entries))  # fmt: skip
    body = head + b"".join(struct.pack("<16sQQQ8x", name, energy, energy, energy) for name, energy in entries)
    return (body + struct.pack("<I", crc32c(body))).ljust(4096, b"\0")


class Publisher:
    """Writes shares into folders beside a guest, one for each way, but for the time that its job has a file `pause`.

    It writes a file `paused` beside that once it has ceased.

    `pwrite`, `rename` and `truncate` are records; `tree` is a counter that is emptied before it is written, as
    Scaphandre does.
    """

    WAYS = ("pwrite", "rename", "truncate", "tree")

    def __init__(self, caches, daemon_caches, folder, _):
        self._caches = caches
        self._daemon_caches = daemon_caches
        self._daemons = []
        self._job = folder
        self._folder = f"{folder}/shares"
        self._pause = f"{folder}/job/out/pause"
        self._paused = f"{folder}/job/out/paused"
        self._began = time.clock_gettime(time.CLOCK_BOOTTIME)
        self._sequence = 0
        self._is_ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def shares(self):
        """What the guest mounts: all of it with a tag for each cache, since a tag is mounted but once; and one way."""
        return [(cache, self._folder) for cache in self._caches] + [("powersensors", f"{self._folder}/pwrite")]

    @property
    def arguments(self):
        """What the emulator takes to offer the same by virtiofs, by a daemon for each cache."""
        arguments = []
        if self._daemon_caches:
            # The daemons read and write the guest's own memory.
            arguments += ["-object", "memory-backend-memfd,id=memory,size=512M,share=on", "-numa", "node,memdev=memory"]
        for cache in self._daemon_caches:
            arguments += ["-chardev", f"socket,id={cache},path={self._socket(cache)}"]
            arguments += ["-device", f"vhost-user-fs-pci,chardev={cache},tag={cache}"]
        return arguments

    def _socket(self, cache):
        return f"{self._job}/{cache}.socket"

    def follow(self, emulator):
        """It needs to know nothing of the guest."""

    def files(self):
        """It leaves nothing behind."""
        return {}

    def __enter__(self):
        for way in self.WAYS:
            os.makedirs(f"{self._folder}/{way}")
        os.makedirs(f"{self._folder}/tree/intel-rapl:0/")
        self._write_all()
        self._thread.start()
        for cache in self._daemon_caches:
            self._start_daemon(cache)
        return self

    def __exit__(self, *_):
        self._is_ended.set()
        self._thread.join()
        for daemon in self._daemons:
            daemon.kill()
            daemon.wait()

    def _start_daemon(self, cache):
        options = (f"--socket-path={self._socket(cache)}", "-o", f"source={self._folder}", "-o", f"cache={cache}")
        nothing = subprocess.DEVNULL
        self._daemons.append(subprocess.Popen([VIRTIOFSD, *options], stdin=nothing, stdout=nothing, stderr=nothing))
        limit = time.monotonic() + 20
        while not os.path.exists(self._socket(cache)) and time.monotonic() < limit:
            time.sleep(0.05)

    def _run(self):
        while not self._is_ended.wait(PERIOD):
            if os.path.exists(self._pause):
                open(self._paused, "wb").close()
            else:
                self._write_all()

    def _write_all(self):
        seconds = time.clock_gettime(time.CLOCK_BOOTTIME) - self._began
        self._sequence += 1
        data = record(self._sequence, int(seconds * 1e9), int(seconds * PACKAGE * 1e9), int(seconds * DRAM * 1e9))
        share = f"{self._folder}/{{}}/share"
        _write_in_place(share.format("pwrite"), data)
        _replace(share.format("rename"), data)
        _write_anew(share.format("truncate"), data)
        counter = str(int(seconds * PACKAGE * 1e6)).encode()
        _write_anew(f"{self._folder}/tree/intel-rapl:0/energy_uj", counter)


def _write_in_place(path, data):
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    os.pwrite(file, data, 0)
    os.close(file)


def _replace(path, data):
    with open(f"{path}.new", "wb") as file:
        file.write(data)
    os.rename(f"{path}.new", path)


def _write_anew(path, data):
    with open(path, "wb", buffering=0) as file:
        file.write(data)
