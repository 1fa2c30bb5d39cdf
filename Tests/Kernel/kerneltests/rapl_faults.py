"""What goes away in mid-run is unavailable with its reason, and comes back by itself: no spike, no restart."""
from .case import Case
from .machine import Machine
from .rapl_agreement import ALL_OF_SERVER, MECHANISMS
from .readings import Listing, Watch, counts, marks
from .registers import Registers, package_of

REGISTERS = Registers((65_000, 8_000, 20_000, 0, 130_000), dram_unit=16)

# What is watched: each mechanism by itself.
WATCHES = "\n".join(f"watch watch-{one} --sensor rapl:{one}" for one in MECHANISMS)

# While a program has a device or an event open, the kernel keeps the drivers msr and rapl from being removed.
DRIVER = """
load_registers {parameters} || exit
{watches}
keep_counts before
set_rig rig_msr running 1
sleep 1
mark gone; rmmod intel_rapl_msr
for driver in rapl msr; do rmmod $driver 2>/dev/null && echo "$driver" >>/job/out/removed; done
usleep 1500000
mark back; modprobe intel_rapl_msr; usleep 3500000
set_rig rig_msr running 0
keep_counts after
mark end
end_watches
"""

# The first of a package's two CPUs, then the whole package. On a busy machine a CPU takes its time to go and to come.
OFFLINE = """
load_registers {parameters} || exit
{watches}
cpus=/sys/devices/system/cpu
keep_counts before
set_rig rig_msr running 1
sleep 1
mark first-gone; echo 0 >$cpus/cpu2/online; usleep 1500000
mark first-back; echo 1 >$cpus/cpu2/online; usleep 1500000
mark gone; echo 0 >$cpus/cpu2/online; echo 0 >$cpus/cpu3/online; mark went; usleep 1500000
mark back; echo 1 >$cpus/cpu2/online; echo 1 >$cpus/cpu3/online; mark came; usleep 3500000
set_rig rig_msr running 0
keep_counts after
mark end
end_watches
"""

# Before the driver comes perf is all there is; then there is a new generation, which goes on with its events. Who looks
# for it opens others, for which the kernel stops these for a moment.
LATE = """
modprobe rig_msr {parameters} || exit
modprobe rapl
watch watch
keep_counts before
set_rig rig_msr running 1
sleep 2
mark here; modprobe intel_rapl_msr; sleep 12
set_rig rig_msr running 0
keep_counts after
mark end
end_watches
"""

# A zone goes, another takes its number, and it comes back with the next one and a counter that starts anew, which is
# seen when the command discovers anew, every 10 s.
ZONES = """
modprobe rig_powercap layout='package-0@65000(core@20000,dram@8000);package-1@40000(dram@6000)' || exit
tell() { set_rig rig_powercap ctl "$1"; }
usleep 300000
watch watch --sensor rapl:powercap
mark failing; tell 'err package-0/core 5'; sleep 1
mark well; tell 'err package-0/core 0'; sleep 1
mark gone; tell 'remove package-1'; sleep 1
mark taken; tell 'add package-7@900000'; readlink -f /sys/class/powercap/intel-rapl:1 >/job/out/taken
cat /sys/class/powercap/intel-rapl:1/name >/job/out/name; usleep 1500000
mark back; tell 'add package-1@40000(dram@6000)'; sleep 13
mark end
end_watches
"""


def cases(kernels):
    """All of them, for the kernels by their series."""
    for kernel in kernels.values():
        machine = Machine(kernel, "Skylake-Server", "4,sockets=2")
        names = {"parameters": REGISTERS.parameters, "watches": WATCHES}
        yield Case("driver removed and loaded again", machine, DRIVER.format(**names), _check_driver)
        yield Case("CPUs taken offline and back", machine, OFFLINE.format(**names), _check_offline)
    # Alone, so that it is over before the command looks around, which takes what is gone from another mechanism.
    names["watches"] = "list list-default\nwatch watch-default"
    driver, offline = DRIVER.format(**names), OFFLINE.format(**names)
    yield Case("driver removed and loaded again, by default", machine, driver, _check_driver_by_default)
    yield Case("CPUs taken offline and back, by default", machine, offline, _check_offline_by_default)
    late = LATE.format(parameters=REGISTERS.parameters)
    yield Case("driver that comes", Machine(kernels["6.12"], processors="2,sockets=2"), late, _check_late)
    yield Case("zones that fail, go and come back", Machine(kernels["6.12"], processors="1"), ZONES, _check_zones)


