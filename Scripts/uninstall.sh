#!/bin/bash
# Removes what Scripts/install.sh has installed: it is installed once more in an empty folder, and what is there then goes.
#
# Arguments and environment are those of Scripts/install.sh. Settings stay, and folders that others have made too.
set -euo pipefail
cd "$(dirname "$0")/.."

root=$(realpath -m -- "${DESTDIR:-}${PREFIX:-/usr/local}")
if [ ! -x "$1" ]; then
    echo "uninstall: $1 is not a program, and tells what it has installed. Remedy: name one by BINARY" >&2
    exit 1
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
DESTDIR=$scratch SYSCONFDIR=none bash Scripts/install.sh "$@"

cd "$scratch${PREFIX:-/usr/local}"
find . ! -type d -print0 | while IFS= read -r -d '' file; do rm -f "$root/$file"; done
find . -depth -type d -path '*powersensors*' -print0 | while IFS= read -r -d '' folder; do
    rmdir --ignore-fail-on-non-empty "$root/$folder" 2>/dev/null || true
done
