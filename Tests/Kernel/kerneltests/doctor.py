"""What the doctor says is true of the machine, and doing what it says mends it."""
import json

from .case import Case
from .machine import Machine
from .registers import Registers

REGISTERS = Registers((65_000, 8_000, 20_000, 0, 130_000), dram_unit=16)

USER = "deprive user"

# What both shells of the script need. A remedy's command stands behind its first colon; the next remedy behind a dash.
HELPERS = r"""
doctor() {
	name=$1
	shift
	"$@" >/job/out/$name 2>/job/out/$name.errors
	echo $? >/job/out/$name.status
}
remedies() { tr '{}' '\n\n' </job/out/$1 | sed -n "s/.*\"reason\":\"$2\".*\"remedy\":\"\(.*\)\".*/\1/p"; }
remedy() { remedies $1 $2 | head -n 1 | sed 's/ — .*//; s/^[^:]*: //; s/sudo //g'; }
"""

# One fault after the other, each mended by the very command that is named: no driver, no right to the files, masked
# zones, perf refused; at last counters that stand still.
SCRIPT = """
cat >/tmp/helpers <<'END'
{helpers}
END
. /tmp/helpers
modprobe rig_msr {parameters} running=1 || exit
doctor missing powersensors doctor --json
remedy missing {reason} >/job/out/load.command
sh /job/out/load.command
doctor loaded powersensors doctor --json
doctor locked {user} powersensors doctor --json
remedy locked forbidden >/job/out/open.command
sh /job/out/open.command
doctor opened {user} powersensors doctor --json
unshare -m sh -c '. /tmp/helpers
	mount -t tmpfs -o ro tmpfs /sys/devices/virtual/powercap
	doctor masked powersensors doctor --json
	mkdir -p /tmp/host/sys
	mount -t sysfs sysfs /tmp/host/sys
	doctor elsewhere powersensors doctor --json
	remedy elsewhere elsewhere | sed "s/powersensors/powersensors doctor --json/" >/job/out/name.command
	doctor named sh /job/out/name.command'
chown 0:0 /sys/class/powercap/*/energy_uj
chmod 400 /sys/class/powercap/*/energy_uj
echo 3 >/proc/sys/kernel/perf_event_paranoid
modprobe rapl
doctor paranoid {user} powersensors doctor --json
remedies paranoid forbidden | grep -o 'sysctl kernel.perf_event_paranoid=0' | sort -u >/job/out/allow.command
sh /job/out/allow.command >/dev/null
doctor allowed {user} powersensors doctor --json
set_rig rig_msr running 0
doctor frozen powersensors doctor --json
"""

# A guest on AMD, which no hypervisor gives counters.
NO_COUNTERS = "powersensors doctor --json >/job/out/doctor; echo $? >/job/out/doctor.status\n"


def cases(kernels):
    """All of them, for the kernels by their series."""
    kernel = kernels["6.12"]
    guest = Machine(kernel, "Skylake-Server", "2,sockets=2")
    yield Case("doctor in a guest", guest, _script("guest"), _check("guest"))
    physical = Machine(kernel, "Skylake-Server,-hypervisor", "2,sockets=2")
    yield Case("doctor on a machine", physical, _script("unloaded"), _check("unloaded"))
    yield Case("doctor in a guest on AMD", Machine(kernel, "EPYC", "1"), NO_COUNTERS, _check_amd)


def _script(reason):
    parameters = REGISTERS.parameters.replace("running=0 ", "")
    return SCRIPT.format(helpers=HELPERS.strip(), parameters=parameters, reason=reason, user=USER)


def _check(reason):
    """What is looked at where a missing driver is told by a reason."""

    def check(run, checks):
        missing = _Report(run, "missing")
        checks.equal("verdict without a driver", missing.verdict, "estimated")
        checks.equal("status without a driver", missing.status, 1)
        checks.equal("command that loads it", run.files["load.command"].strip(), "modprobe intel_rapl_msr")
        roads = missing.text(reason) + missing.text("absent")
        for part in ("mount -t 9p", "rapl-helper-socket", "estimated") if reason == "guest" else ():
            checks.contains("roads for a guest", roads, part)
        _check_measured(checks, run, "loaded", "powercap")

        locked = _Report(run, "locked")
        checks.equal("verdict for a user", locked.verdict, "estimated")
        checks.contains("what is said to a user", locked.text("forbidden"), "mode 0400, owner 0")
        checks.contains("command that opens the files", run.files["open.command"], "chgrp 65534")
        _check_measured(checks, run, "opened", "powercap")

        masked = _Report(run, "masked")
        checks.equal("verdict where zones are masked", masked.verdict, "estimated")
        checks.contains("what is said of masked zones", masked.text("masked"), "--sysfs /host/sys")
        elsewhere = _Report(run, "elsewhere")
        checks.contains("where they are found", elsewhere.text("elsewhere"), "--sysfs /tmp/host/sys")
        _check_measured(checks, run, "named", "powercap")

        paranoid = _Report(run, "paranoid")
        checks.equal("verdict where perf is refused", paranoid.verdict, "estimated")
        checks.contains("what is said of perf", paranoid.text("forbidden"), "perf_event_paranoid is 3")
        _check_measured(checks, run, "allowed", "perf")

        frozen = _Report(run, "frozen")
        checks.equal("verdict on counters that stand still", frozen.verdict, "frozen")
        checks.equal("whether they are called measured", frozen.json["measured"], False)
        checks.equal("state of the sensor", frozen.sensor("rapl")["state"], "limited")
        checks.contains("what is said of them", frozen.text("frozen"), "did not change")
        checks.equal("whether libsensors was found", frozen.json["libsensors"], "found")

    return check


def _check_measured(checks, run, name, mechanism):
    report = _Report(run, name)
    checks.equal(f"verdict when {name}", report.verdict, "measured")
    checks.equal(f"status when {name}", report.status, 0)
    checks.that(mechanism in report.sensor("rapl")["mechanisms"], f"{mechanism} reads when {name}")


def _check_amd(run, checks):
    report = _Report(run, "doctor")
    checks.equal("verdict", report.verdict, "estimated")
    text = report.text("guest")
    checks.contains("what is said", text, "no hypervisor provides virtual counters")
    checks.that("modprobe" not in text, f"no driver is asked for: {text}")
    others = [one for one in report.json["findings"] if "rapl" in (one["remedy"] or "") and one["reason"] != "guest"]
    checks.equal("other findings on RAPL", others, [])


class _Report:
    """The output of `powersensors doctor --json`."""

    def __init__(self, run, name):
        self.json = json.loads(run.files[name])
        self.status = int(run.files[f"{name}.status"])
        self.verdict = self.json["verdict"]

    def sensor(self, name):
        """How a sensor fares."""
        return next(one for one in self.json["sensors"] if one["sensor"] == name)

    def text(self, reason):
        """What the findings of a reason say."""
        found = [one for one in self.json["findings"] if one["reason"] == reason]
        return "\n".join(f"{one['text']} {one['remedy'] or ''}" for one in found)
