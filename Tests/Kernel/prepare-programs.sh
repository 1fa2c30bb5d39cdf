#!/bin/bash
# Makes the folder of programs that every guest has in PATH: prepare-programs.sh COMMAND FOLDER
#
#   bin   our command, those of programs/, and the programs it is compared with: lm-sensors and node_exporter, which are
#         fetched and not installed
#   lib   the libraries that they need
#   etc   the configuration of lm-sensors
#   power.aml   the table of ACPI devices
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command=$(realpath "$1")
mkdir -p "$2"
cd "$2"

name="programs"
# shellcheck source=steps.sh
source "$here/steps.sh"

peers=(libsensors-config libsensors5 lm-sensors prometheus-node-exporter)

unpack_peers() {
    set_up_apt bookworm
    local package file
    say "fetching ${peers[*]}"
    rm -rf peers
    for package in "${peers[@]}"; do
        file=$(fetch "$package")
        dpkg-deb -x "$file" peers
    done
    rm -rf apt
    mkdir -p bin lib etc
    cp peers/usr/bin/sensors peers/usr/bin/prometheus-node-exporter bin/
    cp -L peers/usr/lib/*/libsensors.so.5 lib/
    cp peers/etc/sensors3.conf etc/
    add_libraries bin/sensors
}

build_own() {
    local source
    mkdir -p bin
    for source in "$here"/programs/*.c; do
        gcc -O1 -Wall -Wextra -Werror -static -o "bin/$(basename "$source" .c)" "$source"
    done
    iasl -p power "$here/guest/power.asl" >power.log 2>&1 || { cat power.log >&2; fail "the ACPI table does not compile"; }
}

# Copies the libraries that a program is linked with, its loader among them.
add_libraries() {
    mkdir -p lib
    LD_LIBRARY_PATH=lib ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
        [ "lib/$(basename "$library")" -nt "$library" ] || cp -L "$library" lib/
    done
}

exec 9>lock
flock 9
if ! is_current peers "${peers[@]}"; then
    unpack_peers
    mark_current peers "${peers[@]}"
fi
own=("$here"/programs/*.c "$here/guest/power.asl")
if ! is_current own "${own[@]}"; then
    build_own
    mark_current own "${own[@]}"
fi
if ! is_current command "$command"; then
    mkdir -p bin
    cp "$command" bin/powersensors
    add_libraries bin/powersensors
    mark_current command "$command"
fi
say "ready"
