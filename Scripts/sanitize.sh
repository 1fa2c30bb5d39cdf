#!/bin/bash
# Runs the tests of the library, its formats and its test support under the thread sanitizer, then under the address one.
set -euo pipefail
cd "$(dirname "$0")/.."

# Runs the suite under one sanitizer, in a build folder of its own.
under() {
    local sanitizer=$1 began=$SECONDS
    echo "Under the $sanitizer sanitizer; building for it takes some minutes."
    # Without the exporters: of theirs, nearly all that would be built and watched is other packages.
    # One at a time, as in test.sh: a sanitizer makes those that compute slower still.
    swift test --quiet --disable-xctest --no-parallel --disable-default-traits --sanitize="$sanitizer" \
        --scratch-path ".build/$sanitizer" 2>&1 |
        tee ".build/$sanitizer.log" | grep -aE "Sanitizer|✘|Test run with|error:" || true
    grep -aqE "Test run with [1-9][0-9]* tests? .*passed" ".build/$sanitizer.log"
    if grep -aq "WARNING: ThreadSanitizer\|ERROR: AddressSanitizer" ".build/$sanitizer.log"; then
        echo "The $sanitizer sanitizer found something: .build/$sanitizer.log" >&2
        return 1
    fi
    echo "Under the $sanitizer sanitizer: clean, $((SECONDS - began)) s"
}

mkdir -p .build
export TSAN_OPTIONS="suppressions=$PWD/Scripts/thread-sanitizer.suppressions"
# The runtime of Swift keeps what it allocated for types until the end.
export ASAN_OPTIONS="detect_leaks=0"
for sanitizer in "${@:-thread address}"; do
    for one in $sanitizer; do under "$one"; done
done
