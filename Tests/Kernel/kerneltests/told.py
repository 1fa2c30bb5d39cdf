"""A guest that is told its energy by its host: by our publisher through a real 9p mount and a real virtiofs, and read
there by our command and by node_exporter."""
import json
import re

from .case import Case
from .machine import Machine
from .host import HOST_WATTS, PERIOD, Host, expected_joules
from .readings import Listing, Watch, marks

# The guest is nearly idle from two seconds before each mark until one after it: what a watch sees then is what the host
# saw at some time of the two seconds. What works in it passes for a guest of the guest's own, to which it publishes in
# its turn.
SCRIPT = """
mkdir -p /run/powersensors
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=none share /run/powersensors || exit
modprobe virtiofs
mkdir -p /run/virtiofs
mount -t virtiofs -o ro virtiofs /run/virtiofs 2>/job/out/virtiofs.errors
tell() {
	mark "$1"
	: >/job/out/told.$1
	{ head -n 1 /proc/stat; cat /proc/$inner/stat; } >/job/out/$1.ticks
}
# The host does what it is told at its own time: what follows is looked at from when it says that it has.
ask() { tell "$1"; until [ -e /job/out/done.$1 ]; do usleep 100000; done; mark "$1-done"; }
scrape() { mark scrape-$1; wget -q -O /job/out/$1.metrics http://127.0.0.1:9100/metrics; mark scraped-$1; }
mkdir /tmp/inner
cat >/tmp/qemu-system-x86_64 <<'END'
#!/bin/sh
while sleep 1; do
	while [ -e /tmp/work ]; do for step in 1 2 3 4 5 6 7 8 9; do :; done; done
done
END
chmod 755 /tmp/qemu-system-x86_64
/tmp/qemu-system-x86_64 -name guest=inner &
inner=$!
work() { : >/tmp/work; sleep $1; rm /tmp/work; }
prometheus-node-exporter --web.listen-address=127.0.0.1:9100 --collector.disable-defaults --collector.rapl \
	--path.sysfs=/run/powersensors 2>/dev/null &
watch watch --sensor share --interval 500ms
powersensors export --sensor share --guests /tmp/inner/guests --guests-period 1s --guest-name inner \
	2>/job/out/inner.publisher &
if [ -e /run/virtiofs/share ]; then watch virtiofs --share /run/virtiofs --sensor share --interval 500ms; fi
watch inner --share /tmp/inner/guests/inner --sensor share --interval 500ms
list inner.list --share /tmp/inner/guests/inner --sensor share
sleep 2; scrape before
tell before-begin; sleep 2; tell begin; sleep 1; work 10; sleep 1
tell before-end; sleep 2; tell end
scrape after
ask kill; sleep 6
ask restart; sleep 2
tell before-again; sleep 2; tell again; sleep 1; work 4
tell before-last; sleep 2; tell last
scrape last
end_watches
{ ls -lnR /run/powersensors; touch /run/powersensors/new; echo 1 >/run/powersensors/share; } >/job/out/files 2>&1
"""


def cases(kernels):
    """All of them, for the kernels by their series."""
    machine = Machine(kernels["6.12"], "Skylake-Server", "1")
    yield Case("a guest is told its energy by its host", machine, SCRIPT, _check, host=Host, is_alone=True)


def _check(run, checks):
    host = json.loads(run.files["host"])
    told = host["told"]
    checks.that(expected_joules(told, "begin", "end")[1] > 20, "the guest worked")
    _check_figures(run, checks, "watch", told)
    if host["has_virtiofs"]:
        _check_figures(run, checks, "virtiofs", told)
    else:
        print("       SKIPPED: virtiofs, which needs root and virtiofsd of qemu-system-common", flush=True)
    _check_tree(run, checks)
    _check_inner(run, checks)


def _check_inner(run, checks):
    """The guest's own guest, which does nearly all the work there is."""
    times = marks(run)
    joules = {}
    for name in ("watch", "inner"):
        entries = _entries(Watch(run, name))
        joules[name] = _energy(entries, times["end"]) - _energy(entries, times["begin"])
    busy, own = (end - begin for begin, end in zip(_ticks(run, "begin"), _ticks(run, "end")))
    # What the guest is told comes a second or two late, and is divided among those that run then: two of the ten.
    expected = joules["watch"] * own / busy
    checks.near("the joules of the guest's guest", joules["inner"], expected, 0.22 * expected)
    channels = Listing(run, "inner.list").of_sensor("share").values()
    checks.equal("the hops to the guest's guest", {channel["hops"] for channel in channels}, {2})
    checks.equal("where its figures come from", {channel["origin"] for channel in channels}, {"measured"})