def _check_driver(run, checks):
    watch = Watch(run, "watch-powercap")
    for identifier in watch.last:
        _check_absence(run, checks, watch, identifier, "gone", "back")
        _check_return(run, checks, watch, "powercap", identifier)
    _check_host(run, checks, watch, "absent")
    checks.equal("drivers that go although they are in use", run.files.get("removed", ""), "")
    times = marks(run)
    for mechanism in ("perf", "msr"):
        watch = Watch(run, f"watch-{mechanism}")
        for identifier in watch.last:
            _check_presence(checks, watch, identifier, times["gone"], times["end"])
            _check_return(run, checks, watch, mechanism, identifier, was_gone=False)


def _check_driver_by_default(run, checks):
    watch = Watch(run, "watch-default")
    times = marks(run)
    for identifier, mechanism in _mechanisms_by_default(run, checks).items():
        if mechanism == "powercap":
            _check_absence(run, checks, watch, identifier, "gone", "back")
        else:
            _check_presence(checks, watch, identifier, times["gone"], times["end"])
        _check_return(run, checks, watch, mechanism, identifier, was_gone=mechanism == "powercap")


def _mechanisms_by_default(run, checks):
    """The mechanism of each channel where none was asked for: perf's, and for what it lacks powercap's."""
    channels = Listing(run, "list-default").of_sensor("rapl")
    chosen = {identifier: channel["mechanism"] for identifier, channel in channels.items()}
    expected = {one: "powercap" if "psys" in one else "perf" for one in ALL_OF_SERVER}
    checks.equal("mechanisms by default", chosen, expected)
    return expected


def _check_late(run, checks):
    watch = Watch(run, "watch")
    generations = [snapshot["generation"] for snapshot in watch.snapshots]
    checks.equal("first and last generation", (generations[0], generations[-1]), (1, 2))
    checks.equal("status of what came", watch.last["rapl/psys"]["status"], "ok")
    for identifier in [one for one in ALL_OF_SERVER if "psys" not in one]:
        channel = watch.last[identifier]
        counted = counts(run, "after")[identifier] - counts(run, "before")[identifier]
        unit = REGISTERS.unit("perf", identifier)
        used = float(counted * unit)
        least = used - 0.02 * REGISTERS.watts(identifier)
        energy = channel["energy_j"]
        checks.that(least <= energy <= used + float(unit / 2), f"energy of {identifier} is {energy} of {used} J")
        checks.equal(f"resets of {identifier}", channel["resets"], 0)
        checks.equal(f"ambiguous energy of {identifier}", channel["ambiguous_j"], 0)
        _check_no_spike(checks, watch, identifier, REGISTERS.watts(identifier))


def _check_offline(run, checks):
    for name in MECHANISMS:
        watch = Watch(run, f"watch-{name}")
        _check_package(run, checks, watch, {identifier: name for identifier in watch.last})


def _check_offline_by_default(run, checks):
    watch = Watch(run, "watch-default")
    _check_package(run, checks, watch, _mechanisms_by_default(run, checks), watch.snapshots[-1]["generation"] > 1)


def _check_package(run, checks, watch, mechanisms, has_changed=False):
    """The second package is gone for a while, and the first is always there; by the mechanism of each channel."""
    for identifier, mechanism in mechanisms.items():
        if package_of(identifier) == 1:
            _check_absence(run, checks, watch, identifier, "gone", "back")
        else:
            times = marks(run)
            _check_presence(checks, watch, identifier, times["first-gone"], times["end"])
        _check_return(run, checks, watch, mechanism, identifier, package_of(identifier) == 1, has_changed)
    _check_host(run, checks, watch, "partial")


