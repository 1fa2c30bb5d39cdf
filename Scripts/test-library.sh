#!/bin/bash
# Builds the shared library of the modules that are compiled already, and runs what uses it: C, Go, Rust and Python.
#
# What a machine has no tool for is left out aloud; with SKIPS=fail C and Python must be there.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

output=$PWD/.build/library
log=$(mktemp)
trap 'rm -f "$log"' EXIT

say() { echo "library: $*"; }
fail() {
    echo "library: $1" >&2
    sed 's/^/    /' "$log" >&2
    exit 1
}
# Runs a command quietly. Arguments: what it is called, the command.
quietly() {
    local name=$1 began=$SECONDS
    shift
    "$@" >"$log" 2>&1 || fail "$name failed"
    if grep -q 'warning:' "$log"; then fail "$name has warnings"; fi
    say "$name: ok, $((SECONDS - began)) s"
}
# Whether a tool is there. Arguments: the tool, what is left out without it, "always" where CI must have it.
have() {
    if command -v "$1" >/dev/null; then return 0; fi
    say "$2 is left out, since there is no $1"
    if [ "${3:-}" = always ] && [ "${SKIPS:-tell}" = fail ]; then exit 1; fi
    return 1
}
# Runs a program that shows watts. Arguments: its name, the program.
shows_watts() {
    quietly "$1" timeout --kill-after=5s 60s "$2"
    grep -q ' W' "$log" || fail "$1 shows no watts"
    grep ' W' "$log" | head -n 1 | sed 's/^/    /'
}

bash Scripts/swift-build.sh --quiet --target PowerSensorsLibrary
compiled=$(swift build --show-bin-path 2>"$log") || fail "swift build --show-bin-path failed"
bash Scripts/library.sh "$compiled" "$output"
version=$(sed -n 's/.*version: StaticString = "\(.*\)"/\1/p' Sources/PowerSensorsLibrary/Functions.swift)
[ -n "$version" ] || fail "Sources/PowerSensorsLibrary/Functions.swift names no version"
prefix=$output/prefix
rm -rf "$prefix"
bash Scripts/install-library.sh "$output/libpowersensors.so.0" "$version" "$prefix"
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib

if have cc "C" always && have pkg-config "C" always; then
    warnings=(-O2 -Wall -Wextra -Werror)
    quietly "build of Examples/C" make --always-make -C Examples/C CFLAGS="${warnings[*]}"
    shows_watts "Examples/C" Examples/C/watts
    rm -f Examples/C/watts
    cc "${warnings[@]}" $(pkg-config --cflags powersensors) -o "$output/library" Tests/Library/library.c $(pkg-config --libs powersensors) -lpthread
    cc "${warnings[@]}" $(pkg-config --cflags powersensors) -o "$output/load" Tests/Library/load.c
    if have c++ "the header in C++"; then
        echo '#include <powersensors.h>' | c++ -Wall -Wextra -Werror -x c++ $(pkg-config --cflags powersensors) -fsyntax-only -
    fi
    timeout --kill-after=5s 120s "$output/library" exact
    timeout --kill-after=5s 120s "$output/library" repeat 1000
    timeout --kill-after=5s 120s "$output/load" "$prefix/lib/libpowersensors.so.0" 1000
    if have valgrind "valgrind" always; then
        quietly "valgrind" timeout --kill-after=5s 300s valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
            --show-leak-kinds=definite "$output/library" exact 10
    fi
fi
if have go "Go"; then
    build_go() (cd Examples/Go && GOCACHE=$output/go GOTOOLCHAIN=local go build -o "$output/watts-go" .)
    quietly "build of Examples/Go" build_go
    shows_watts "Examples/Go" "$output/watts-go"
fi
if have cargo "Rust"; then
    quietly "build of Examples/Rust" cargo build --quiet --release --offline --manifest-path Examples/Rust/Cargo.toml \
        --target-dir "$output/cargo"
    shows_watts "Examples/Rust" "$output/cargo/release/watts"
fi

# The wheel is made of the library, unpacked as pip does, and tested as it is.
if have python3 "Python" always; then
    export SOURCE_DATE_EPOCH=1700000000
    rm -rf "$output/wheel" "$output/site"
    wheel=$(python3 Scripts/wheel.py "$prefix/lib/libpowersensors.so.0" "$output/wheel")
    sum=$(sha256sum "$wheel")
    python3 Scripts/wheel.py "$prefix/lib/libpowersensors.so.0" "$output/wheel" >/dev/null
    [ "$sum" = "$(sha256sum "$wheel")" ] || fail "two wheels of the same files differ"
    python3 -m zipfile -e "$wheel" "$output/site"
    say "${wheel##*/}: $(($(stat -c %s "$wheel") / 1024)) KiB, the same bytes each time"
    # Where the first Python has no pytest, Debian's may have it.
    python=python3
    if ! python3 -m pytest --version >/dev/null 2>&1; then python=/usr/bin/python3; fi
    if "$python" -m pytest --version >/dev/null 2>&1; then
        # The wheel's own library, and none that lies elsewhere.
        env -u LD_LIBRARY_PATH PYTHONPATH="$output/site" PYTHONDONTWRITEBYTECODE=1 timeout --kill-after=5s 300s \
            "$python" -m pytest --quiet --rootdir Python -c Python/pyproject.toml Python/tests >"$log" 2>&1 || fail "the tests of the Python package failed"
        say "$(tail -n 1 "$log")"
    else
        say "the tests of the Python package are left out, since there is no pytest. Remedy: sudo apt-get install python3-pytest"
        [ "${SKIPS:-tell}" != fail ] || exit 1
    fi
fi
