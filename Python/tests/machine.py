"""A machine of files with known joules, for tests."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import threading
import traceback
from typing import Any, Callable, Dict, Iterator, List


class Counter:
    """A zone of powercap, as the kernel shows an Intel register: 2^-14 J a count, in 32 bits."""

    def __init__(self, folder: pathlib.Path, name: str, count: int) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        (folder / "name").write_text(name + "\n")
        # 61035 nJ a count are what the kernel makes of 2^-14 J.
        (folder / "max_energy_range_uj").write_text(f"{0xFFFFFFFF * 61035 // 1000}\n")
        self.energy_file = folder / "energy_uj"
        self.energy_file.touch()
        self.count = count
        self.advance(0)

    def advance(self, counts: int) -> None:
        """Counts energy. The file is written in place, as a kernel does it."""
        self.count += counts
        with open(self.energy_file, "r+b", buffering=0) as file:
            file.write(f"{(self.count & 0xFFFFFFFF) * 61035 // 1000:<20}\n".encode())

    def joules(self, joules: float) -> None:
        """Counts so many joules."""
        self.advance(round(joules * 16384))

    def before_wrap(self, counts: int) -> None:
        """Sets the counter to so many counts before its register wraps."""
        self.count = 0x100000000 - counts
        self.advance(0)


class Machine:
    """One or more packages, each with its memory."""

    def __init__(self, root: pathlib.Path, sockets: int = 1) -> None:
        self.root = root
        (root / "proc").mkdir()
        zones = root / "sys/class/powercap"
        self.packages: List[Counter] = []
        self.memories: List[Counter] = []
        for socket in range(sockets):
            folder = zones / f"intel-rapl:{socket}"
            self.packages.append(Counter(folder, f"package-{socket}", 1_000_000 * (socket + 1)))
            self.memories.append(Counter(folder / f"intel-rapl:{socket}:0", "dram", 3_000_000 * (socket + 1)))

    @property
    def options(self) -> Dict[str, Any]:
        """The options that open it. The counters move by joules within microseconds, which takes some power."""
        return {
            "sysfs": str(self.root / "sys"), "procfs": str(self.root / "proc"), "estimator": False,
            "maximum_power": 1e5,
        }


def in_child(work: Callable[[], Any]) -> int:
    """The exit code of a forked child that does some work: 0 if it returns, negative if it hangs."""
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(20)
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextlib.contextmanager
def held_elsewhere(lock: Any) -> Iterator[None]:
    """Another thread holds a lock meanwhile."""
    is_held, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            is_held.set()
            leave.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert is_held.wait(20)
    try:
        yield
    finally:
        leave.set()
        thread.join()
