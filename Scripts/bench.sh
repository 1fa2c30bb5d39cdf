#!/bin/bash
# Measures the library against plain C and its peers, and prints one table.
#
# Fails where something allocates that must not. Times are shown beside their bars and never fail: they are the
# machine's as much as ours. RUNS says how often each comparison is made.
set -euo pipefail
cd "$(dirname "$0")/../Benchmarks"
exec </dev/null

runs=${RUNS:-3}
binaries=.build/release
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() { echo "bench: $*" >&2; }

build() {
    # A changed layout of the library's values does not always rebuild who uses them.
    rm -rf "$binaries"/{Compare,Fixtures,PowerSensorsBenchmarks}.build
    # Nor is a file noticed that is new in the package next door.
    rm -f "$binaries/description.json"
    for product in LayMachine Compare; do swift build --quiet -c release --product "$product"; done
}

# Instructions that one channel of a sample takes: those within a loop, by its name in the program.
# Arguments: side, loop, sockets, still or moving.
instructions_of_channel() {
    local samples=500
    valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect="*$2*" \
        "$scratch/Compare" --repeat "$1" "$3" "$4" "$samples" 2>&1 |
        awk -v channels="$((samples * 4 * $3))" '/Collected/ { print $4 / channels }'
}

# One line for each row of the table: its name, ours, theirs.
count_instructions() {
    if ! command -v valgrind >/dev/null; then
        say "instructions are not counted, since there is no valgrind"
        return
    fi
    # Valgrind cannot read the debug information; the names of the loops may stay.
    strip -g -o "$scratch/Compare" "$binaries/Compare"
    cp "$binaries/LayMachine" "$scratch"
    local sockets ours theirs
    for sockets in 1 16; do
        while IFS='|' read -r moves row; do
            ours=$(instructions_of_channel library libraryBatch "$sockets" "$moves")
            theirs=$(instructions_of_channel twin ctwin_time_samples "$sockets" "$moves")
            printf 'sample of %d channels, %s\t%s\t%s\n' "$((4 * sockets))" "$row" "$ours" "$theirs"
        done <<'ROWS'
still|numbers still
moving|all numbers new
ROWS
    done
}

# The same loops under ordo-one/benchmark, whose thresholds fail on the first allocation.
check_thresholds() {
    # Only this target: the plugin takes every program of the package for a benchmark.
    if ! swift package --disable-sandbox benchmark thresholds check --target PowerSensorsBenchmarks \
        >"$scratch/thresholds" 2>&1; then
        tail -n 40 "$scratch/thresholds"
        say "the thresholds of Benchmarks/Thresholds do not hold"
        return 1
    fi
}

# Joules an iteration, by a package of somebody else's. Where nothing can be read it has times alone.
show_energy() {
    if ! swift package --package-path ../Examples/BenchmarkEnergy --disable-sandbox benchmark >"$scratch/energy" 2>&1; then
        tail -n 40 "$scratch/energy"
        say "Examples/BenchmarkEnergy failed"
        return 1
    fi
    if ! grep -q 'Energy (' "$scratch/energy"; then say "Examples/BenchmarkEnergy shows no energy, since nothing can be read here"; fi
    sed -n '/^Primes/,$p' "$scratch/energy"
}

failed=0
say "building; from nothing this takes some minutes"
build
say "checking allocations"
check_thresholds || failed=1
say "counting instructions"
count_instructions >"$scratch/instructions"
say "comparing, $runs runs"
"$binaries/Compare" --runs "$runs" --instructions "$scratch/instructions" || failed=1
if [ "${ENERGY:-no}" = yes ]; then
    say "measuring Examples/BenchmarkEnergy"
    show_energy || failed=1
fi
exit "$failed"
