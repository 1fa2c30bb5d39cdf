#!/bin/bash
# Compares what the modules make public with the baselines in Docs/PublicAPI; with --renew it writes these anew.
#
# There is no release yet that SwiftPM's own check (diagnose-api-breaking-changes) could compare with. And unlike that
# check a baseline shows what was added, too: in a review every public declaration is seen.
set -euo pipefail
cd "$(dirname "$0")/.."

renew=${1:-}
tool=.build/api/PublicAPI
mkdir -p .build/api
if [ ! -x "$tool" ] || [ Scripts/PublicAPI.swift -nt "$tool" ]; then
    swiftc -swift-version 6 Scripts/PublicAPI.swift -o "$tool"
fi

changed=0
# Not yet those that serve and push: they are young, and other packages would have to be built once more for them.
for module in PowerSensors PowerSensorsExporters PowerSensorsTesting; do
    baseline=Docs/PublicAPI/$module.txt
    sh Scripts/symbol-graphs.sh "$module" ".build/api/$module"
    "$tool" ".build/api/$module" >".build/api/$module.txt"
    if [ "$renew" = --renew ]; then
        mkdir -p Docs/PublicAPI
        cp ".build/api/$module.txt" "$baseline"
    elif ! diff --unified=0 --label "$baseline" --label "$module now" "$baseline" ".build/api/$module.txt" >&2; then
        changed=1
    fi
    echo "api: $module has $(wc -l <"$baseline") public declarations and conformances in its baseline"
done
if [ "$changed" -ne 0 ]; then
    echo "api: the public API is not what its baseline says. Was that meant? Then: make api-renew, and a line in" \
        "CHANGELOG.md; what was removed or changed is a new minor version" >&2
    exit 1
fi
