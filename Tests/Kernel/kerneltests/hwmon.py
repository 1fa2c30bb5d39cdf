"""Chips' values through the kernel's own drivers: equal to the files', to lm-sensors' and to node_exporter's."""
import json
import re
from collections import Counter

from .case import Case
from .machine import Machine
from .readings import Listing, Watch

# Ten chips, and what their registers hold. Words are as SMBus has them, low byte first; the fields are those of the
# chips' data sheets.
CHIPS = """
stub_bus 0x40 0x41 0x43 0x5c 0x6a 0x44 0x10 0x4d 0x11 0x2d || exit
chip ina226 0x40 0=0x2745w 1=0x7f13w 2=0x4b0aw 3=0x9202w 4=0x81ecw 5=0x0008w 6=0x0800w 0xfe=0x4954w 0xff=0x6022w
chip ina219 0x41 0=0x399fw 1=0x7f13w 2=0x4b0aw 3=0x9202w 4=0x00f0w 5=0x0008w
chip ina238 0x43 0=0 1=0x0168w 2=0x0010w 4=0x0010w 5=0x0010w 6=0x0020w 8=0x345612w 0x3e=0x4954w 0x3f=0x8123w
chip ltc2947 0x5c 6=0 9=1 10=2 11=3 0x90=0 0x91=1 0x92=2 0x93=3 0x94=4 0x95=5 0xa0=3 0xa1=4
chip ltc4151 0x6a 0=0x12 1=0x30 2=0x55 3=0x60
chip ltc4215 0x44 4=0x55 5=0x44 6=0x33
chip adm1276 0x10 0x19=0xb0 0x20=0x40 0x99=s:ADI 0x9a=s:ADM1276-1 0x9b=s:A 0xd4=0x0010w 0x88=0x0a50w 0x8b=0x0a40w \
	0x8c=0x0900w 0x97=0x0123w 0x98=0x22
chip lm75 0x4d 0=0x00e7w
chip ltc2978 0x11 0x20=0x13 0x88=0xd280w 0x8b=0x2345w 0x8d=0xe000w 0x8e=0xe100w 0x98=0x22 0xe7=0x0121w
chip w83781d 0x2d 0x20=0x40 0x21=0x50 0x27=0x20 0x4a=0x98 0x4e=0x80 0x4f=0x5c 0x58=0x10
"""

# What only libsensors knows: a label, a value that is computed, and one that is none.
CONFIGURATION = """
mkdir -p /etc/sensors.d
cat >/etc/sensors.d/rig.conf <<'END'
chip "ltc4215-*"
    label curr1 "Input current"
    compute in2 @*2, @/2
    ignore in1
chip "lm75-*"
    compute temp1 @+10, @-10
END
"""
COMPUTED = {
    "hwmon/ltc4215/0-0044/in2": lambda value: value * 2,
    "hwmon/lm75/0-004d/temp1": lambda value: value + 10,
}
IGNORED, IGNORED_TEXT = "hwmon/ltc4215/0-0044/in1", "3072"

SCRIPT = (
    CHIPS
    + CONFIGURATION
    + """
modprobe acpi_power_meter
modprobe rig_hwmon chips=amdgpu,zenpower
set_rig rig_hwmon ctl 'set 0 power2_input -3000000'
set_rig rig_hwmon ctl 'err 0 power3_input 61'
# A sentinel of firmware, no power.
set_rig rig_hwmon ctl 'set 1 power3_input 4294967295000'
sleep 1
cd /sys
for chip in class/hwmon/hwmon*; do
	# Older drivers leave their values in the folder of the device.
	folder=$chip
	if ! [ -e $chip/name ]; then folder=$chip/device; fi
	for file in $chip/[!f]*_input $chip/*_average $chip/device/[!f]*_input $chip/device/*_average; do
		if [ -f $file ]; then echo "$file $(cat $folder/name) $(cat $file 2>/dev/null)"; fi
	done
done >/job/out/files
prometheus-node-exporter --web.listen-address=127.0.0.1:9100 --collector.disable-defaults \
	--collector.hwmon 2>/dev/null &
list list --sensor hwmon
powersensors watch --format json --sensor hwmon --interval 1s --duration 4s >/job/out/watch 2>/job/out/watch.errors
sensors -j >/job/out/sensors 2>/dev/null
wget -q -O /job/out/metrics http://127.0.0.1:9100/metrics
"""
)

# What a driver counts in, as a part of the unit of our quantities: Documentation/hwmon/sysfs-interface.rst.
SCALES = {"power": 1e-6, "energy": 1e-6, "in": 1e-3, "curr": 1e-3, "temp": 1e-3}

WANTED = {
    "hwmon/ina226/0-0040/power1", "hwmon/ina226/0-0040/curr1", "hwmon/ina219/0-0041/power1",
    "hwmon/ina238/0-0043/power1", "hwmon/ltc2947/0-005c/energy1", "hwmon/ltc4151/0-006a/power1_derived",
    "hwmon/ltc4215/0-0044/power1", "hwmon/adm1276/0-0010/power1", "hwmon/lm75/0-004d/temp1",
    "hwmon/ltc2978/0-0011/in1", "hwmon/w83781d/0-002d/in0", "hwmon/power_meter/ACPI000D:00/power1_average",
}  # fmt: skip


def cases(kernels):
    """All of them, for the kernels by their series."""
    for kernel in kernels.values():
        machine = Machine(kernel, "Skylake-Client", "1", f"{kernel}/../programs/power.aml")
        yield Case("chips of twelve drivers", machine, SCRIPT, _check_chips)