def _check_zones(run, checks):
    watch = Watch(run, "watch")
    times = marks(run)
    checks.equal("name of the zone that took the number", run.files["name"].strip(), "package-7")
    core = watch.channel("rapl/package-0/core", times["failing"] + 0.4, times["well"])
    checks.that(core and all(one.status == "io" and one.power is None for one in core), "a failing zone has status io")
    core = watch.channel("rapl/package-0/core", times["well"] + 0.9, times["end"])
    checks.that(core and all(one.status == "ok" for one in core), "a zone that failed is well again")
    _check_presence(checks, watch, "rapl/package-0", times["failing"], times["end"])
    new = watch.channel("rapl/package-7", times["back"] + 12, times["end"])
    checks.that(new and all(one.status == "ok" for one in new), "the zone that took the number is found, too")
    for identifier, watts in (("rapl/package-1", 40), ("rapl/package-1/dram", 6)):
        _check_absence(run, checks, watch, identifier, "gone", "back")
        back = watch.channel(identifier, times["back"] + 12, times["end"])
        checks.that(back and all(one.status == "ok" for one in back), f"{identifier} comes back by itself")
        powers = [one.power for one in back if one.power is not None]
        checks.near(f"power of {identifier}", powers[-1] if powers else None, watts, 0.1 * watts)
        _check_no_spike(checks, watch, identifier, watts)


def _check_absence(run, checks, watch, identifier, gone, back):
    times = marks(run)
    # A snapshot that began before still has what was read until then.
    entries = watch.channel(identifier, times.get("went", times[gone]) + 0.3, times[back])
    found = sorted({one.status for one in entries})
    checks.equal(f"status of {identifier} while it is gone", found, ["absent"])
    checks.that(all(one.power is None for one in entries), f"{identifier} has no power while it is gone")


def _check_presence(checks, watch, identifier, begin, end):
    entries = watch.channel(identifier, begin, end)
    checks.that(
        entries and all(one.status == "ok" and one.power for one in entries), f"{identifier} is there all the time"
    )


def _check_return(run, checks, watch, mechanism, identifier, was_gone=True, has_changed=False):
    times = marks(run)
    watts = REGISTERS.watts(identifier)
    entries = watch.channel(identifier, times.get("came", times["back"]) + 2.5, times["end"])
    checks.that(entries and all(one.status == "ok" for one in entries), f"{identifier} comes back by itself")
    _check_no_spike(checks, watch, identifier, watts)
    # The register went on counting, and nothing of it is lost, nor counted twice.
    counted = counts(run, "after")[identifier] - counts(run, "before")[identifier]
    energy, ambiguous = (watch.last[identifier][name] for name in ("energy_j", "ambiguous_j"))
    unit = REGISTERS.unit(mechanism, identifier)
    if mechanism == "perf" and was_gone:
        # An event counts from its opening on, so that what was used before is open, and said to be.
        least, most = energy - float(unit / 2), energy + ambiguous
        checks.that(least <= counted * unit <= most, f"{identifier} used {float(counted * unit)} J: {least} to {most}")
    elif mechanism == "perf":
        # While an event is opened beside it, the kernel takes it off its processor, and counts nothing of that moment.
        moment = 0.02 * watts
        checks.that(
            -moment <= energy - float(counted * unit) <= float(unit / 2),
            f"{identifier} has {energy} J of {float(counted * unit)} J: no more, and none less but for moments",
        )
    elif was_gone and has_changed:
        # The command looks for what is missing every two seconds. If that falls between the return of the device msr
        # and that of the last zone, msr is all there is, and is used; the energy between the two is open, and said so.
        # It is no more than the moments between two readings.
        least, most = energy - float(unit / 2), energy + min(ambiguous, 0.5 * watts) + float(unit / 2)
        checks.that(least <= counted * unit <= most, f"{identifier} used {float(counted * unit)} J: {least} to {most}")
    else:
        checks.near(f"energy of {identifier} after all in J", energy, float(counted * unit), float(unit / 2))


def _check_no_spike(checks, watch, identifier, watts):
    # Where a read takes long, as on a busy machine while a processor goes, the mean is uncertain, and its band says so.
    powers = [one.least for one in watch.channel(identifier) if one.power is not None]
    checks.that(powers and max(powers) < 1.5 * watts, f"{identifier} never has over {1.5 * watts} W: {max(powers)}")
    checks.that(powers and min(powers) >= 0, f"{identifier} never has less than 0 W: {min(powers)}")


def _check_host(run, checks, watch, status):
    times = marks(run)
    hosts = [
        host
        for snapshot in watch.snapshots_between(times.get("went", times["gone"]) + 0.3, times["back"])
        for host in snapshot["host"]
        if host["scope"] == "cpu"
    ]
    checks.that(
        hosts and all(host["status"] == status and host["power_w"] is None for host in hosts),
        f"the host's power is unknown and {status} while a part is missing",
    )
