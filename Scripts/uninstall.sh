#!/bin/bash
# Removes what Scripts/install.sh has installed: it is installed once more in an empty folder, and what is there then goes.
#
# Arguments and environment are those of Scripts/install.sh. Settings stay, and folders that are not empty.
set -euo pipefail
cd "$(dirname "$0")/.."

root=${DESTDIR:-}${PREFIX:-/usr/local}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
DESTDIR=$scratch SYSCONFDIR=none bash Scripts/install.sh "$@"

cd "$scratch${PREFIX:-/usr/local}"
find . ! -type d -print0 | while IFS= read -r -d '' file; do rm -f "$root/$file"; done
# What is in the prefix of every system stays, although nothing may be in it.
find . -mindepth 2 -type d -print0 | sort -rz | while IFS= read -r -d '' folder; do
    rmdir --ignore-fail-on-non-empty "$root/$folder" 2>/dev/null || true
done
