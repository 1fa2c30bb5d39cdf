"""What `powersensors run` says that a command used, beside what the registers counted meanwhile."""
from .case import Case
from .machine import Machine
from .rapl_access import USER
from .rapl_agreement import ALL_OF_SERVER, MECHANISMS, identifiers_by
from .readings import CommandRun, counts, moment
from .registers import Registers, domain_of

# How long each command takes at least, in seconds.
COMMANDS = {"50ms": 0.05, "1s": 1, "5s": 5, "busy": 0}
WITHIN = ("50ms", "5s")

# The counters move all the time, or only within the command: then all that they count is the command's, to the count.
SCRIPT = """
load_registers {parameters} || exit
echo 'usleep 50000' >/tmp/50ms
echo 'sleep 1' >/tmp/1s
echo 'sleep 5' >/tmp/5s
echo 'i=0; while [ $i -lt 50000 ]; do i=$((i + 1)); done' >/tmp/busy
running=/sys/module/rig_msr/parameters/running
for command in {within}; do
	(echo "echo 1 >$running"; cat /tmp/$command; echo "echo 0 >$running") >/tmp/within-$command
done
measure() {{
	name=$1
	shift
	keep_counts before-$name
	powersensors run {options} --format json "$@" 2>/job/out/run-$name
	echo $? >/job/out/run-$name.status
	keep_counts after-$name
}}
for mechanism in {mechanisms}; do
	for command in {within}; do
		measure within-$command-$mechanism --sensor rapl:$mechanism -- sh /tmp/within-$command
	done
done
set_rig rig_msr running 1
for mechanism in {mechanisms}; do
	for command in {commands}; do
		measure $command-$mechanism --sensor rapl:$mechanism -- sh /tmp/$command
	done
	powersensors run {options} --sensor rapl:$mechanism -- true 2>/job/out/short-$mechanism
done
powersensors run {options} -- sleep 10 2>/job/out/long
"""

# For nobody, the second set of rights is that of the files, and the third that of perf.
RIGHTS = """
load_registers {parameters} || exit
set_rig rig_msr running 1
cd /tmp
try() {{
	name=$1
	shift
	"$@" >/dev/null 2>/job/out/run-$name
	echo $? >/job/out/run-$name.status
}}
try none powersensors run -- /no/such/command
try none-by-name powersensors run -- no-such-command
try barred powersensors run -- /etc/passwd
try folder powersensors run -- /tmp
try failed powersensors run -- sh -c 'exit 3'
try killed powersensors run -- sh -c 'kill -KILL $$'
echo 2 >/proc/sys/kernel/perf_event_paranoid
try forbidden {user} powersensors run --format json --sensor rapl -- sh -c 'sleep 1; exit 5'
try estimated {user} powersensors run --format json -- sleep 2
chgrp 65534 /sys/class/powercap/intel-rapl:*/energy_uj /sys/class/powercap/intel-rapl:*:*/energy_uj
chmod g+r /sys/class/powercap/intel-rapl:*/energy_uj /sys/class/powercap/intel-rapl:*:*/energy_uj
try files {user} powersensors run --format json --sensor rapl -- sleep 1
echo 0 >/proc/sys/kernel/perf_event_paranoid
try perf {user} powersensors run --format json --sensor rapl:perf -- sleep 1
"""

SERVER = Registers((65_000, 8_000, 20_000, 0, 130_000), dram_unit=16)
# In the finest unit that counts exactly by powercap, at powers that let a register wrap every two seconds.
WRAPPING = Registers((4_000_000, 4_000_000, 3_500_000, 0, 4_500_000), 19, dram_unit=16, start=2**32 - 1000, skew=10)


def cases(kernels):
    """All of them, for the kernels by their series."""
    older = Machine(kernels["6.1"], "Skylake-Server", "2,sockets=2")
    yield _case("runs of a command", older, SERVER)
    machine = Machine(kernels["6.12"], "Skylake-Server", "2,sockets=2")
    yield _case("runs of a command, with wraps", machine, WRAPPING, "--max-power 5000")
    rights = RIGHTS.format(parameters=SERVER.parameters, user=USER)
    yield Case("runs that fail, and rights of a run", machine, rights, _check_rights)


def _case(name, machine, registers, options=""):
    def check(run, checks):
        for mechanism in MECHANISMS:
            identifiers = identifiers_by(mechanism, ALL_OF_SERVER, 0)
            for command, least in COMMANDS.items():
                if command in WITHIN:
                    name = f"within-{command}-{mechanism}"
                    _check_within(run, checks, registers, mechanism, identifiers, name, least)
                _check_beside(run, checks, registers, mechanism, identifiers, f"{command}-{mechanism}", least)
            said = run.files[f"short-{mechanism}"]
            checks.contains(f"what is said of a short run by {mechanism}", said, "is short for these sensors")
        said = run.files["long"]
        checks.that("mean" in said and "is short" not in said, f"a run of 10 s is not called short: {said}")
        if registers is WRAPPING:
            _check_wraps(run, checks)

    script = SCRIPT.format(
        parameters=registers.parameters, options=options, mechanisms=" ".join(MECHANISMS),
        commands=" ".join(COMMANDS), within=" ".join(WITHIN),
    )  # fmt: skip
    return Case(name, machine, script, check, limit=900)


