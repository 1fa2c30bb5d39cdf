"""What the command said, and what the rig says that is true."""
import json
from dataclasses import dataclass
from functools import cached_property


class Listing:
    """The output of `powersensors list --json`."""

    def __init__(self, run, name):
        self.json = json.loads(run.files[name])
        self.errors = run.files.get(f"{name}.errors", "")
        self.status = int(run.files[f"{name}.status"])
        self.channels = {channel["id"]: channel for channel in self.json["channels"]}
        self.findings = self.json["findings"]

    def of_sensor(self, sensor):
        """The channels of one sensor, by id."""
        return {name: channel for name, channel in self.channels.items() if channel["sensor"] == sensor}

    def text_of_findings(self, subject=""):
        """All that the findings say whose subject has the given part."""
        return "\n".join(
            f"{finding['subject']}: {finding['reason']}: {finding['text']} {finding['remedy'] or ''}"
            for finding in self.findings
            if subject in finding["subject"]
        )


@dataclass(frozen=True)
class Entry:
    """One channel in one snapshot."""

    at: float  # Seconds of the guest's clock, at the end of the interval.
    since: float
    values: dict

    @property
    def power(self):
        """Its mean power in watts, or None."""
        return self.values["power_w"]

    @property
    def least(self):
        """The least mean power in watts that there was for certain, or None: that of the band where reads took long."""
        low = self.values.get("low_w")
        return self.power if low is None else low

    @property
    def energy(self):
        """Its energy since the program started in joules, or None."""
        return self.values["energy_j"]

    @property
    def status(self):
        """Its status."""
        return self.values["status"]


class Watch:
    """The output of `powersensors watch --format json`."""

    def __init__(self, run, name):
        # The last line may be torn where the program was ended.
        lines = run.files[name].split("\n")[:-1]
        self.snapshots = [json.loads(line) for line in lines]
        self.errors = run.files.get(f"{name}.errors", "")

    @cached_property
    def last(self):
        """The channels of the last snapshot, by id."""
        return {channel["id"]: channel for channel in self.snapshots[-1]["channels"]}

    def channel(self, identifier, begin=0, end=float("inf")):
        """A channel's entries whose whole interval lies between two times of the guest's clock."""
        entries = []
        for snapshot in self.snapshots:
            at = snapshot["boottime_ns"] / 1e9
            since = at - snapshot["interval_s"]
            if since < begin or at > end:
                continue
            for values in snapshot["channels"]:
                if values["id"] == identifier:
                    entries.append(Entry(at, since, values))
        return entries

    def snapshots_between(self, begin, end):
        """The snapshots whose whole interval lies between two times of the guest's clock."""
        return [
            snapshot
            for snapshot in self.snapshots
            if snapshot["boottime_ns"] / 1e9 - snapshot["interval_s"] >= begin and snapshot["boottime_ns"] / 1e9 <= end
        ]


class CommandRun:
    """The output of `powersensors run --format json` with one run of one command."""

    def __init__(self, run, name):
        self.said = run.files[name]
        self.status = int(run.files[f"{name}.status"])
        # What the command and we say on standard error stands before it.
        lines = [line for line in self.said.splitlines() if line.startswith('{"version"')]
        self.json = json.loads(lines[-1])["commands"][0]["runs"][0] if lines else None

    @property
    def seconds(self):
        """How long it took."""
        return self.json["wall_s"]

    @property
    def host(self):
        """The figures by scope."""
        return {figure["scope"]: figure for figure in self.json["host"]} if self.json else {}

    @property
    def channels(self):
        """The energies of channels by id."""
        return {channel["id"]: channel["energy_j"] for channel in self.json["channels"]}


def marks(run):
    """The times that the script wrote down, in seconds of the guest's clock."""
    lines = (line.split() for line in run.files["marks"].splitlines())
    return {name: float(time) for name, time in lines}


def moment(run, name):
    """When the registers' counts were kept, in seconds of the guest's clock."""
    return int(run.files[name].split(None, 2)[1]) / 1e9


def counts(run, name):
    """What each register would show had it 64 bits, by the id of its channel.

    All CPUs of a package show the same; the register of AMD's cores is each core's own, and has the core's number
    behind its id, too.
    """
    known = {}
    rows = [line.split() for line in run.files[name].splitlines()[1:]]
    # The number of an only die may be another than 0.
    dies = {package: {row[2] for row in rows if row[1] == package} for _, package, *_ in rows}
    for _, package, die, core, domain, count in rows:
        holder = f"rapl/package-{package}" + (f"-die-{die}" if len(dies[package]) > 1 else "")
        if domain == "package":
            identifier = holder
        elif domain == "psys":
            identifier = "rapl/psys" if package == "0" else f"rapl/psys-{package}"
        else:
            identifier = f"{holder}/{domain}"
        known.setdefault(identifier, int(count))
        if domain == "core":
            known[f"{identifier}-{core}"] = int(count)
    return known
