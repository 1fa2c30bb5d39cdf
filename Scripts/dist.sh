#!/bin/bash
# Makes what is shipped for this machine's architecture, in dist/: a tarball, packages for Debian's and Red Hat's systems, an image, and
# their checksums.
#
# The command has the Swift runtime linked in, and needs nothing of the machine but glibc, of the version it was built with or
# newer. So does the shared library beside it. The same commit gives the same bytes on the same system and toolchain, with the same versions
# of other packages. BINARY names a command that is built already, and LIBRARY a shared library. With the argument "library" only that is
# built, and with "wheel" only the Python package.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null
umask 022
export LC_ALL=C TZ=UTC

say() { echo "dist: $*" >&2; }

build=.build/for-release
# When the sources last changed: packages carry it instead of the time at which they are made.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Package.swift)}

# Compiles with the same options each time, so that the command and the library share what they compile. Arguments: swift build's.
compile() {
    # Addresses to adjust at the start take a tenth of the room in a form that glibc knows since 2.36.
    local packed=()
    if [ "$(printf '%s\n' 2.36 "$(getconf GNU_LIBC_VERSION | cut -d ' ' -f 2)" | sort -V | head -n 1)" = 2.36 ]; then
        packed=(-Xlinker -z -Xlinker pack-relative-relocs)
    fi
    # Without debug information, which would only be thrown away, and takes a sixth of the time of C; without this folder's path,
    # which would be in the program; with what nothing refers to left out, which a program that exports its symbols cannot do, and
    # which C does by the function only if asked; and with what is the same kept once. What takes long in C is cryptography, whose
    # inner loops are in assembly: -O1 compiles it a fifth faster. Two threads a module, since the last ones wait for each other.
    SWIFT_BUILD_OPTIONS="" bash Scripts/swift-build.sh --quiet -c release --scratch-path "$build" --static-swift-stdlib "$@" \
        -debug-info-format none -Xswiftc -file-prefix-map -Xswiftc "$PWD=." -Xcc "-ffile-prefix-map=$PWD=." \
        -Xcc -ffunction-sections -Xcc -fdata-sections -Xcc -O1 -Xswiftc -num-threads -Xswiftc 2 \
        -Xswiftc -use-ld=lld -Xlinker --icf=all -Xlinker --gc-sections -Xlinker --no-export-dynamic -Xlinker --exclude-libs=ALL \
        "${packed[@]}" -Xlinker "-L$PWD/$build/static" -Xswiftc -Xclang-linker -Xswiftc -static-libgcc
}

build_library() {
    compile --target PowerSensorsLibrary
    bash Scripts/library.sh "$build/release" "$build/library" >&2
}

build_command() {
    # The linker takes a shared library where it finds one, so it is shown a folder with nothing but the static ones.
    local archive static=$PWD/$build/static
    mkdir -p "$static"
    for archive in libstdc++.a libz.a libsqlite3.a; do
        local path
        path=$(gcc -print-file-name=$archive)
        if [ "$path" = "$archive" ]; then
            say "there is no $archive. Remedy: sudo apt-get install libstdc++-12-dev zlib1g-dev libsqlite3-dev"
            return 1
        fi
        ln -sf "$path" "$static/$archive"
    done
    compile --product powersensors
    # The names of functions stay in the build folder, for who looks at a crash.
    strip -o "$build/powersensors" "$build/release/powersensors"
}

# What the program needs of the machine, beside the kernel: glibc's own libraries and nothing else.
check_libraries() {
    local others
    others=$(objdump -p "$1" | sed -n 's/^ *NEEDED *//p' |
        grep -vE '^(libc|libm|libdl|libpthread|librt|libutil|ld-linux-x86-64|ld-linux-aarch64)\.so\.[0-9]+$' || true)
    if [ -n "$others" ]; then
        say "$1 needs more than glibc:" $others
        return 1
    fi
}

# The same files always give the same bytes: in order, with one owner and one time. Arguments: the folder, the archive.
pack() {
    tar --create --directory "$(dirname "$1")" --sort=name --owner=0 --group=0 --numeric-owner \
        --mtime="@$SOURCE_DATE_EPOCH" --format=gnu "$(basename "$1")" | gzip -9 -n >"$2"
}

