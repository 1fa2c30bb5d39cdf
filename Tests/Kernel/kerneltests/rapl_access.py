"""With the rights that a process has the best mechanism is chosen, and a finding names what opens a better one."""
from dataclasses import dataclass

from .case import Case
from .machine import Machine
from .readings import Listing, Watch, marks
from .registers import Registers

REGISTERS = Registers((65_000, 8_000, 20_000, 0, 130_000), dram_unit=16)


@dataclass(frozen=True)
class Access:
    """A process with some rights on a machine with some setting, and what it must come to."""

    name: str
    paranoia: int
    rights: str  # What stands in front of the command; nothing for root.
    package: str  # The mechanism of a package, or none.
    psys: str
    findings: tuple = ()  # What they must name.


# By their numbers in capabilities(7).
PERFMON = "deprive all-but 38"
READ_SEARCH = "deprive all-but 2"
USER = "deprive user"
BARE_ROOT = "deprive capabilities"

# Debian's kernels take CAP_PERFMON for a right to count only up to level 2. The owner of energy_uj is uid 0.
LOCKED = ("perf_event_paranoid is 3", "perf_event_paranoid=2", "chmod g+r")
ACCESSES = (
    Access("root-3", 3, "", "perf", "powercap"),
    Access("user-3", 3, USER, "", "", LOCKED + ("cap_perfmon",)),
    Access("perfmon-3", 3, PERFMON, "", "", LOCKED),
    Access("bare-3", 3, BARE_ROOT, "powercap", "powercap", ("perf_event_paranoid is 3",)),
    Access("search-3", 3, READ_SEARCH, "powercap", "powercap", ("perf_event_paranoid is 3",)),
    Access("root-2", 2, "", "perf", "powercap"),
    Access("user-2", 2, USER, "", "", ("perf_event_paranoid is 2", "cap_perfmon", "chmod g+r")),
    Access("perfmon-2", 2, PERFMON, "perf", "", ("chmod g+r",)),
    Access("bare-2", 2, BARE_ROOT, "powercap", "powercap", ("perf_event_paranoid is 2",)),
    Access("root-0", 0, "", "perf", "powercap"),
    Access("user-0", 0, USER, "perf", "", ("chmod g+r",)),
    Access("bare-0", 0, BARE_ROOT, "perf", "powercap"),
)

# At last what the findings say is done: first for powercap, with a group that the user is in, then for perf.
SCRIPT = """
load_registers {parameters} running=1 || exit
settle() {{ echo $1 >/proc/sys/kernel/perf_event_paranoid; }}
look() {{
	settle $2
	name=$1
	shift 2
	"$@" powersensors list --json --sensor ${{sensor:-rapl}} >/job/out/$name 2>/job/out/$name.errors
	echo $? >/job/out/$name.status
}}
{looks}
sensor=rapl:msr
look msr-root 3
look msr-user 3 {user}
look msr-bare 3 {bare_root}
sensor=
# As a container's runtime hides the zones, and as a host's sysfs that is mounted elsewhere shows them.
unshare -m sh -c 'mount -t tmpfs -o ro tmpfs /sys/devices/virtual/powercap
	{bare_root} powersensors list --json --sensor rapl:powercap >/job/out/masked; echo $? >/job/out/masked.status
	mkdir -p /tmp/host/sys; mount -t sysfs sysfs /tmp/host/sys
	{bare_root} powersensors list --json --sensor rapl:powercap --sysfs /tmp/host/sys >/job/out/unmasked
	echo $? >/job/out/unmasked.status'
settle 3
for who in '' '{user}' '{bare_root}'; do
	$who powersensors doctor >/dev/null 2>&1
	echo $?
done >/job/out/doctor
remedies() {{ tr '{{}}' '\\n\\n' </job/out/user-3 | sed -n 's/.*"remedy":"\\(.*\\)".*/\\1/p'; }}
remedies | sed -n 's/.*: \\(sudo chgrp .*\\)/\\1/p' | sed 's/sudo //g; s/chgrp power/chgrp 65534/' >/job/out/commands
sh /job/out/commands
look mended 3 {user}
remedies | grep -o 'sysctl kernel.perf_event_paranoid=0' | sort -u >/job/out/sysctl
sh /job/out/sysctl >/dev/null
cat /proc/sys/kernel/perf_event_paranoid >/job/out/level
look opened $(cat /job/out/level) {user}
"""


# An agent that runs is given one right after the other, and looks around every 10 s.
GIVEN = """
load_registers {parameters} running=1 || exit
cd /tmp
settle() {{ echo $1 >/proc/sys/kernel/perf_event_paranoid; }}
settle 2
{user} powersensors watch --format json --interval 500ms >/tmp/watch 2>/tmp/watch.errors &
agent=$!
while ! [ -s /tmp/watch ]; do usleep 100000; done
sleep 2
mark files
chgrp 65534 /sys/class/powercap/intel-rapl:*/energy_uj; chmod g+r /sys/class/powercap/intel-rapl:*/energy_uj
sleep 13
mark perf
settle 0
sleep 13
mark end
{user} powersensors list --json >/job/out/list 2>/job/out/list.errors
echo $? >/job/out/list.status
kill -TERM $agent; wait $agent
cp /tmp/watch /job/out/watch; cp /tmp/watch.errors /job/out/watch.errors
"""


