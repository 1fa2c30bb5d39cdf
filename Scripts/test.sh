#!/bin/bash
# Runs every test, names those that were skipped, and ends with one verdict of all.
#
# The tests run in three processes side by side, since most of them wait: for programs, servers and counters. Within a process
# they run one at a time: side by side they would share as many threads as there are processors, and one that computes keeps
# those that wait from their turns. Arguments go to the test runner instead, as one process: --filter NAME. No test at all is
# a failure, and where SKIPS is "fail", a skipped one too.
set -euo pipefail
cd "$(dirname "$0")/.."

# What the first two processes run; the third runs the rest.
first='PowerSensorsCommandTests\.(BadInput|Calibrate|DoctorCommand|Exactness|Prometheus|SystemCall)Tests'
second='PowerSensorsCommandTests\.'

bash Scripts/swift-build.sh --quiet --build-tests
runner=$(swift build --show-bin-path)/power-sensorsPackageTests.xctest
logs=$(mktemp -d)
running=()
cleanup() {
    if ((${#running[@]})); then kill "${running[@]}" 2>/dev/null || true; fi
    rm -rf "$logs"
}
trap cleanup EXIT

# Starts a process of tests. Arguments: its name, then the runner's.
start() {
    local name=$1
    shift
    "$runner" --testing-library swift-testing --no-parallel "$@" >"$logs/$name" 2>&1 </dev/null &
    running+=($!)
}

if (($#)); then
    start all "$@"
else
    start first --filter "$first"
    start second --filter "$second" --skip "$first"
    start third --skip "$second"
fi
failed=0
processes=${#running[@]}
for process in "${running[@]}"; do wait "$process" || failed=1; done
running=()

# The runner marks so what was skipped by a trait, or cancelled by the test itself once it saw what is missing.
cat "$logs"/* | awk -v skips="${SKIPS:-tell}" -v failed="$failed" -v processes="$processes" '
    # The runner says the like of no test at all too, which proves nothing.
    / Test run with [1-9][0-9]* test/ { match($0, /with [0-9]+/); tests += substr($0, RSTART + 5, RLENGTH - 5); runs++ }
    /^✘ Test .* (failed|recorded)/ { print }
    # What a test has measured.
    /^» / { print substr($0, index($0, " ") + 1) }
    /^✘ Test .* failed after/ { failures++ }
    /^➜ (Test|Suite) / {
        skipped[++lines] = $0
        if ($2 == "Test") count++
    }
    END {
        if (lines) {
            print ""
            printf "Skipped here, and so not proven: %d.\n", count
            for (i = 1; i <= lines; i++) print "  " skipped[i]
            if (skips == "fail") print "A skipped test is a failure here, since SKIPS=fail."
        }
        if (runs < processes) print "A process of tests ran none, or did not come to its end."
        printf "%d passed, %d failed, %d skipped\n", tests - failures - count, failures, count
        exit failed || runs < processes || failures > 0 || (lines && skips == "fail")
    }' && status=0 || status=$?
# What went wrong is shown whole.
if ((status)); then for log in "$logs"/*; do echo "--- ${log##*/}"; grep -vE '^(◇|✔)' "$log" | tail -n 200 || true; done; fi
exit "$status"