# As Debian counts: each file rounded up, and 1 for anything else, on whatever file system it lies.
kibibytes() {
    find "$1" -path "$1/DEBIAN" -prune -o \( -type f -printf '%s\n' -o -printf '1024\n' \) |
        awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }'
}

make_package() {
    local tree=$scratch/debian
    cp -a "$scratch/package" "$tree"
    mkdir "$tree/DEBIAN"
    echo /etc/powersensors.conf >"$tree/DEBIAN/conffiles"
    cat >"$tree/DEBIAN/control" <<CONTROL
Package: powersensors
Version: $version
Architecture: $architecture
Maintainer: Power Sensors maintainers <powersensors@localhost>
Installed-Size: $(kibibytes "$tree")
Depends: libc6 (>= $glibc)
Suggests: libsensors5, prometheus
Section: utils
Priority: optional
Description: tells how much power this machine uses
 Reads the energy counters of processors, chips, batteries and supplies, divides the energy
 among virtual machines, control groups and processes, and exports it to Prometheus, Loki
 and files. The service is installed and not started: systemctl enable --now powersensors
CONTROL
    install -m 755 Deploy/debian/postinst Deploy/debian/prerm Deploy/debian/postrm "$tree/DEBIAN/"
    find "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group --build "$tree" "dist/powersensors_${version}_$architecture.deb" >/dev/null
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

library=${LIBRARY:-}
if [ -z "$library" ]; then
    library=$build/library/libpowersensors.so.0
    # With a command that is built already there may be a library too.
    if [ -z "${BINARY:-}" ] || [ ! -e "$library" ]; then
        say "building the library"
        build_library
    fi
fi
if [ "${1:-}" = library ]; then exit 0; fi
check_libraries "$library"
if [ "${1:-}" = wheel ]; then
    python3 Scripts/wheel.py "$library" dist
    exit 0
fi

binary=${BINARY:-}
if [ -z "$binary" ]; then
    say "building the command; from nothing this takes some minutes"
    build_command
    binary=$build/powersensors
    # Of a command that was built elsewhere nobody knows from what.
    REVISION=$(git rev-parse HEAD 2>/dev/null || true)
    export REVISION
fi
check_libraries "$binary"
bash Scripts/deploy/licenses.sh "$scratch/licenses"
version=$("$binary" --version)
architecture=$(dpkg --print-architecture 2>/dev/null || uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
# The packed form of addresses has a name instead of a version.
glibc=$({
    objdump -T "$binary" "$library" | grep -o 'GLIBC_[0-9][0-9.]*'
    objdump -p "$binary" "$library" | sed -n 's/.*GLIBC_ABI_DT_RELR.*/GLIBC_2.36/p'
} | sort -uV | tail -n 1 | cut -d _ -f 2)

rm -rf dist
mkdir dist
name=powersensors-$version-linux-$architecture
PREFIX=/ DESTDIR=$scratch/$name SYSCONFDIR=none bash Scripts/install.sh "$binary" "$library"
sed -i 's|^ExecStart=/*bin|ExecStart=/usr/local/bin|' "$scratch/$name"/lib/systemd/system/*.service
pack "$scratch/$name" "dist/$name.tar.gz"
PREFIX=/usr DESTDIR=$scratch/package bash Scripts/install.sh "$binary" "$library"
if command -v dpkg-deb >/dev/null; then make_package; else say "no Debian package, since there is no dpkg-deb"; fi
if command -v rpmbuild >/dev/null; then
    bash Scripts/deploy/rpm.sh "$scratch/package" "$version" "$glibc" "$architecture" dist
else
    say "no package for Red Hat's systems, since there is no rpmbuild. Remedy: sudo apt-get install rpm"
fi
if command -v umoci >/dev/null && command -v skopeo >/dev/null; then
    bash Scripts/deploy/image.sh "$binary" "$version" "dist/powersensors-$version-$architecture.image.tar"
else
    say "no image, since umoci or skopeo is missing. Remedy: sudo apt-get install umoci skopeo"
fi
if python3 -c 'import tomllib' 2>/dev/null; then
    python3 Scripts/wheel.py "$library" dist >/dev/null
else
    say "no Python package, since this Python is older than 3.11"
fi
python3 Scripts/deploy/manifests.py package dist --index
(cd dist && sha256sum -- *) >"$scratch/sums" && mv "$scratch/sums" dist/SHA256SUMS
say "made for glibc $glibc or newer: $(cd dist && echo *)"