def cases(kernels):
    """All of them, for the kernels by their series."""
    looks = "\n".join(f"look {access.name} {access.paranoia} {access.rights}" for access in ACCESSES)
    script = SCRIPT.format(parameters=REGISTERS.parameters, looks=looks, user=USER, bare_root=BARE_ROOT)
    script = script.replace("running=0 ", "")
    machine = Machine(kernels["6.12"], "Skylake-Server", "2,sockets=2")
    yield Case("rights of a process", machine, script, _check)
    given = GIVEN.format(parameters=REGISTERS.parameters.replace("running=0 ", ""), user=USER)
    yield Case("rights given to an agent that runs", machine, given, _check_given)


def _check(run, checks):
    for access in ACCESSES:
        listing = Listing(run, access.name)
        checks.equal(f"status of the program for {access.name}", listing.status, 0)
        _check_mechanism(checks, listing, access.name, "rapl/package-1", access.package)
        _check_mechanism(checks, listing, access.name, "rapl/psys", access.psys)
        for part in access.findings:
            checks.contains(f"what is said for {access.name}", listing.text_of_findings(), part)
        if access.name == "root-3":
            found = [one for one in listing.findings if one["reason"] == "forbidden"]
            checks.equal("what is forbidden for root", found, [])
    _check_registers(run, checks)
    masked = Listing(run, "masked")
    checks.equal("channels of zones that are masked", list(masked.channels), [])
    checks.contains("what is said of zones that are masked", masked.text_of_findings(), "--sysfs /host/sys")
    _check_mechanism(checks, Listing(run, "unmasked"), "who does so", "rapl/package-1", "powercap")
    root, user, bare_root = run.files["doctor"].split()
    checks.equal("status of doctor for root, and for uid 0 without capabilities", (root, bare_root), ("0", "0"))
    checks.that(user != "0", "doctor fails where nothing measured works")
    for name, package in (("mended", "powercap"), ("opened", "perf")):
        who = f"a user where what is said was done ({name})"
        _check_mechanism(checks, Listing(run, name), who, "rapl/package-1", package)


def _check_given(run, checks):
    watch = Watch(run, "watch")
    times = marks(run)
    before = watch.snapshots_between(0, times["files"])
    by_files = watch.snapshots_between(times["files"] + 12, times["perf"])
    by_perf = watch.snapshots_between(times["perf"] + 12, times["end"])
    for what, snapshots, scope in (
        ("no right", before, "wall"), ("the files' right", by_files, "cpu"), ("perf's right", by_perf, "cpu")
    ):  # fmt: skip
        shown = {host["scope"] for snapshot in snapshots for host in snapshot["host"] if host["headline"]}
        checks.equal(f"what is shown first with {what}", shown, {scope})
    generations = [{snapshot["generation"] for snapshot in part} for part in (before, by_files, by_perf)]
    checks.equal("generations", generations, [{1}, {2}, {3}])
    package = watch.channel("rapl/package-1", times["files"] + 12, times["end"])
    # The first reading by perf has no power yet.
    known = {"ok", "warming_up"}
    checks.that(package and all(one.status in known for one in package), "a package is read from then on")
    # The same channel goes on, whoever reads it: what was used while one took over from the other is left open.
    watts = REGISTERS.watts("rapl/package-1")
    used = package[-1].energy - package[0].energy
    least = watts * (package[-1].at - package[0].at - 0.5)
    checks.that(least <= used <= least + watts, f"energy from one right to the other: {used} J of {least}")
    _check_mechanism(checks, Listing(run, "list"), "the agent's user", "rapl/package-1", "perf")


def _check_registers(run, checks):
    # Who may open the device's file is asked for CAP_SYS_RAWIO, too.
    _check_mechanism(checks, Listing(run, "msr-root"), "root by MSR", "rapl/package-1", "msr")
    for name in ("msr-user", "msr-bare"):
        listing = Listing(run, name)
        _check_mechanism(checks, listing, name, "rapl/package-1", "")
        checks.contains(f"what is said for {name}", listing.text_of_findings(), "SYS_RAWIO")


def _check_mechanism(checks, listing, who, identifier, mechanism):
    channel = listing.channels.get(identifier, {})
    if mechanism:
        checks.equal(f"mechanism of {identifier} for {who}", channel.get("mechanism"), mechanism)
        checks.equal(f"status of {identifier} for {who}", channel.get("status"), "ok")
    else:
        checks.equal(f"status of {identifier} for {who}", channel.get("status"), "forbidden")
