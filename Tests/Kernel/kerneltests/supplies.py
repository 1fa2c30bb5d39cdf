"""Batteries, an adapter and a power meter through the kernel's ACPI drivers, and batteries whose state changes."""
import json
import re
from functools import partial

from .case import Case
from .machine import Machine
from .readings import Listing, Watch, marks

ACPI = """
modprobe battery
modprobe ac
modprobe acpi_power_meter
tries=0
while [ $tries -lt 50 ] && ! [ -e /sys/class/power_supply/BAT1 ]; do usleep 100000; tries=$((tries + 1)); done
prometheus-node-exporter --web.listen-address=127.0.0.1:9100 --collector.disable-defaults \
	--collector.powersupplyclass 2>/dev/null &
list list
powersensors watch --format json --interval 1s --duration 3s >/job/out/watch 2>/job/out/watch.errors
cd /sys/class/power_supply
for file in */*_now */capacity */online; do echo "$file $(cat $file 2>/dev/null)"; done >/job/out/files
sensors -j >/job/out/sensors 2>/dev/null
# node_exporter shows no supply at all where one battery does not know its rate.
echo PNP0C0A:01 >/sys/bus/acpi/drivers/battery/unbind
wget -q -O /job/out/metrics http://127.0.0.1:9100/metrics
"""

# Numbers of status: include/linux/power_supply.h.
CHANGES = """
modprobe rig_supply supplies=RB0:energy,RB1:charge,RAC:mains || exit
tell() { set_rig rig_supply ctl "$1"; }
tell 'set RAC online 0'
tell 'set RB1 current_now -1500000'
watch watch --sensor supply
mark discharging; sleep 4
mark charging; tell 'set RAC online 1'; tell 'set RB0 status 1'; tell 'set RB1 status 3'; sleep 4
mark failing; tell 'set RAC online 0'; tell 'set RB0 status 2'; tell 'set RB1 status 2'
tell 'err RB0 power_now 61'; sleep 4
mark well; tell 'err RB0 power_now 0'; sleep 4
mark end
end_watches
"""


def cases(kernels):
    """All of them, for the kernels by their series."""
    for series, kernel in kernels.items():
        machine = Machine(kernel, "Skylake-Client", "1", f"{kernel}/../programs/power.aml")
        yield Case("batteries, adapter and meter of ACPI", machine, ACPI, partial(_check_acpi, series))
    machine = Machine(kernels["6.12"], processors="1")
    yield Case("batteries that charge, fail and discharge", machine, CHANGES, _check_changes)


def _check_acpi(series, run, checks):
    listing = Listing(run, "list")
    watch = Watch(run, "watch")
    shown = {identifier: values["value"] for identifier, values in watch.last.items()}
    status = {identifier: values["status"] for identifier, values in watch.last.items()}
    # What the table says: guest/power.asl.
    checks.equal("power of BAT0", shown.get("supply/BAT0/power"), 10.26)
    checks.equal("voltage of BAT0", shown.get("supply/BAT0/voltage"), 11.4)
    checks.equal("stored energy of BAT0 in J", shown.get("supply/BAT0/energy"), 38 * 3600)
    checks.equal("charge of BAT1 in C", shown.get("supply/BAT1/charge"), 3.3 * 3600)
    checks.equal("voltage of BAT1", shown.get("supply/BAT1/voltage"), 11.55)
    checks.equal("power of a battery of unknown rate", shown.get("supply/BAT1/power"), None)
    checks.equal("status of a battery of unknown rate", status.get("supply/BAT1/power"), "absent")
    checks.equal("adapter", shown.get("supply/ADP1/online"), 0)
    checks.equal("meter", shown.get("hwmon/power_meter/ACPI000D:00/power1_average"), 212.5)
    _check_files(run, checks, shown)
    _check_sensors(run, checks, shown)
    _check_exporter(run, checks, shown)
    _check_once(checks, listing, watch)
    _check_mirrors(series, checks, listing, shown)


def _check_files(run, checks, shown):
    scales = {"power_now": ("power", 1e-6), "voltage_now": ("voltage", 1e-6), "energy_now": ("energy", 3600e-6),
              "charge_now": ("charge", 3600e-6), "capacity": ("ratio", 1e-2), "online": ("online", 1)}  # fmt: skip
    for line in run.files["files"].splitlines():
        path, _, text = line.partition(" ")
        supply, attribute = path.split("/")
        if attribute in scales and text:
            quantity, scale = scales[attribute]
            value = shown.get(f"supply/{supply}/{quantity}")
            checks.near(f"{quantity} of {supply}", value, int(text) * scale, 1e-6)


