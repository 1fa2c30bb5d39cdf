"""A guest's energy as its host shares it, whichever way the host writes and the guest mounts."""
import os
import statistics
from functools import partial

from .case import Case
from .host import VIRTIOFSD
from .machine import Machine
from .publisher import DRAM, PACKAGE, Publisher
from .readings import Listing, Watch, marks

# What is mounted how, and what is written how, by the kernel's series. Linux 6.4 changed what the caches of 9p keep,
# and has one more of them.
SEEN = {
    "6.1": ("none/truncate", "none/tree", "mmap/rename"),
    "6.12": ("none/pwrite", "none/rename", "none/tree"),
}
UNSEEN = {"6.1": ("loose/tree",), "6.12": ("loose/pwrite", "mmap/pwrite", "readahead/pwrite")}
SEEN_BY_VIRTIOFS = ("none/tree", "auto/pwrite", "auto/rename")
UNSEEN_BY_VIRTIOFS = ("always/pwrite",)

MOUNT = "mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=CACHE TAG POINT"
MOUNT_BY_VIRTIOFS = "mount -t virtiofs -o ro TAG POINT"

SCRIPT = """
for cache in CACHES; do
	mkdir -p /mnt/$cache
	MOUNT || exit
done
for share in SHARES; do
	# As any guest would that looks at what is there: where a cache hides what changes, this is all that is ever seen.
	cat "/mnt/$share"/share "/mnt/$share"/intel-rapl:0/energy_uj >/dev/null 2>&1
done
mkdir -p /run/powersensors
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=none powersensors /run/powersensors || exit
cp /proc/self/mountinfo /job/out/mounts
list found
for share in SHARES; do
	name=$(echo $share | tr / -)
	powersensors watch --format json --interval 500ms --sensor share --share /mnt/$share \
		>/job/out/$name 2>/job/out/$name.errors &
	watches="$watches $!"
done
# Until it has shown a line, or, of a share whose changes are seen, a figure.
wait_for() {
	tries=0
	while [ $tries -lt 600 ] && ! grep -q "$2" /job/out/$(echo $1 | tr / -); do
		usleep 100000
		tries=$((tries + 1))
	done
}
for share in SEEN; do wait_for $share '"status":"ok"'; done
for share in SHARES; do wait_for $share version; done
mark shown; sleep 11
# The host writes nothing more from when it says so.
touch /job/out/pause
until [ -e /job/out/paused ]; do usleep 100000; done
mark paused; sleep 9
mark resumed; rm /job/out/pause; sleep 5
mark end
end_watches
"""


def cases(kernels):
    """All of them, for the kernels by their series."""
    for series, kernel in kernels.items():
        yield _case("9p", kernel, MOUNT, SEEN[series], UNSEEN[series])
    if os.geteuid() == 0 and os.access(VIRTIOFSD, os.X_OK):
        yield _case("virtiofs", kernels["6.12"], MOUNT_BY_VIRTIOFS, SEEN_BY_VIRTIOFS, UNSEEN_BY_VIRTIOFS)
    else:
        print("       SKIPPED: virtiofs, which needs root and virtiofsd of qemu-system-common", flush=True)


def _caches(shares):
    """How the shares are mounted, each way once."""
    return tuple(sorted({share.split("/")[0] for share in shares}))


def _case(way, kernel, mount, seen, unseen):
    words = {"MOUNT": mount.replace("CACHE", "$cache").replace("TAG", "$cache").replace("POINT", "/mnt/$cache"),
             "CACHES": " ".join(_caches(seen + unseen)), "SHARES": " ".join(seen + unseen),
             "SEEN": " ".join(seen)}  # fmt: skip
    script = SCRIPT
    for word, text in words.items():
        script = script.replace(word, text)
    caches = _caches(seen + unseen)
    host = partial(Publisher, () if way == "virtiofs" else caches, caches if way == "virtiofs" else ())
    check = partial(_check, mount, seen, unseen)
    name = f"shares by {way}, written and mounted in each way"
    return Case(name, Machine(kernel), script, check, host=host, is_alone=True)


