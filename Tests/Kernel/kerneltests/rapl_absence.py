"""Registers of virtual machines: absent where there are none, right where they are stale, and never a turn too many."""
import json

from .case import Case
from .machine import Machine
from .rapl_agreement import MECHANISMS
from .readings import Listing, Watch, counts, marks
from .registers import Registers

# QEMU's virtual registers move every second, and a virtual CPU's only where it ran (target/i386/kvm/vmsr_energy.c).
STALE = Registers((65_000, 8_000, 20_000, 0, 0), dram_unit=16, step_microseconds=1_000_000)

# First as QEMU has them without KVM, then as KVM does: the drivers load and find nothing, or do not load.
NO_REGISTERS = """
for driver in msr intel_rapl_msr rapl; do modprobe $driver 2>/dev/null; done
for mechanism in {mechanisms}; do list none-$mechanism --sensor rapl:$mechanism; done
list none
powersensors watch --format json --interval 500ms --duration 2s >/job/out/watch 2>/job/out/watch.errors
for driver in intel_rapl_msr rapl msr; do rmmod $driver 2>/dev/null; done
load_registers zero=1 || exit
for mechanism in {mechanisms}; do list zero-$mechanism --sensor rapl:$mechanism; done
list zero
"""

# The host's figure, and its two parts.
ESTIMATED = ["estimator/host", "estimator/host/active", "estimator/host/idle"]

# CPU 0 is stale for a while, which is the one that is read. Then CPU 3 is, and has to be read since CPU 2 is gone: its
# register shows less than the one before, as if it had turned. Who reads registers goes over to CPU 3 when it looks
# around, every 10 s.
STALE_SCRIPT = """
load_registers {parameters} || exit
set_rig rig_msr running 1
sleep 2
for mechanism in {mechanisms}; do watch watch-$mechanism --sensor rapl:$mechanism; done
sleep 4
mark stale
set_rig rig_msr stale 0x1; sleep 3
set_rig rig_msr stale 0x0; sleep 2
set_rig rig_msr stale 0x8; sleep 3
mark backward
echo 0 >/sys/devices/system/cpu/cpu2/online; sleep 11
set_rig rig_msr stale 0x0; sleep 2
mark forward
echo 1 >/sys/devices/system/cpu/cpu2/online; sleep 3
mark end
end_watches
"""


def cases(kernels):
    """All of them, for the kernels by their series."""
    names = {"parameters": STALE.parameters, "mechanisms": " ".join(MECHANISMS)}
    servers = [Machine(kernel, "Skylake-Server", "2,sockets=2") for kernel in kernels.values()]
    for machine in servers + [Machine(kernels["6.12"], "EPYC", "2,sockets=2")]:
        yield Case("no registers", machine, NO_REGISTERS.format(**names), _check_none)
    machine = Machine(kernels["6.12"], "Skylake-Server", "4,sockets=2")
    yield Case("stale registers", machine, STALE_SCRIPT.format(**names), _check_stale)


def _check_none(run, checks):
    for kind in ("none", "zero"):
        for mechanism in MECHANISMS:
            listing = Listing(run, f"{kind}-{mechanism}")
            checks.equal(f"channels by {mechanism} ({kind})", sorted(listing.channels), [])
            checks.that(listing.findings, f"a finding says why there is nothing by {mechanism} ({kind})")
        listing = Listing(run, kind)
        checks.equal(f"channels ({kind})", sorted(listing.channels), ESTIMATED)
        checks.equal(f"status of the program ({kind})", listing.status, 0)
    lines = run.files["watch"].splitlines()
    hosts = [host for line in lines for host in json.loads(line)["host"]]
    checks.that(hosts and all(host["provenance"] == "estimated" for host in hosts), "only the estimator has a figure")


def _check_stale(run, checks):
    times = marks(run)
    for mechanism in MECHANISMS:
        watch = Watch(run, f"watch-{mechanism}")
        for identifier in watch.last:
            what = f"{identifier} by {mechanism}"
            watts = STALE.watts(identifier)
            entries = watch.channel(identifier)
            powers = [one.power for one in entries if one.power is not None]
            # What stood still for up to 16 s comes at once, in 0.2 s, or less after a look that was late. A turn, of
            # 262 kJ or 66 kJ, would be more even in a second.
            most = 1000 * watts
            checks.that(powers and max(powers) < most, f"{what} never has over {most} W: {max(powers, default=None)}")
            energies = [one.energy for one in entries if one.energy is not None]
            checks.equal(f"steps back of {what}", [b - a for a, b in zip(energies, energies[1:]) if b < a], [])
            # In steps of a second at both ends. The three seconds by which the register went back are counted once
            # more where it is taken for a reset; so does the kernel's perf, which takes it for its new beginning.
            seconds = entries[-1].at - entries[0].at
            most = watts * (seconds + 2.5 + 3.2)
            checks.that(energies[-1] <= most, f"{what} has no more than it used: {energies[-1]} J of {most} J")
            checks.equal(f"status of {what} at the end", entries[-1].status, "ok")
            # Nothing is lost either, but the steps of a second at both ends.
            least = watts * (seconds - 2.5)
            checks.that(energies[-1] >= least, f"{what} has no less than it used: {energies[-1]} J of {least} J")
            if mechanism == "msr" and identifier.startswith("rapl/package-1"):
                gone = watch.channel(identifier, times["backward"], times["forward"])
                checks.that(any(one.status == "ok" for one in gone), f"{what} is read on the other processor")
            _check_steady(what, watts, watch.channel(identifier, times["stale"] - 2.2, times["stale"]), checks)


def _check_steady(what, watts, entries, checks):
    """The power of a source that moves every second: a step is found up to one look late."""
    powers = [one.power for one in entries]
    checks.that(powers and None not in powers, f"{what} always has a power: {powers}")
    if not powers or None in powers:
        return
    looks = [b.at - a.at for a, b in zip(entries, entries[1:])]
    late = max(looks, default=0.2) + 0.1
    within = [watts * 0.97 / (1 + late) <= one <= watts * 1.03 / max(1 - late, 0.2) for one in powers]
    checks.that(all(within), f"{what} has {watts} W, each step found at most {late:.2f} s late: {powers}")