def _check_chips(run, checks):
    listing = Listing(run, "list")
    watch = Watch(run, "watch")
    files = _files(run)
    checks.equal("channels that are missing", sorted(WANTED - set(listing.channels)), [])
    unread = [path for path in files if path not in _paths(listing)]
    checks.equal("files without a channel", [files[path] for path in unread], [IGNORED_TEXT])
    checks.that(IGNORED not in listing.channels, f"{IGNORED} is left out")
    label = listing.channels.get("hwmon/ltc4215/0-0044/curr1", {}).get("label")
    checks.equal("label by the configuration", label, "Input current")
    for identifier, channel in listing.channels.items():
        values = watch.last.get(identifier, {})
        if checks.that(channel["path"] in files, f"{identifier} is a file: {channel['path']}"):
            _check_value(checks, identifier, channel, values, files)
    _check_faults(checks, watch)
    ours = _ours(listing, watch)
    _check_peer(checks, "sensors -j", _of_lm_sensors(run), ours)
    # It knows nothing of the configuration.
    raw = Counter([_shown("in1_input", 3.072), _shown("in2_input", 4.114), _shown("temp1_input", -25)])
    _check_peer(checks, "node_exporter", _of_node_exporter(run) - raw, ours)
    power = watch.last.get("hwmon/zenpower/rig_hwmon.1/energy1", {}).get("power_w")
    checks.near("power of a counter of energy that was set to 15 W", power, 15, 0.3)


def _check_value(checks, identifier, channel, values, files):
    text = files[channel["path"]]
    if identifier.endswith("_derived"):
        volts = files[re.sub("curr1_input$", "in1_input", channel["path"])]
        expected = int(text) * int(volts) * 1e-6
    elif channel["quantity"] == "energy":
        # It moves, or it is 0 and no counter.
        checks.equal(f"status of {identifier}", values.get("status"), "absent" if int(text) == 0 else "ok")
        return
    else:
        expected = _scaled(channel["path"], text)
    if _is_unsigned(channel) and int(files[re.sub("power1_input$", "curr1_input", channel["path"])]) < 0:
        expected = -expected
    is_computed = channel["mechanism"] == "libsensors"
    checks.equal(f"whether libsensors has to read {identifier}", is_computed, identifier in COMPUTED)
    if identifier in COMPUTED:
        expected = COMPUTED[identifier](expected)
    if expected is None or expected > 1e6:
        checks.that(values.get("value") is None, f"{identifier} has no value: {values}")
        return
    checks.equal(f"status of {identifier}", values.get("status"), "ok")
    checks.near(f"value of {identifier}", values.get("value"), expected, 1e-9 * max(1, abs(expected)))


def _check_faults(checks, watch):
    failing = watch.last.get("hwmon/amdgpu/rig_hwmon.0/power3", {})
    checks.that(failing.get("status") in ("io", "absent"), f"a channel without data has no value: {failing}")
    sentinel = watch.last.get("hwmon/zenpower/rig_hwmon.1/power3", {})
    checks.equal("status of a sentinel", sentinel.get("status"), "implausible")
    negative = watch.last.get("hwmon/amdgpu/rig_hwmon.0/power2", {})
    checks.equal("a negative power", (negative.get("value"), negative.get("status")), (-3.0, "ok"))


def _check_peer(checks, peer, theirs, ours):
    """Whether all that another program shows is also ours."""
    checks.that(sum(theirs.values()) > 30, f"{peer} shows something: {sum(theirs.values())} values")
    checks.equal(f"values that only {peer} has", sorted((theirs - ours).elements()), [])


def _is_unsigned(channel):
    """Whether the chip's register of power has no sign, so that ours is the current's."""
    return channel["chip"].startswith("ina2") and channel["quantity"] == "power"


def _files(run):
    """The text of each file, by path; where reading it failed, None."""
    known = {}
    for line in run.files["files"].splitlines():
        path, _, *value = line.split(" ")
        known[path] = value[0] if value and value[0] else None
    return known


def _paths(listing):
    return {channel["path"] for channel in listing.channels.values()}


def _scaled(path, text):
    kind = re.match("[a-z]+", path.split("/")[-1]).group()
    return None if text is None else int(text) * SCALES[kind]


def _shown(name, value):
    # lm-sensors prints three digits.
    return f"{name} {value + 0.0:.3f}"


def _ours(listing, watch):
    """What we show, by the name of the file: `power1_input 4.112`."""
    shown = Counter()
    for identifier, channel in listing.channels.items():
        value = watch.last.get(identifier, {}).get("value")
        if value is not None and not identifier.endswith("_derived"):
            value = abs(value) if _is_unsigned(channel) else value
            shown[_shown(channel["path"].split("/")[-1], value)] += 1
    return shown


def _of_lm_sensors(run):
    """What `sensors -j` shows of the kinds that we show, but for counters, which go on meanwhile."""
    shown = Counter()

    def note(pairs):
        for name, value in pairs:
            if re.fullmatch(r"(power|in|curr|temp)\d+_(input|average)", name) and abs(value) < 1e6:
                shown[_shown(name, value)] += 1
        # One label may stand for two features.
        return dict(pairs)

    json.loads(run.files["sensors"], object_pairs_hook=note)
    return shown


def _of_node_exporter(run):
    """What node_exporter shows of the same."""
    units = {"power_watt": "input", "power_average_watt": "average", "in_volts": "input", "curr_amps": "input",
             "temp_celsius": "input"}  # fmt: skip
    shown = Counter()
    for line in run.files["metrics"].splitlines():
        match = re.fullmatch(r'node_hwmon_(\w+)\{.*sensor="(\w+)"\} (\S+)', line)
        if match and match[1] in units and abs(float(match[3])) < 1e6:
            shown[_shown(f"{match[2]}_{units[match[1]]}", float(match[3]))] += 1
    return shown
