#!/bin/bash
# Installs what dist/ holds in a bare Debian without Swift, by the tarball and by the packages, reads a counter there, and removes it.
#
# Needs root, debootstrap and a network. SUITE names the release (bookworm), and ROOT a Debian root to copy instead of fetching one.
set -euo pipefail
exec </dev/null

# Mounts of its own, which are gone at the end.
if [ -z "${HAS_MOUNTS:-}" ]; then HAS_MOUNTS=1 exec unshare --mount bash "$0"; fi
cd "$(dirname "$0")/../.."

say() { echo "packages: $*"; }
fail() {
    echo "packages: $*" >&2
    exit 1
}

scratch=$(mktemp -d)
feeder=
end() {
    if [ -n "$feeder" ]; then kill "$feeder" 2>/dev/null || true; fi
    umount "$root/proc" "$root/run/powersensors/share" 2>/dev/null || true
    rm -rf --one-file-system "$scratch"
}
trap end EXIT
root=$scratch/root

if [ -n "${ROOT:-}" ]; then
    cp -a "$ROOT" "$root"
else
    debootstrap --variant=minbase "${SUITE:-bookworm}" "$root" >"$scratch/log" 2>&1 || fail "debootstrap: $(tail -n 1 "$scratch/log")"
fi

# What a Debian has, and others may not: the command needs glibc alone.
hide_libraries() {
    mkdir -p "$scratch/hidden"
    mv "$root"/usr/lib/*/{libgcc_s.so.1,libstdc++.so.6*,libz.so.1*} "$scratch/hidden/"
}
show_libraries() { mv "$scratch"/hidden/* "$root/usr/lib/$(uname -m)-linux-gnu/"; }

# One package whose counter grows by 50 W × 1 s between two looks at it.
zone=$root/machine/sys/class/powercap/intel-rapl:0
mkdir -p "$zone" "$root/machine/proc"
echo package-0 >"$zone/name"
echo 262143328850 >"$zone/max_energy_range_uj"
echo 1000000 >"$zone/energy_uj"

# What is there before, to see that nothing stays: names and not times.
list() { (cd "$root" && find . -xdev \( -path ./proc -o -path ./var/lib/dpkg -o -path ./machine -o -path ./tmp \) -prune -o -print | sort); }

# Runs the command in the root while its counter grows, and checks the watts that it prints.
check_watts() {
    local power
    hide_libraries
    (
        energy=1000000
        for _ in $(seq 100); do
            energy=$((energy + 5000000))
            echo "$energy" >"$zone/new" && cat "$zone/new" >"$zone/energy_uj"
            sleep 0.1
        done
    ) &
    feeder=$!
    power=$(chroot "$root" "$1" watch --sensor rapl --config /dev/null --sysfs /machine/sys --procfs /machine/proc --interval 1s --duration 3s \
        --top 0 --json --quiet | tail -n 1 | grep -o '"power_w":[0-9.]*' | head -n 1 | cut -d : -f 2 || true)
    kill "$feeder" 2>/dev/null || true
    wait "$feeder" 2>/dev/null || true
    feeder=
    show_libraries
    # 5 J each 0.1 s and a little more.
    awk -v power="${power:-0}" 'BEGIN { exit !(power > 30 && power < 55) }' || fail "$1 shows ${power:-nothing} and not about 50 W"
    say "$1 shows $power W"
}

# A program in C, made outside for the library in the root. Arguments: the folder of the library there.
check_library() {
    if ! command -v cc >/dev/null; then say "the library is left out, since there is no cc" && return; fi
    cc -I"$root/$1/../include" -o "$root/tmp/library" Tests/Library/library.c -L"$root/$1" -lpowersensors -lpthread
    hide_libraries
    chroot "$root" env LD_LIBRARY_PATH="$1" /tmp/library exact || fail "a program in C fails with the library in $1"
    show_libraries
    rm "$root/tmp/library"
}

# What the guide tells an administrator to type, in the block below a heading, as it is typed there, but without sudo and systemd.
recipe() {
    local commands
    commands=$(sed -n "/^## $1\$/,/^## /s/^    //p" Docs/Install.md | sed "s/linux-amd64/linux-$architecture/")
    [ -n "$commands" ] || fail "Docs/Install.md says nothing under $1"
    chroot "$root" bash -euc "umask 077; cd /tmp; sudo() { \"\$@\"; }; systemctl() { :; }; $commands" >"$scratch/log" 2>&1 ||
        fail "$1: $(tail -n 2 "$scratch/log")"
}

# What may be below /run/powersensors: files of this machine's guests, and a share of its host, whose files are not ours.
lay_shares() {
    mkdir -p "$root"/run/powersensors/{guests/a,share}
    touch "$root/run/powersensors/guests/a/energy"
    mount -t tmpfs none "$root/run/powersensors/share"
    touch "$root/run/powersensors/share/energy"
}
check_shares() {
    [ -e "$root/run/powersensors/share/energy" ] || fail "$1 takes files of the host's share away"
    [ ! -e "$root/run/powersensors/guests" ] || fail "$1 leaves the guests' files"
    umount "$root/run/powersensors/share"
    rmdir "$root"/run/powersensors/{share,}
}

# Nothing new is there. A minimal root drops documents and empty folders of its own accord.
check_remains() {
    local remains
    list >"$scratch/after"
    remains=$(comm -13 "$scratch/before" "$scratch/after")
    [ -z "$remains" ] || fail "these files stay after $1:" $remains
    say "nothing stays after $1"
}

architecture=$(dpkg --print-architecture 2>/dev/null || uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
mount --bind /proc "$root/proc"
list >"$scratch/before"
cp dist/powersensors-*-linux-*.tar.gz "$root/tmp/"
recipe "From the tarball"
check_watts /usr/local/bin/powersensors
check_library /usr/local/lib
unreadable=$(find "$root/usr/local" -path '*powersensors*' ! -perm -444)
[ -z "$unreadable" ] || fail "not everyone may read:" $unreadable
lay_shares
mkdir -p "$root"/etc/systemd/system/powersensors{,-guests}.service.d "$root/var/lib/private/powersensors"
touch "$root"/etc/{powersensors,powersensors-guests}.conf "$root/etc/systemd/system/powersensors.service.d/override.conf"
ln -s private/powersensors "$root/var/lib/powersensors"
recipe Removing
check_shares "the guide"
rmdir --ignore-fail-on-non-empty "$root/var/lib/private"
check_remains "what the guide says of the tarball"

cp dist/powersensors_*.deb "$root/tmp/package.deb"
chroot "$root" dpkg --install /tmp/package.deb >"$scratch/log" 2>&1 || fail "dpkg: $(head -n 6 "$scratch/log")"
check_watts /usr/bin/powersensors
check_library /usr/lib
[ -s "$root/etc/powersensors.conf" ] || fail "the package has no settings file"
# What the administrator changed stays at an upgrade and at a removal.
echo "POWERSENSORS_INTERVAL=2s" >>"$root/etc/powersensors.conf"
chroot "$root" dpkg --install /tmp/package.deb >"$scratch/log" 2>&1 </dev/null || fail "dpkg: $(tail -n 2 "$scratch/log")"
grep -q POWERSENSORS_INTERVAL=2s "$root/etc/powersensors.conf" || fail "an upgrade overwrites the settings file"
chroot "$root" dpkg --remove powersensors >"$scratch/log" 2>&1 || fail "dpkg: $(tail -n 2 "$scratch/log")"
[ -s "$root/etc/powersensors.conf" ] || fail "a removal takes the settings file away"
lay_shares
chroot "$root" dpkg --purge powersensors >"$scratch/log" 2>&1 || fail "dpkg: $(head -n 6 "$scratch/log")"
check_shares "a purge"
check_remains "a purge"

# The package for Red Hat's systems, by rpm from outside: Debian's packages are not in its database, so nothing that it needs is.
if ! command -v rpm >/dev/null || ! ls dist/*.rpm >/dev/null 2>&1; then
    say "the rpm is left out, since there is no rpm"
    exit 0
fi
by_rpm() { rpm --root "$root" --dbpath /tmp/rpm "$@" >"$scratch/log" 2>&1 || fail "rpm: $(tail -n 2 "$scratch/log")"; }
by_rpm --install --nodeps dist/powersensors-*.rpm
by_rpm --verify --nodeps powersensors
check_watts /usr/bin/powersensors
check_library /usr/lib64
echo "POWERSENSORS_INTERVAL=2s" >>"$root/etc/powersensors.conf"
by_rpm --upgrade --replacepkgs --nodeps dist/powersensors-*.rpm
grep -q POWERSENSORS_INTERVAL=2s "$root/etc/powersensors.conf" || fail "an upgrade by rpm overwrites the settings file"
lay_shares
by_rpm --erase powersensors
check_shares "a removal by rpm"
rm "$root/etc/powersensors.conf.rpmsave" || fail "a removal by rpm takes the settings file away"
check_remains "a removal by rpm, but for changed settings"
