#!/bin/bash
# Compares what the library's modules make public with the baselines in Docs/PublicAPI; --renew writes these again.
#
# There is no release yet that SwiftPM's own check (diagnose-api-breaking-changes) could compare with. And unlike that
# check a baseline shows what was added, too: a review sees every public declaration.
set -euo pipefail
shopt -s nullglob
cd "$(dirname "$0")/.."

renew=${1:-}
scratch=.build/api
tool=$scratch/PublicAPI
mkdir -p "$scratch" Docs/PublicAPI
if [ ! -x "$tool" ] || [ Scripts/PublicAPI.swift -nt "$tool" ]; then
    swiftc -swift-version 6 Scripts/PublicAPI.swift -o "$tool"
fi

# The modules of every library product, and those that PowerSensors exports again.
mapfile -t modules < <(
    sed -n 's/.*\.library(name: "\([^"]*\)".*/\1/p' Package.swift
    sed -n 's/^@_exported public import //p' Sources/PowerSensors/Exports.swift
)
rm -rf "$scratch/graphs"
if [ "$renew" = --renew ]; then rm -f Docs/PublicAPI/*.txt; fi
bash Scripts/symbol-graphs.sh "$scratch/graphs" "${modules[@]}"

changed=0
for module in "${modules[@]}"; do
    baseline=Docs/PublicAPI/$module.txt
    now=$scratch/$module.txt
    "$tool" "$scratch/graphs/$module".symbols.json "$scratch/graphs/$module"@*.symbols.json >"$now"
    # A module that only other modules of this package use makes nothing public.
    if [ ! -s "$now" ] && [ ! -e "$baseline" ]; then continue; fi
    if [ "$renew" = --renew ]; then
        cp "$now" "$baseline"
    elif ! diff --unified=0 --new-file --label "$baseline" --label "$module now" "$baseline" "$now" >&2; then
        changed=1
    fi
    echo "api: $module has $(wc -l <"$now") public declarations and conformances"
done
if [ "$changed" -ne 0 ]; then
    echo "api: the public API differs from its baseline. If that was meant: make api-renew, and a line in CHANGELOG.md;" \
        "what was removed or changed is a new minor version" >&2
    exit 1
fi
