"""A guest's energy as its host shares it by 9p, whichever way the host writes and the guest mounts."""
from functools import partial

from .case import Case
from .machine import Machine
from .publisher import DRAM, PACKAGE, Publisher
from .readings import Listing, Watch, marks

# What is mounted how, and what is written how, by the kernel's series. Linux 6.4 changed what the caches of 9p keep,
# and has one more of them.
SEEN = {
    "6.1": ("none/pwrite", "none/truncate", "none/tree", "mmap/rename"),
    "6.12": ("none/pwrite", "none/rename", "none/tree"),
}
UNSEEN = {"6.1": ("loose/pwrite", "loose/tree"), "6.12": ("loose/pwrite", "mmap/pwrite", "readahead/pwrite")}

SCRIPT = """
mount_share() {
	mkdir -p "$3"
	mount -t 9p -o "trans=virtio,version=9p2000.L,ro,cache=$2" "$1" "$3" || exit
}
for share in SHARES; do
	cache=${share%%/*}
	if ! [ -e "/mnt/$cache" ]; then mount_share "$cache" "$cache" "/mnt/$cache"; fi
	# As any guest would that looks at what is there: where a cache hides what changes, this is all that is ever seen.
	cat "/mnt/$share"/share "/mnt/$share"/intel-rapl:0/energy_uj >/dev/null 2>&1
done
mount_share powersensors none /run/powersensors
cp /proc/self/mountinfo /job/out/mounts
list found
for share in SHARES; do
	name=$(echo $share | tr / -)
	powersensors watch --format json --interval 500ms --sensor share --share /mnt/$share \
		>/job/out/$name 2>/job/out/$name.errors &
	watches="$watches $!"
done
for share in SHARES; do
	tries=0
	while [ $tries -lt 600 ] && ! [ -s /job/out/$(echo $share | tr / -) ]; do
		usleep 50000
		tries=$((tries + 1))
	done
done
mark shown; sleep 10
mark paused; touch /job/out/pause; sleep 8
mark resumed; rm /job/out/pause; sleep 5
mark end
end_watches
"""


def cases(kernels):
    """All of them, for the kernels by their series."""
    for series, kernel in kernels.items():
        shares = SEEN[series] + UNSEEN[series]
        caches = tuple(sorted({share.split("/")[0] for share in shares}))
        host = partial(Publisher, caches)
        script = SCRIPT.replace("SHARES", " ".join(shares))
        name = "shares by 9p, written and mounted in each way"
        yield Case(name, Machine(kernel), script, partial(_check, series), limit=240, host=host)


def _check(series, run, checks):
    times = marks(run)
    _check_found(run, checks)
    for share in SEEN[series]:
        _check_seen(run, checks, times, share)
    for share in UNSEEN[series]:
        _check_unseen(run, checks, times, share)


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
    # A tree's steps are seen at the next look; a record has its own time.
    tolerance = 0.03 if is_record else 0.5
    powers = {"share/package-0": PACKAGE} | ({"share/package-0/dram": DRAM} if is_record else {})
    for identifier, watts in powers.items():
        # Of a share that was renamed the first file is read for a period more.
        entries = watch.channel(identifier, times["shown"] + 3, times["paused"])
        checks.that(len(entries) > 5, f"{share}: there are snapshots of {identifier}")
        for entry in entries:
            checks.equal(f"{share}: status of {identifier}", entry.status, "ok")
            checks.near(f"{share}: power of {identifier}", entry.power, watts, watts * tolerance)
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
        for entry in back:
            checks.near(f"{share}: power of {identifier} then", entry.power, watts, watts * tolerance)
    checks.that(
        all(host["power_w"] != 0 for snapshot in watch.snapshots for host in snapshot["host"]), f"{share}: never 0 W"
    )


def _check_unseen(run, checks, times, share):
    """A mount by which nothing ever changes has no figure, and is told of by its option."""
    name = share.replace("/", "-")
    watch = Watch(run, name)
    # Of a tree the period is not known, and five seconds are what it may take.
    entries = watch.channel("share/package-0", times["resumed"])
    checks.that(entries, f"{share}: there are snapshots")
    for entry in entries:
        checks.equal(f"{share}: what is shown", (entry.status, entry.power), ("stale", None))
    cache = share.split("/")[0]
    checks.contains(f"{share}: what is said", watch.errors, f"mounted with cache={cache}, by which")
    checks.contains(f"{share}: when it is said", watch.errors, "has shown nothing new for three of its periods")
    remedy = f"sudo umount /mnt/{cache} && sudo mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=none {cache} "
    checks.contains(f"{share}: the remedy", watch.errors, remedy)
