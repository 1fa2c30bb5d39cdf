"""Every mechanism shows the energy that the registers really counted, on one machine and kernel after the other."""
from .case import Case
from .machine import Machine
from .readings import Listing, Watch, counts, marks
from .registers import Registers, domain_of

MECHANISMS = ("perf", "powercap", "msr")

# The counters stand still at both ends, so that what each mechanism must have counted is known to the count. At last
# they move for who compares the mechanisms: not before, since who opens an event stops all others for a moment.
SCRIPT = """
load_registers {parameters} || exit
for mechanism in {mechanisms}; do list list-$mechanism --sensor rapl:$mechanism; done
for mechanism in {mechanisms}; do watch watch-$mechanism --sensor rapl:$mechanism {options}; done
keep_counts before
mark start
set_rig rig_msr running 1
sleep {seconds}
set_rig rig_msr running 0
mark end
keep_counts after
end_watches
set_rig rig_msr running 1
list list-default {options}
"""


# From one processor, since what perf shows of a die changes with the reader's.
PERF_OF_DIES = """
taskset 1 powersensors list --json --sensor rapl:perf >/job/out/list-perf-of-dies
echo $? >/job/out/list-perf-of-dies.status
"""

# Which of two mechanisms is right nobody can know, so the finding has both figures.
QUIRK = """
load_registers {parameters} || exit
set_rig rig_msr running 1
list list
for mechanism in perf powercap msr; do watch watch-$mechanism --sensor rapl:$mechanism; done
sleep 3
end_watches
"""


def cases(kernels):
    """All of them, for the kernels by their series."""
    server = Registers((65_000, 8_000, 20_000, 0, 130_000), dram_unit=16)
    client = Registers((28_000, 3_000, 11_000, 7_000, 45_000))
    amd = Registers((90_000, 0, 4_000, 0, 0), energy_unit=16)
    for kernel in kernels.values():
        two_packages = Machine(kernel, "Skylake-Server", "4,sockets=2")
        yield _case("Intel server, two packages", two_packages, server, ALL_OF_SERVER)
        yield _case("Intel client", Machine(kernel, "Skylake-Client", "2"), client, ALL_OF_CLIENT)
        yield _case("AMD, two packages", Machine(kernel, "EPYC", "4,sockets=2"), amd, ALL_OF_AMD)
    newest = kernels["6.12"]
    yield _case(
        "Intel client, Broadwell",
        Machine(newest, "Broadwell", "1"),
        Registers((15_000, 1_000, 9_000, 2_000, 0), step_microseconds=976),
        CHANNELS_OF_PACKAGE + ["rapl/package-0/uncore", "rapl/package-0/dram"],
    )
    yield _case(
        "Intel server whose psys counts whole joules",
        Machine(newest, "Skylake-Server,model=143", "2,sockets=2"),
        Registers((350_000, 40_000, 0, 0, 900_000), psys_unit=0, is_psys_on_first=True),
        ["rapl/package-0", "rapl/package-0/dram", "rapl/package-1", "rapl/package-1/dram", "rapl/psys"],
        seconds=4,
    )
    yield _case(
        "Intel Atom, whose unit is the other way round",
        Machine(newest, "Skylake-Client,model=55", "1"),
        Registers((4_000, 0, 2_000, 0, 0), energy_unit=5, is_atom=True),
        CHANNELS_OF_PACKAGE,
        mechanisms=("powercap", "msr"),
    )
    eight = Registers((150_000, 20_000, 60_000, 0, 0), dram_unit=16, skew=10)
    eight_packages = Machine(newest, "Cascadelake-Server", "8,sockets=8")
    yield _case("Intel server, eight packages", eight_packages, eight, ALL_OF_EIGHT)
    # Before Linux 6.13 perf reads a die's register on whatever die the reader runs, so it is left to the others.
    dies = Registers((100_000, 12_000, 40_000, 0, 0), dram_unit=16, die_skew=40)
    for kernel in kernels.values():
        two_dies = Machine(kernel, "Cascadelake-Server", "4,sockets=1,dies=2")
        yield _case(
            "Intel server, one package of two dies", two_dies, dies, ALL_OF_DIES, mechanisms=("powercap", "msr"),
            look=_check_dies, more=PERF_OF_DIES,
        )
    # Here the kernel's powercap takes the unit of memory for the package's, and perf knows better.
    quirk = Registers((35_000, 9_000, 15_000, 0, 0), dram_unit=16)
    yield Case(
        "Broadwell-D, where perf and powercap disagree",
        Machine(newest, "Broadwell,model=86", "2"),
        QUIRK.format(parameters=quirk.parameters),
        _check_disagreement,
    )
    # In the finest unit that counts exactly by powercap, at powers that let a register wrap every two seconds.
    near_wrap = 2**32 - 1000
    fine = Registers((4_000_000, 4_000_000, 3_500_000, 0, 4_500_000), 19, dram_unit=16, start=near_wrap, skew=10)
    fine_amd = Registers((4_000_000, 0, 3_500_000, 0, 0), energy_unit=19, start=near_wrap, skew=10)
    fine_client = Registers((4_000_000, 3_800_000, 3_500_000, 3_600_000, 4_500_000), energy_unit=19, start=near_wrap)
    finer = Registers((65_000, 8_000, 60_000, 55_000, 130_000), energy_unit=24, start=near_wrap)
    for kernel in kernels.values():
        yield _wraps("wraps, Intel server", Machine(kernel, "Skylake-Server", "2,sockets=2"), fine, ALL_OF_SERVER)
        yield _wraps("wraps, Intel client", Machine(kernel, "Skylake-Client", "2"), fine_client, ALL_OF_CLIENT)
        yield _wraps("wraps, AMD", Machine(kernel, "EPYC", "2,sockets=2"), fine_amd, ALL_OF_AMD)
    yield _wraps("wraps in a unit below 1 µJ", Machine(newest, "Skylake-Client", "2"), finer, ALL_OF_CLIENT, 13, "300")


