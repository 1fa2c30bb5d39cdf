#!/bin/bash
# Builds and runs the packages of Examples, each a program of somebody else's, and checks what they were promised:
# no other package is fetched, no Foundation is linked, no warning of ours is shown.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# One folder and one configuration for all, so that the library is compiled once.
scratch=$PWD/.build/examples
options=(--scratch-path "$scratch" --configuration release -debug-info-format none)

fail() {
    echo "examples: $1" >&2
    if [ -n "${2:-}" ]; then sed 's/^/    /' <<<"$2" >&2; fi
    exit 1
}

# Runs a command quietly; where it fails, all it said is shown. What is shown of it otherwise: the lines that match.
quietly() {
    local name=$1 shown=$2 began=$SECONDS
    shift 2
    "$@" >"$log" 2>&1 || fail "$name failed" "$(tail -n 200 "$log")"
    local warnings
    warnings=$(grep -E '^[^ ]+:[0-9]+:[0-9]+: warning: ' "$log" | sort -u || true)
    if [ -n "$warnings" ]; then fail "$name has warnings" "$warnings"; fi
    echo "examples: $name: ok, $((SECONDS - began)) s"
    if [ -n "$shown" ]; then grep -E "$shown" "$log" | sed 's/^/    /' || true; fi
}

# Fails where a package has another dependency than this one, or fetched any.
check_dependencies() {
    local package=$1 dependencies checkouts
    dependencies=$(swift package --package-path "$package" --scratch-path "$scratch" show-dependencies --format json)
    if [ "$(grep -c '"identity"' <<<"$dependencies")" -ne 2 ]; then
        fail "$package needs more than this package, in spite of traits: []" "$dependencies"
    fi
    checkouts=$(ls -A "$scratch/checkouts" "$scratch/repositories" 2>/dev/null | grep -v ':$' | sort -u || true)
    if [ -n "${checkouts//[[:space:]]/}" ]; then fail "$package fetched other packages" "$checkouts"; fi
    echo "examples: $package: needs no other package"
}

# Fails where a program is linked with Foundation, or with what it drags in.
check_linkage() {
    local libraries
    libraries=$(ldd "$1")
    if found=$(grep -iE 'foundation|libicu|libcurl|libxml2' <<<"$libraries"); then
        fail "$1 is linked with Foundation" "$found"
    fi
    grep -q 'libswiftCore' <<<"$libraries" || fail "$1: ldd shows no Swift library at all" "$libraries"
    echo "examples: ${1##*/}: no Foundation"
}

# What an earlier run fetched, perhaps with other traits, would prove nothing.
# And the package manager does not notice by itself that a package beside it has new files: it must plan anew.
rm -rf "$scratch"/{checkouts,repositories,workspace-state.json,debug.yaml,release.yaml}

agent=Examples/Agent
quietly "build of $agent" '' swift build --package-path "$agent" "${options[@]}"
check_dependencies "$agent"
programs=$scratch/release
for program in Agent FastLoop Watts WhoUsesIt Work; do
    check_linkage "$programs/$program"
    # On a machine that does nothing, nobody uses anything.
    timeout 40s sh -c 'while :; do :; done' &
    load=$!
    quietly "$program" ' W|moved' timeout --kill-after=5s 30s "$programs/$program"
    kill "$load"
    wait "$load" || true
    grep -q ' W' "$log" || fail "$program shows no watts" "$(cat "$log")"
done

# The manifest that a guide shows to be copied.
shown=$(mktemp -d)
trap 'rm -rf "$log" "$shown"' EXIT
awk '/^```/ { inside = !inside; next } inside && /swift-tools-version/ { found = 1 } inside && found; found && !inside { exit }' \
    Docs/EmbeddingInAnAgent.md >"$shown/Package.swift"
quietly "manifest of Docs/EmbeddingInAnAgent.md" '' swift package --package-path "$shown" dump-package
grep -q '"PowerSensors"' "$log" || fail "the manifest of Docs/EmbeddingInAnAgent.md lacks the product" "$(cat "$log")"

sensor=Examples/ThirdPartySensor
quietly "tests of $sensor" ' Test run with ' swift test --disable-xctest --package-path "$sensor" "${options[@]}"
check_dependencies "$sensor"

exporter=Examples/ThirdPartyExporter
quietly "tests of $exporter" ' Test run with |^received: ' swift test --disable-xctest --package-path "$exporter" "${options[@]}"
check_dependencies "$exporter"

# The endpoint's packages would take minutes to build once more: it is checked against the modules that are built here already.
check_endpoint() {
    local binaries map program options=()
    bash Scripts/swift-build.sh --quiet
    binaries=$(swift build --show-bin-path)
    while read -r map; do
        options+=(-Xcc "-fmodule-map-file=$map")
    done < <(find "$binaries" .build/checkouts -path '*.build/module.modulemap' -o -path '*/Sources/*/include/module.modulemap')
    for program in Examples/Endpoint/Sources/*/main.swift; do
        swiftc -typecheck -swift-version 6 -I "$binaries/Modules" "${options[@]}" "$program" || return
    done
}
quietly "check of Examples/Endpoint" '' check_endpoint
