"""A virtual machine with one of Debian's kernels, booted for one script.

It runs under QEMU's software emulation, so that neither KVM nor root is needed. Its root is in memory; the kernel's
modules, our programs and the job's folder are the host's, by 9p.
"""
import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

EMULATOR = "qemu-system-x86_64"
# A guest that shows no life for so many seconds has been lost by its emulator, and says nothing of us.
STANDSTILL = 60
ATTEMPTS = 3
# The emulator translates code once for each address, so that programs start in half the time where theirs stay the same
# (norandmaps). The kernel's tests of its ciphers and the table of interrupts in ACPI take three seconds each.
FASTER = (
    "mitigations=off nokaslr norandmaps nmi_watchdog=0 rcupdate.rcu_expedited=1 no_timer_check random.trust_cpu=on "
    "cryptomgr.notests acpi=noirq rodata=off"
)
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@dataclass(frozen=True)
class Machine:
    """What is booted: a kernel, a processor and its sockets, and the devices of an ACPI table."""

    kernel: str  # A folder that prepare.sh made.
    processor: str = "Skylake-Server"
    processors: str = "2,sockets=2"
    acpi_table: str = ""
    arguments: str = ""  # More arguments of the kernel.

    @property
    def release(self):
        """What `uname -r` says in it."""
        with open(f"{self.kernel}/release", encoding="utf-8") as file:
            return file.read().strip()


@dataclass
class Run:
    """What a script left behind: its exit status, what it said, and the files it wrote."""

    status: int
    said: str
    kernel_log: str
    seconds: float
    stood_still: bool
    files: dict = field(default_factory=dict)


def boot(machine, script, programs, limit, host=None):
    """Runs a script in a fresh guest, and gives what it left behind. It is ended after `limit` seconds.

    What `host` makes of the guest's folder and the programs works beside it.

    In the guest /job/out is for what the script writes, and `powersensors` and the other programs are in PATH. The
    status is None where the script did not come to its end. Then it is booted again, and a line says so: an emulator
    that shares its processors may lose a guest that moves tasks off one of its own.
    """
    began = time.monotonic()
    for attempt in range(1, ATTEMPTS + 1):
        run = _attempt(machine, script, programs, limit, host)
        run.seconds = time.monotonic() - began
        if run.status is not None or attempt == (ATTEMPTS if run.stood_still else 2):
            return run
        what = "stood still as a whole" if run.stood_still else f"did not come to its end within {limit} s"
        print(f"       a guest {what}, and is booted again: {machine.processor}, {machine.release}", flush=True)


def _attempt(machine, script, programs, limit, host):
    folder = tempfile.mkdtemp(prefix="kernel-test-")
    try:
        os.makedirs(f"{folder}/job/out")
        with open(f"{HERE}/guest/functions.sh", encoding="utf-8") as functions:
            text = functions.read() + script
        with open(f"{folder}/job/script", "w", encoding="utf-8") as file:
            file.write(text)
        beside = host(folder, programs) if host else None
        with beside or contextlib.nullcontext():
            said, stood_still = _run_emulator(machine, folder, programs, limit, beside)
        return Run(
            status=_status(f"{folder}/job/status"),
            said=said,
            kernel_log=_text(f"{folder}/kernel.log"),
            seconds=0,
            stood_still=stood_still,
            files={name: _text(f"{folder}/job/out/{name}") for name in os.listdir(f"{folder}/job/out")}
            | (beside.files() if beside else {}),
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_emulator(machine, folder, programs, limit, beside):
    command = [
        EMULATOR, "-M", "pc", "-accel", "tcg,thread=multi", "-cpu", machine.processor, "-smp", machine.processors,
        "-m", "512", "-nodefaults", "-display", "none", "-no-reboot",
        "-serial", f"file:{folder}/kernel.log", "-serial", "stdio",
        "-kernel", f"{machine.kernel}/vmlinux", "-initrd", f"{machine.kernel}/initramfs.cpio",
        "-append", f"console=ttyS0 panic=-1 quiet {FASTER} {machine.arguments}",
    ]  # fmt: skip
    shares = [("modules", f"{machine.kernel}/root/lib/modules", ",readonly=on"), ("programs", programs, ",readonly=on"),
              ("job", f"{folder}/job", "")]  # fmt: skip
    if beside:
        shares += [(tag, path, ",readonly=on") for tag, path in beside.shares]
        command += beside.arguments
    for tag, path, more in shares:
        command += ["-virtfs", f"local,security_model=none,multidevs=remap,mount_tag={tag},path={path}{more}"]
    if machine.acpi_table:
        command += ["-acpitable", f"file={machine.acpi_table}"]
    with open(f"{folder}/said", "wb") as output:
        emulator = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        if beside:
            beside.follow(emulator.pid)
        try:
            stood_still = _wait(emulator, folder, limit)
        finally:
            emulator.kill()
            emulator.wait()
    # QEMU says which features of the processor it cannot emulate; nobody asked for them.
    lines = _text(f"{folder}/said").replace("\r", "").splitlines()
    return "\n".join(line for line in lines if "warning: TCG doesn't support" not in line), stood_still


def _wait(emulator, folder, limit):
    """Waits for the guest's end, `limit` seconds at most. Whether it showed no life for long."""
    began = time.time()
    while time.time() - began < limit:
        try:
            emulator.wait(timeout=2)
            return False
        except subprocess.TimeoutExpired:
            alive = f"{folder}/job/alive"
            last = os.path.getmtime(alive) if os.path.exists(alive) else began
            if time.time() - max(last, began) > STANDSTILL:
                return True
    return False


def _text(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def _status(path):
    text = _text(path).strip()
    return int(text) if text else None