CHANNELS_OF_PACKAGE = ["rapl/package-0", "rapl/package-0/core"]
ALL_OF_SERVER = [
    "rapl/package-0", "rapl/package-0/core", "rapl/package-0/dram", "rapl/psys",
    "rapl/package-1", "rapl/package-1/core", "rapl/package-1/dram", "rapl/psys-1",
]  # fmt: skip
ALL_OF_DIES = [f"rapl/package-0-die-{die}{domain}" for die in range(2) for domain in ("", "/core", "/dram")]
ALL_OF_EIGHT = [f"rapl/package-{package}{domain}" for package in range(8) for domain in ("", "/core", "/dram")]
ALL_OF_CLIENT = CHANNELS_OF_PACKAGE + ["rapl/package-0/uncore", "rapl/package-0/dram", "rapl/psys"]
ALL_OF_AMD = ["rapl/package-0", "rapl/package-0/core", "rapl/package-1", "rapl/package-1/core"]


def _wraps(name, machine, registers, identifiers, seconds=8, maximum_power="5000"):
    # Every counter wraps at once where it starts, and those that count in the finest unit three times more.
    def least_wraps(watts, unit):
        return 1 + int(watts * (seconds - 0.2) / (2**32 * unit))

    return _case(name, machine, registers, identifiers, seconds, f"--max-power {maximum_power}", least_wraps)


def _case(
    name, machine, registers, identifiers, seconds=3, options="", least_wraps=None, mechanisms=MECHANISMS, look=None,
    more="",
):
    cores = int(machine.processors.split(",")[0]) // 2 if machine.processor == "EPYC" else 0
    chosen = [mechanism for mechanism in mechanisms if mechanism in MECHANISMS]

    def check(run, checks):
        for mechanism in chosen:
            listing = Listing(run, f"list-{mechanism}")
            watch = Watch(run, f"watch-{mechanism}")
            expected = identifiers_by(mechanism, identifiers, cores)
            checks.equal(f"channels by {mechanism}", sorted(listing.of_sensor("rapl")), sorted(expected))
            for identifier in expected:
                _check_channel(run, checks, listing, watch, mechanism, identifier, registers, least_wraps)
        if "powercap" in chosen:
            _check_numbering(run, checks)
        found = [one for one in Listing(run, "list-default").findings if one["reason"] == "disagreement"]
        checks.equal("what mechanisms do not agree on", found, [])
        if look:
            look(run, checks)

    script = SCRIPT.format(
        parameters=registers.parameters, mechanisms=" ".join(chosen), seconds=seconds, options=options
    )
    return Case(name, machine, script + more, check)


def identifiers_by(mechanism, identifiers, cores):
    """Those of a machine's channels that a mechanism can read; `cores` a package where each has a register, else 0."""
    if mechanism == "powercap":
        return identifiers
    if mechanism == "msr":
        # On AMD each core's register is a channel of its own; powercap shows that of one core.
        own = [one for one in identifiers if cores and domain_of(one) == "core"]
        each = [f"{one}-{core}" for one in own for core in range(cores)]
        return [one for one in identifiers if one not in own] + each
    # It has no event for a server's psys, nor for AMD's cores before Linux 6.14 or so.
    absent = {"psys"} if "rapl/psys-1" in identifiers else {"core"} if identifiers == ALL_OF_AMD else set()
    return [one for one in identifiers if domain_of(one) not in absent]


