#!/bin/bash
# Runs every test, names those that were skipped, and ends with the test runner's own verdict.
#
# Arguments go to `swift test`. Where SKIPS is "fail", a skipped test is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

# The project's tests are all of Swift Testing; XCTest would only report that it ran none.
swift test --disable-xctest "$@" 2>&1 | awk -v skips="${SKIPS:-tell}" '
    / Test run with [0-9]+ test/ { verdict = $0; next }
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
        if (verdict) print verdict
        exit lines && skips == "fail"
    }'