def _check_within(run, checks, registers, mechanism, identifiers, name, least):
    """A command within which alone the counters moved: what it used is known to the count."""
    result = _result(run, checks, name, least)
    if not result:
        return
    before, after = counts(run, f"before-{name}"), counts(run, f"after-{name}")
    true = {one: (after[one] - before[one]) * registers.unit(mechanism, one) for one in identifiers}
    for identifier, joules in true.items():
        unit = registers.unit(mechanism, identifier)
        # Powercap rounds each of two numbers to whole microjoules.
        tolerance = float(unit / 2) if mechanism != "powercap" or unit >= 1e-6 else 1e-6
        energy = result.channels.get(identifier)
        checks.near(f"energy of {identifier} in {name} in J", energy, float(joules), tolerance)
    for scope in {_scope(identifier) for identifier in identifiers} - {None}:
        joules = float(sum(true[one] for one in identifiers if _scope(one) == scope))
        figure = result.host.get(scope, {})
        checks.near(f"energy of {scope} in {name} in J", figure.get("energy_j"), joules, 1e-5)
        _check_bounds(checks, f"{scope} in {name}", figure, joules)


def _check_beside(run, checks, registers, mechanism, identifiers, name, least):
    """A command while the counters moved all the time: what was used in its time follows from the known powers."""
    result = _result(run, checks, name, least)
    if not result:
        return
    for scope in {_scope(identifier) for identifier in identifiers} - {None}:
        watts = _watts(registers, mechanism, identifiers, scope)
        figure = result.host.get(scope, {})
        joules = watts * result.seconds
        _check_bounds(checks, f"{scope} in {name}", figure, joules)
        checks.equal(f"status of {scope} in {name}", figure.get("status"), "ok")
        if least >= 5 and figure.get("high_j"):
            width = figure["high_j"] - figure["low_j"]
            checks.that(width < 0.25 * joules, f"the bounds of {scope} in {name} say something: {width} J of {joules}")


def _result(run, checks, name, least):
    """What was said of a run, whose time lies between what the command takes and what the script saw."""
    result = CommandRun(run, f"run-{name}")
    checks.equal(f"exit status of {name}", result.status, 0)
    if not checks.that(result.json is not None, f"there is a result of {name}: {result.said[-300:]}"):
        return None
    most = moment(run, f"after-{name}") - moment(run, f"before-{name}")
    checks.that(least <= result.seconds <= most, f"the time of {name}: {least} ≤ {result.seconds} ≤ {most} s")
    return result


def _check_bounds(checks, what, figure, joules):
    low, energy, high = (figure.get(name) for name in ("low_j", "energy_j", "high_j"))
    if checks.that(None not in (low, energy, high), f"the energy of {what} is known: {figure}"):
        checks.that(low <= joules <= high, f"the bounds of {what} hold the truth: {low} ≤ {joules} ≤ {high} J")
        checks.that(low <= energy <= high, f"the bounds of {what} hold the energy: {low} ≤ {energy} ≤ {high} J")


def _check_wraps(run, checks):
    for mechanism in MECHANISMS:
        name = f"within-5s-{mechanism}"
        counted = counts(run, f"after-{name}")["rapl/package-0"] - counts(run, f"before-{name}")["rapl/package-0"]
        checks.that(counted > 2**33, f"a register wraps twice or more in {name}: {counted} counts")


def _watts(registers, mechanism, identifiers, scope):
    """The power of a figure, in a mechanism's unit: powercap takes that of a server's memory for 0.27 % more."""
    return sum(
        registers.watts(one) * float(registers.unit(mechanism, one) / registers.unit("msr", one))
        for one in identifiers
        if _scope(one) == scope
    )


def _scope(identifier):
    """The figure that a channel is a part of."""
    return {"package": "cpu", "dram": "cpu", "psys": "platform"}.get(domain_of(identifier))


def _check_rights(run, checks):
    statuses = {"none": 127, "none-by-name": 127, "barred": 126, "folder": 126, "failed": 3, "killed": 137,
                "forbidden": 5, "estimated": 0, "files": 0, "perf": 0}  # fmt: skip
    results = {name: CommandRun(run, f"run-{name}") for name in statuses}
    for name, status in statuses.items():
        checks.equal(f"exit status of {name}", results[name].status, status)
    checks.contains("what is said of no command", results["none"].said, "there is no such command")
    checks.contains("what is said of a file that is no program", results["barred"].said, "Remedy: chmod +x")
    for name in ("forbidden", "estimated"):
        measured = [one["energy_j"] for one in results[name].host.values() if one["provenance"] == "measured"]
        checks.equal(f"energies that were measured where nothing may be read ({name})", set(measured) - {None}, set())
    wall = results["estimated"].host.get("wall", {})
    checks.equal("provenance of what is left", wall.get("provenance"), "estimated")
    checks.that((wall.get("energy_j") or 0) > 0, f"there is an estimate: {wall}")
    for name, mechanism in (("files", "powercap"), ("perf", "perf")):
        watts = _watts(SERVER, mechanism, ALL_OF_SERVER, "cpu")
        result = results[name]
        if checks.that(result.json is not None, f"there is a result of {name}: {result.said[-300:]}"):
            _check_bounds(checks, f"cpu for nobody ({name})", result.host.get("cpu", {}), watts * result.seconds)
