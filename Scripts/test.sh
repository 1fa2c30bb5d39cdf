#!/bin/bash
# Runs every test, names those that were skipped, and ends with the test runner's own verdict.
#
# Arguments go to `swift test`. No test at all is a failure, and where SKIPS is "fail", a skipped one too.
set -euo pipefail
cd "$(dirname "$0")/.."

# The project's tests are all of Swift Testing; XCTest would only report that it ran none. One at a time: all at once they
# share as many threads as there are processors, and one that computes keeps those that wait from their turns for minutes.
swift test --disable-xctest --no-parallel "$@" 2>&1 | awk -v skips="${SKIPS:-tell}" '
    # The runner says the like of no test at all too, which proves nothing.
    / Test run with [1-9][0-9]* test/ { verdict = $0; next }
    # The runner marks so what was skipped by a trait, or cancelled by the test itself once it saw what is missing.
    /^➜ (Test|Suite) / {
        skips_seen[++lines] = $0
        if ($2 == "Test") count++
    }
    { print; fflush() }
    END {
        if (lines) {
            print ""
            printf "Skipped here, and so not proven: %d.\n", count
            for (i = 1; i <= lines; i++) print "  " skips_seen[i]
        }
        if (lines && skips == "fail") print "A skipped test is a failure here, since SKIPS=fail."
        print verdict ? verdict : "No test ran, or the run did not come to its end."
        exit !verdict || (lines && skips == "fail")
    }'