def _check_sensors(run, checks, shown):
    chips = json.loads(run.files["sensors"])
    values = {name: value for chip in chips.values() for feature in chip.values() if isinstance(feature, dict)
              for name, value in feature.items()}  # fmt: skip
    meter = shown["hwmon/power_meter/ACPI000D:00/power1_average"]
    checks.near("meter by sensors -j", values.get("power1_average"), meter, 5e-4)
    for supply in ("BAT0", "BAT1"):
        chip = next((chip for name, chip in chips.items() if name.startswith(supply)), {})
        volts = chip.get("in0", {}).get("in0_input")
        checks.near(f"voltage of {supply} by sensors -j", volts, shown[f"supply/{supply}/voltage"], 5e-4)


def _check_exporter(run, checks, shown):
    theirs = {
        (match[2], match[1]): float(match[3])
        for match in re.finditer(r'^node_power_supply_(\w+)\{power_supply="(\w+)"\} (\S+)$', run.files["metrics"], re.M)
    }
    checks.near("power by node_exporter", theirs.get(("BAT0", "power_watt")), shown["supply/BAT0/power"], 1e-6)
    joules = theirs.get(("BAT0", "energy_watthour"), 0) * 3600
    checks.near("energy by node_exporter in J", joules, shown["supply/BAT0/energy"], 1e-3)
    checks.near("adapter by node_exporter", theirs.get(("ADP1", "online")), shown["supply/ADP1/online"], 0)
    checks.near("voltage by node_exporter", theirs.get(("BAT0", "voltage_volt")), shown["supply/BAT0/voltage"], 1e-6)


def _check_once(checks, listing, watch):
    # A battery is a chip of hwmon, too; on 6.12 with its power.
    twins = [channel for channel in listing.channels.values() if (channel["chip"] or "").startswith("BAT")]
    checks.that(twins, "a battery is a chip, too")
    for channel in twins:
        checks.that(channel["counts_in"] is None, f"{channel['id']} counts in nothing")
    hosts = {host["scope"]: host for host in watch.snapshots[-1]["host"]}
    checks.near("the host's power by the meter", hosts["platform"]["power_w"], 212.5, 1e-3)
    checks.equal("the host's power by the batteries", hosts["battery"]["power_w"], None)
    checks.equal("its status, where one does not know its rate", hosts["battery"]["status"], "partial")


def _check_mirrors(series, checks, listing, shown):
    """A battery's chip says what it shows once more. Its power is shown from 6.12 on."""
    mirrors = {"BAT0/in0": "BAT0/voltage", "BAT1/in0": "BAT1/voltage", "BAT1/curr1": "BAT1/current"}
    if series == "6.12":
        mirrors["BAT0/power1"] = "BAT0/power"
    for own, other in mirrors.items():
        identifier = f"hwmon/{own.split('/')[0]}/{own}"
        channel = listing.channels.get(identifier, {})
        checks.equal(f"what {identifier} mirrors", channel.get("mirror_of"), f"supply/{other}")
        checks.equal(f"value of {identifier}", shown.get(identifier), shown.get(f"supply/{other}"))
    checks.equal("a power of BAT0's chip", "hwmon/BAT0/BAT0/power1" in listing.channels, series == "6.12")


def _check_changes(run, checks):
    watch = Watch(run, "watch")
    times = marks(run)

    def battery(begin, end):
        """The host's figure between two marks, but for the second that the drivers may take."""
        found = watch.snapshots_between(times[begin] + 1.7, times[end])
        return [host for snapshot in found for host in snapshot["host"] if host["scope"] == "battery"]

    # 10.26 W and 1.5 A at 11.4 V; the sign of a current says nothing.
    for begin, end in (("discharging", "charging"), ("well", "end")):
        hosts = battery(begin, end)
        powers = [host["power_w"] for host in hosts if host["status"] == "ok"]
        checks.near(f"power while {begin}", powers[-1] if powers else None, 27.36, 0.01)
    checks.that(
        all(host["power_w"] is None for host in battery("charging", "failing")), "a battery on mains is no host power"
    )
    failing = battery("failing", "well")
    checks.that(
        failing and all(host["power_w"] is None and host["status"] == "partial" for host in failing),
        f"the host's power is unknown where one battery fails: {failing[-1:]}",
    )
    current = watch.channel("supply/RB1/power", times["discharging"] + 1.7, times["charging"])
    checks.near("power of a battery of negative current", current[-1].values["value"], 17.1, 1e-9)