def _check(mount, seen, unseen, run, checks):
    times = marks(run)
    _check_found(run, checks)
    for share in seen:
        _check_seen(run, checks, times, share)
    for share in unseen:
        _check_unseen(run, checks, times, share, mount)


def _check_found(run, checks):
    found = Listing(run, "found")
    path = "/run/powersensors/share"
    checks.equal("the share that is found", {channel["path"] for channel in found.of_sensor("share").values()}, {path})
    for channel in found.of_sensor("share").values():
        checks.equal(f"the way of {channel['id']}", (channel["provenance"], channel["origin"], channel["hops"]),
                     ("shared", "measured", 1))  # fmt: skip
        checks.equal(f"what {channel['id']} counts in", channel["counts_in"], "cpu")


def _check_seen(run, checks, times, share):
    """Right figures, none while the host is silent, and no spike when it is back."""
    name = share.replace("/", "-")
    watch = Watch(run, name)
    is_record = not share.endswith("/tree")
    powers = {"share/package-0": PACKAGE} | ({"share/package-0/dram": DRAM} if is_record else {})
    for identifier, watts in powers.items():
        # Of a share that was renamed the first file is read for a period more.
        entries = watch.channel(identifier, times["shown"] + 3, times["paused"])
        checks.that(len(entries) > 5, f"{share}: there are snapshots of {identifier}")
        for entry in entries:
            checks.equal(f"{share}: status of {identifier}", entry.status, "ok")
        _check_power(checks, f"{share}: power of {identifier}", entries, watts, is_record)
        if entries:
            first, last = entries[0], entries[-1]
            steps = watts * (last.at - first.at)
            checks.near(f"{share}: energy of {identifier}", last.energy - first.energy, steps, watts * 2.2)
        silent = watch.channel(identifier, times["paused"] + 6, times["resumed"])
        checks.that(silent, f"{share}: there are snapshots while the host is silent")
        for entry in silent:
            shown = (entry.status, entry.power)
            checks.equal(f"{share}: {identifier} while the host is silent", shown, ("stale", None))
        back = [entry for entry in watch.channel(identifier, times["resumed"] + 2.5) if entry.status == "ok"]
        checks.that(back, f"{share}: {identifier} comes back")
        _check_power(checks, f"{share}: power of {identifier} then", back, watts, is_record)
    checks.that(
        all(host["power_w"] != 0 for snapshot in watch.snapshots for host in snapshot["host"]), f"{share}: never 0 W"
    )


def _check_power(checks, what, entries, watts, is_record):
    """A record has its own time. A tree's steps are seen at the next look, which may be late, but not most of them."""
    powers = [entry.power for entry in entries]
    if is_record:
        for power in powers:
            checks.near(what, power, watts, watts * 0.03)
    elif checks.that(powers and None not in powers, f"{what} is told: {powers}"):
        checks.near(what, statistics.median(powers), watts, watts * 0.25)
        checks.that(0 < min(powers) and max(powers) < 3 * watts, f"{what} has no spike: {powers}")


def _check_unseen(run, checks, times, share, mount):
    """A mount by which nothing ever changes has no figure, and is told of by its option."""
    name = share.replace("/", "-")
    watch = Watch(run, name)
    # Of a tree the period is not known, and five seconds are what it may take.
    entries = watch.channel("share/package-0", times["resumed"])
    checks.that(entries, f"{share}: there are snapshots")
    for entry in entries:
        checks.equal(f"{share}: what is shown", (entry.status, entry.power), ("stale", None))
    cache = share.split("/")[0]
    checks.contains(f"{share}: what is said", watch.errors, f"with cache={cache}, so a guest")
    checks.contains(f"{share}: when it is said", watch.errors, "has shown nothing new for three of its periods")
    remedy = mount.replace("CACHE", "none").replace("TAG", cache).replace("POINT", f"/mnt/{cache}")
    checks.contains(f"{share}: the remedy", watch.errors, f"sudo umount --lazy /mnt/{cache} && sudo {remedy}")
