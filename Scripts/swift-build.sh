#!/bin/bash
# swift build, so that one build uses what another has compiled. Arguments: those of swift build. SWIFT_BUILD_OPTIONS adds
# options, the same for every build.
#
# SwiftPM 6.3 gives the compiler the names of traits in the order of a set, which is another one in each process unless hashes are
# the same: then it compiles all modules of this package anew.
# shellcheck disable=SC2086 # Several options.
SWIFT_DETERMINISTIC_HASHING=1 exec swift build ${SWIFT_BUILD_OPTIONS:-} "$@"
