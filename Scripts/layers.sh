#!/bin/bash
# Prints the layers of the library's targets, and proves that an import against their order is refused.
#
# The order is Package.swift's: a target may import only what it depends on, and SwiftPM refuses circles. The build checks the
# imports that the compiler itself found (--explicit-target-dependency-import-check), so nothing can be imported that happens
# to be built.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

swift package describe --type json 2>/dev/null | python3 -c '
import json, sys
targets = {t["name"]: t for t in json.load(sys.stdin)["targets"]}
uses = {n: [d for d in t.get("target_dependencies") or [] if d in targets] for n, t in targets.items()}
kept = [n for n, t in targets.items() if t["type"] != "test" and t["path"].startswith("Sources")]
def level(name, above=()):
    if name in above:
        sys.exit("layers: a circle: " + " → ".join([*above, name]))
    return 1 + max((level(d, (*above, name)) for d in uses[name]), default=-1)
for depth in range(1 + max(map(level, kept))):
    print(f"layer {depth}")
    for name in sorted(n for n in kept if level(n) == depth):
        print(f"    {name}" + (f"  uses {chr(44).join(sorted(uses[name]))}" if uses[name] else ""))
'

source Scripts/package-without-traits.sh

# Whether a target builds with one import more. Arguments: target, file, module.
refuses() {
    local file=$copy/$2
    { echo "import $3"; cat "$2"; } >"$file"
    local said status=0
    said=$(bash Scripts/swift-build.sh --package-path "$copy" --disable-default-traits \
        --explicit-target-dependency-import-check error --target "$1" 2>&1) || status=$?
    cp "$2" "$file"
    if [ "$status" -eq 0 ]; then
        echo "layers: $1 may import $3, against the order of the layers" >&2
        return 1
    fi
    grep -q "$3" <<<"$said" || { echo "layers: $1 does not build for another reason:" >&2; echo "$said" >&2; return 1; }
    echo "refused, as it must be: $1 importing $3"
}

# All are built first, so that every module lies where an import could find it.
bash Scripts/swift-build.sh --package-path "$copy" --quiet --disable-default-traits --target PowerSensorsCarbon
refuses PowerSensorsCore Sources/PowerSensorsCore/Model/Topology.swift PowerSensorsMachine
refuses PowerSensorsPowerSupply Sources/PowerSensorsSources/PowerSupply/PowerSupplySensor.swift PowerSensorsHwmon
refuses PowerSensorsAttribution Sources/PowerSensorsAttribution/Attribution.swift PowerSensorsEstimator
refuses PowerSensors Sources/PowerSensors/Engine/Sampler.swift PowerSensorsCarbon