def _check_channel(run, checks, listing, watch, mechanism, identifier, registers, least_wraps):
    what = f"{identifier} by {mechanism}"
    channel = watch.last.get(identifier)
    if not checks.that(channel is not None, f"{what} is watched"):
        return
    checks.equal(f"status of {what}", channel["status"], "ok")
    counted = counts(run, "after")[identifier] - counts(run, "before")[identifier]
    is_exact = listing.channels.get(identifier, {}).get("exact")
    unit = registers.unit(mechanism, identifier)
    # Exact is less than half a count; else a microjoule at each end.
    tolerance = float(unit / 2) if is_exact else 1e-6
    checks.near(f"energy of {what} in J", channel["energy_j"], float(counted * unit), tolerance)
    # Powercap's numbers are whole microjoules, so that a finer unit cannot be seen in them.
    checks.equal(f"exactness of {what}", is_exact, mechanism != "powercap" or unit >= 1e-6)
    _check_power(run, checks, what, watch.channel(identifier), registers.watts(identifier), unit)
    if least_wraps is not None:
        least = least_wraps(registers.watts(identifier), unit)
        # perf counts on where the register wraps.
        checks.that(
            mechanism == "perf" or channel["wraps"] >= least, f"{what} wraps {least} times or more: {channel['wraps']}"
        )
    checks.equal(f"resets of {what}", channel["resets"], 0)
    checks.equal(f"ambiguous energy of {what}", channel["ambiguous_j"], 0)


def _check_power(run, checks, what, entries, watts, unit):
    # By the guest's own clock, which the script read to 10 ms at both ends.
    times = marks(run)
    seconds = times["end"] - times["start"]
    energy = entries[-1].energy if entries else None
    slack = watts * (0.006 * seconds + 0.06) + float(unit)
    checks.near(f"set energy of {what} in J", energy, watts * seconds, slack)
    powers = [entry.power for entry in entries if entry.since >= times["start"] + 0.3 and entry.at <= times["end"]]
    checks.that(powers and None not in powers, f"{what} always has a power while the counters move: {powers}")
    if powers and None not in powers:
        middle = sorted(powers)[len(powers) // 2]
        checks.near(f"usual power of {what} in W", middle, watts, 0.03 * watts + 5 * float(unit))
        checks.that(max(powers) < 3 * watts + 10 * float(unit), f"{what} has no spike over {watts} W: {max(powers)}")


def _check_dies(run, checks):
    channels = Listing(run, "list-default").of_sensor("rapl")
    chosen = {identifier: channel["mechanism"] for identifier, channel in channels.items()}
    checks.equal("mechanisms by default", chosen, {identifier: "powercap" for identifier in ALL_OF_DIES})

    # These kernels read the reader's die for both, so that nobody knows whether there are two registers.
    listing = Listing(run, "list-perf-of-dies")
    found = {one["subject"].split("/")[-1] for one in listing.findings if one["reason"] == "ambiguous"}
    checks.equal("events of which perf shows another die's register", found, {"energy-pkg", "energy-ram"})


def _check_disagreement(run, checks):
    found = [one for one in Listing(run, "list").findings if one["reason"] == "disagreement"]
    checks.equal("what mechanisms do not agree on", {one["subject"] for one in found}, {"rapl/package-0/dram"})
    for part in ("perf", "powercap", "--sensor rapl:powercap"):
        checks.contains("what is said of it", " ".join(one["text"] + one["remedy"] for one in found), part)
    # perf and the registers count 9 W, and powercap four times that.
    for mechanism, watts in (("perf", 9), ("msr", 9), ("powercap", 36)):
        powers = [one.power for one in Watch(run, f"watch-{mechanism}").channel("rapl/package-0/dram") if one.power]
        middle = sorted(powers)[len(powers) // 2] if powers else None
        checks.near(f"usual power of memory by {mechanism} in W", middle, watts, 0.05 * watts)


def _check_numbering(run, checks):
    # A number is a zone's place in the order of registration, and no package's.
    files = {
        identifier: channel["path"].split("/")[-2]
        for identifier, channel in Listing(run, "list-powercap").of_sensor("rapl").items()
        if identifier.count("/") == 1
    }
    if "rapl/psys-1" in files:
        wanted = {"rapl/package-0": "0", "rapl/psys": "1", "rapl/package-1": "2", "rapl/psys-1": "3"}
        for identifier, number in wanted.items():
            checks.equal(f"zone of {identifier}", files.get(identifier), f"intel-rapl:{number}")