def _check_tree(run, checks):
    times = marks(run)
    entries = _entries(Watch(run, "watch"))
    before, after, last = (_joules(run.files[f"{name}.metrics"]) for name in ("before", "after", "last"))
    # A page shows what the counters were at some time of its scrape, which a busy guest takes long for.
    least = _energy_before(entries, times["scrape-after"]) - _energy(entries, times["scraped-before"])
    most = _energy(entries, times["scraped-after"]) - _energy_before(entries, times["scrape-before"])
    checks.that(0 < 0.97 * least <= after - before <= 1.03 * most,
                f"the guest's joules by node_exporter, {after - before}, are ours: {least} to {most}")  # fmt: skip
    checks.that(last > after, f"the tree goes on after a restart: {last} J after {after} J")
    checks.contains("who may read", run.files["files"], "-rw-r-----")
    checks.equal("how often the guest was kept from writing", run.files["files"].lower().count("read-only"), 2)


def _check_figures(run, checks, name, told):
    """What one of the watches showed: the right joules, stale without a publisher, and no spike when it is back."""
    times = marks(run)
    entries = _entries(Watch(run, name))
    _check_joules(checks, f"{name}: the guest's joules", entries, times, told, ("begin", "end"))
    powers = [entry["power_w"] for entry in entries if entry["power_w"] is not None]
    most = max(powers, default=None)
    checks.that(powers and most < HOST_WATTS * 1.03, f"{name}: no power is above the host's: {most}")
    # The work begins within 2 s of the mark, and lasts from then on for 9 s at least.
    working = [entry["power_w"] for entry in entries if times["begin"] + 5 <= entry["at"] <= times["begin"] + 11]
    checks.that(working and all(working), f"{name}: no power is missing or 0 W while the guest works: {working}")
    energies = [entry["energy_j"] for entry in entries if entry["energy_j"] is not None]
    checks.that(energies == sorted(energies), f"{name}: the energy never falls")

    gone = [entry for entry in entries if times["kill-done"] + 3 * PERIOD + 1.5 <= entry["at"] <= times["restart"]]
    checks.that(gone and all(entry["status"] == "stale" and entry["power_w"] is None for entry in gone),
                f"{name}: without a publisher the share is stale: {gone}")  # fmt: skip
    back = [entry for entry in entries if entry["at"] >= times["again"]]
    checks.that(back and all(entry["status"] == "ok" for entry in back), f"{name}: it recovers: {back[:3]}")
    what = f"{name}: the guest's joules after the restart"
    _check_joules(checks, what, entries, times, told, ("again", "last"))


def _check_joules(checks, what, entries, times, told, between):
    """The joules between two marks are what they should be, within 3 %, wherever the host looked before each."""
    begin, end = between
    measured = _energy(entries, times[end]) - _energy(entries, times[begin])
    least = expected_joules(told, begin, f"before-{end}")[0]
    most = expected_joules(told, f"before-{begin}", end)[1]
    checks.that(0.97 * least <= measured <= 1.03 * most,
                f"{what} is {measured}, and should be {least} to {most} ± 3 %")  # fmt: skip


def _entries(watch):
    """The host figure that the share gives, with its times."""
    return [
        host | {"at": snapshot["boottime_ns"] / 1e9}
        for snapshot in watch.snapshots
        for host in snapshot["host"]
        if host["sensor"] == "share"
    ]


def _energy(entries, at):
    """The energy at a time, which is that of the first entry from then on."""
    return next(entry["energy_j"] for entry in entries if entry["at"] >= at)


def _energy_before(entries, at):
    """The energy at a time, which is that of the last entry until then."""
    return [entry["energy_j"] for entry in entries if entry["at"] <= at][-1]


def _ticks(run, mark):
    """The time that the guest's processors were busy until a mark, and that of the guest's guest: proc(5)."""
    processors, process = run.files[f"{mark}.ticks"].splitlines()
    user, nice, system, _, _, interrupts, soft = (int(field) for field in processors.split()[1:8])
    fields = process.rpartition(")")[2].split()
    return user + nice + system + interrupts + soft, int(fields[11]) + int(fields[12])


def _joules(page):
    """The package's and the memory's counters by node_exporter."""
    found = re.findall(r"^node_rapl_(package|dram)_joules_total\{[^}]*\} (\S+)$", page, re.M)
    return sum(float(value) for _, value in found) if len(found) == 2 else None
