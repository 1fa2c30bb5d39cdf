#!/bin/bash
# Builds the package as a program gets it that says `traits: []`: without a warning, and without
# fetching any other package.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

source Scripts/package-without-traits.sh
scratch=$copy/.build
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# All that an earlier resolution names would be fetched, used or not.
rm -rf "$copy/Package.resolved" "$scratch"/{checkouts,repositories,workspace-state.json}
# A warning is only shown when the file is compiled; and what lies in these folders is planned anew without the plan.
rm -rf "$scratch"/*/debug/PowerSensors*.build "$scratch"/*/debug/CPowerSensors.build "$scratch"/debug.yaml
if ! bash Scripts/swift-build.sh --disable-default-traits --package-path "$copy" >"$log" 2>&1; then
    tail -n 100 "$log" >&2
    echo "traits: the package does not build without Exporters" >&2
    exit 1
fi
warnings=$(grep -E '^[^ ]+:[0-9]+:[0-9]+: warning: ' "$log" | sort -u || true)
if [ -n "$warnings" ]; then
    echo "traits: without Exporters there are warnings:" >&2
    echo "$warnings" >&2
    exit 1
fi
fetched=$(ls -A "$scratch/checkouts" "$scratch/repositories" | grep -v ':$' | sed '/^$/d' || true)
if [ -n "$fetched" ]; then
    echo "traits: without Exporters other packages are fetched: $(tr '\n' ' ' <<<"$fetched")" >&2
    echo "    Remedy: give each product of them the condition withExporters in Package.swift" >&2
    exit 1
fi
if said=$("$scratch/debug/powersensors" 2>&1); then
    echo "traits: without Exporters the command must fail, and it ended well" >&2
    exit 1
fi
grep -q Exporters <<<"$said" || { echo "traits: the command does not say what it lacks: $said" >&2; exit 1; }
echo "traits: without Exporters everything builds, and nothing is fetched"

# One trait fetches its own packages only.
(cd "$copy" && swift package --traits Metrics show-dependencies --format json) >"$log"
others=$(grep -o '"identity": "[^"]*"' "$log" | sort -u | grep -v -e power-sensors -e without-traits -e swift-metrics || true)
if [ -n "$others" ]; then
    echo "traits: Metrics alone needs more than swift-metrics: $others" >&2
    exit 1
fi
echo "traits: Metrics alone needs swift-metrics only"

python3 Scripts/check-without-history.py
