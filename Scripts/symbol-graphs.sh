#!/bin/bash
# Writes the symbol graphs of what modules make public.
#
# Usage: symbol-graphs.sh FOLDER MODULE... [-- OPTION...], the options being those of swift symbolgraph-extract.
set -euo pipefail
cd "$(dirname "$0")/.."

graphs=$1
shift
modules=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    modules+=("$1")
    shift
done
options=("${@:2}")

bash Scripts/swift-build.sh --quiet
binaries=$(swift build --show-bin-path)
# The C modules that the compiled ones import, ours and those of other packages.
while read -r map; do
    options+=(-Xcc "-fmodule-map-file=$map")
done < <(find "$binaries" .build/checkouts -path '*.build/module.modulemap' -o -path '*/Sources/*/include/module.modulemap')

mkdir -p "$graphs"
for module in "${modules[@]}"; do
    swift symbolgraph-extract -module-name "$module" -I "$binaries/Modules" -output-dir "$graphs" \
        -target "$(basename "$(dirname "$binaries")")" -module-cache-path "$binaries/ModuleCache" "${options[@]}"
done
