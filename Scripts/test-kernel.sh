#!/bin/bash
# Runs the command on real kernels, in guests that QEMU emulates: Tests/Kernel/README.md says how and what.
#
# What a machine lacks (QEMU, a network for the kernels' packages) is said aloud, and where SKIPS is "fail" it is a
# failure. ONLY names a part of the cases' names, and BINARY a command that is built already. What was fetched and built
# stays in .build/kernel for the next time; with the argument "prepare" that is all it does.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

cache=.build/kernel
suites=(bookworm bookworm-backports)

# Ends it without a test. Argument: what is missing.
skip() {
    echo "test-kernel: SKIPPED, so nothing is proven on a real kernel: $1" >&2
    if [ "${SKIPS:-tell}" = fail ]; then
        echo "test-kernel: what is skipped is a failure here, since SKIPS=fail." >&2
        exit 1
    fi
    exit 0
}

[ "$(uname -m)" = x86_64 ] || skip "the guests are x86_64, and this machine is $(uname -m)"
for program in busybox cpio gcc iasl make python3 qemu-system-x86_64 xz; do
    command -v "$program" >/dev/null || skip "there is no $program. Remedy: sh Scripts/install-dependencies.sh kernel"
done

# Prepares something; what cannot be had from outside has a status of its own.
prepare() {
    local status=0
    "$@" || status=$?
    case $status in
        0) ;;
        75) skip "see the line above" ;;
        *) exit "$status" ;;
    esac
}

# In a folder of its own, so that other builds need not wait for this one; with the options of `make soak`, which uses it too.
program=${BINARY:-}
if [ -z "$program" ]; then
    release=.build/for-release
    bash Scripts/swift-build.sh --quiet -c release --static-swift-stdlib -debug-info-format none --product powersensors --scratch-path "$release"
    program=$release/release/powersensors
fi
prepare Tests/Kernel/prepare-programs.sh "$program" "$cache/programs"
kernels=()
for suite in "${suites[@]}"; do
    prepare Tests/Kernel/prepare-kernel.sh "$suite" "$cache/$suite"
    kernels+=(--kernel "$cache/$suite")
done
[ "${1:-}" = prepare ] || exec Tests/Kernel/run "${kernels[@]}" --programs "$cache/programs" --only "${ONLY:-}"
