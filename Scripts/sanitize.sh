#!/bin/bash
# Runs the tests of the library, its formats and its test support under the thread sanitizer and under the address one.
set -euo pipefail
cd "$(dirname "$0")/.."

# Builds the tests for one sanitizer, in a build folder of its own, without the exporters: of theirs, nearly all that would be
# built and watched is other packages.
build_for() {
    echo "Building for the $1 sanitizer takes some minutes."
    bash Scripts/swift-build.sh --quiet --build-tests --disable-default-traits --sanitize="$1" --scratch-path ".build/$1"
}

# Tests that compute in one thread, on arrays that check their bounds, and would take half of the time.
computing='\.(CalibrationFit|EnergyCounter|RunStatistics|SpikeDetector|SpikeQuality|WholeRecord)Tests'

# Becomes what was built. One test at a time, as in test.sh: a sanitizer makes those that compute slower still.
run_under() {
    exec ".build/$1/debug/power-sensorsPackageTests.xctest" --testing-library swift-testing --no-parallel \
        --skip "$computing" >".build/$1.log" 2>&1 </dev/null
}

# Tells what came of a run. Arguments: the sanitizer, the run's exit status.
judge() {
    local log=.build/$1.log status=$2
    grep -aE "Sanitizer|✘|Test run with|error:" "$log" || true
    if grep -aq "WARNING: ThreadSanitizer\|ERROR: AddressSanitizer" "$log"; then
        echo "The $1 sanitizer found something: $log" >&2
        return 1
    fi
    if [ "$status" -ne 0 ] || ! grep -aqE "Test run with [1-9][0-9]* tests? .*passed" "$log"; then
        echo "The tests failed under the $1 sanitizer: $log" >&2
        return 1
    fi
    echo "Under the $1 sanitizer: clean"
}

mkdir -p .build
export TSAN_OPTIONS="suppressions=$PWD/Scripts/thread-sanitizer.suppressions"
# The runtime of Swift keeps what it allocated for types until the end.
export ASAN_OPTIONS="detect_leaks=0"
sanitizers=("$@")
if (($# == 0)); then sanitizers=(thread address); fi

for sanitizer in "${sanitizers[@]}"; do build_for "$sanitizer"; done
# Side by side: each runs one test at a time, and many tests wait.
declare -A running
trap 'kill "${running[@]}" 2>/dev/null || true' EXIT
for sanitizer in "${sanitizers[@]}"; do
    run_under "$sanitizer" &
    running[$sanitizer]=$!
done
failed=0
for sanitizer in "${sanitizers[@]}"; do
    status=0
    wait "${running[$sanitizer]}" || status=$?
    judge "$sanitizer" "$status" || failed=1
done
trap - EXIT
exit "$failed"
