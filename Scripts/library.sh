#!/bin/bash
# Links libpowersensors.so.0 from modules that are compiled already, and checks what it needs and what it shows.
#
# Arguments: the folder of the compiled modules, as .build/debug, and the folder for the library. It needs glibc and nothing else: Swift's
# runtime and libstdc++ are inside, and only the functions of powersensors.h can be seen from outside.
set -euo pipefail
cd "$(dirname "$0")/.."

compiled=$1 output=$2
export LC_ALL=C

fail() {
    echo "library: $*" >&2
    exit 1
}

# The modules that the library consists of: itself, and what it depends on.
messages=$(mktemp)
trap 'rm -f "$messages"' EXIT
description=$(swift package describe --type json 2>"$messages") ||
    fail "swift package describe failed: $(tail -n 5 "$messages") Remedy: run it by hand, and repair what it names"
modules=$(python3 -c '
import json, sys
targets = {t["name"]: t.get("target_dependencies") or [] for t in json.load(sys.stdin)["targets"]}
found, pending = [], ["PowerSensorsLibrary"]
while pending:
    name = pending.pop()
    if name not in found:
        found.append(name)
        pending += targets[name]
print("\n".join(sorted(found)))' <<<"$description") || fail "swift package describe does not list PowerSensorsLibrary and what it depends on"

# What the compiler lists for a module; other objects in its folder are of sources that are gone.
objects=()
for module in $modules; do
    folder=$compiled/$module.build
    if [ -e "$folder/output-file-map.json" ]; then
        mapfile -t found < <(python3 -c '
import json, sys
for source, outputs in json.load(open(sys.argv[1])).items():
    if source.endswith(".swift"):
        print(outputs["object"])' "$folder/output-file-map.json")
    else
        found=()
        for source in "Sources/$module"/*.c; do found+=("$folder/$(basename "$source").o"); done
    fi
    objects+=("${found[@]}")
done
for object in "${objects[@]}"; do [ -e "$object" ] || fail "$object is missing. Remedy: swift build --target PowerSensorsLibrary"; done

# The linker takes a shared library where it finds one, so it is shown a folder with nothing but the static one.
static=$output/static
mkdir -p "$static"
path=$(gcc -print-file-name=libstdc++.a)
[ "$path" != libstdc++.a ] || fail "there is no libstdc++.a. Remedy: sudo apt-get install libstdc++-12-dev"
ln -sf "$path" "$static/libstdc++.a"
# As in dist.sh: addresses to adjust take a tenth of the room in a form that glibc knows since 2.36.
packed=()
if [ "$(printf '%s\n' 2.36 "$(getconf GNU_LIBC_VERSION | cut -d ' ' -f 2)" | sort -V | head -n 1)" = 2.36 ]; then
    packed=(-Xlinker -z -Xlinker pack-relative-relocs)
fi

library=$output/libpowersensors.so.0
# Swift's runtime cannot be unloaded, so the library stays once it is loaded (nodelete): what dlclose leaves would call into nothing.
swiftc -emit-library -static-stdlib -use-ld=lld -o "$library.symbols" "${objects[@]}" \
    -Xlinker -soname=libpowersensors.so.0 -Xlinker --version-script=Scripts/library.map -Xlinker --no-undefined-version \
    -Xlinker --gc-sections -Xlinker --icf=all -Xlinker -z -Xlinker nodelete -Xlinker -z -Xlinker defs "${packed[@]}" \
    -L "$static" -Xclang-linker -static-libgcc
strip --strip-all -o "$library" "$library.symbols"
ln -sf libpowersensors.so.0 "$output/libpowersensors.so"

needed=$(objdump -p "$library" | sed -n 's/^ *NEEDED *//p' |
    grep -vE '^(libc|libm|libdl|libpthread|librt|libutil|ld-linux-x86-64|ld-linux-aarch64)\.so\.[0-9]+$' || true)
[ -z "$needed" ] || fail "the library needs more than glibc:" $needed
grep -q '^ *SONAME *libpowersensors\.so\.0$' <<<"$(objdump -p "$library")" || fail "the library has another soname"
# What it shows is what the header declares, with its version.
declared=$(grep -o '\bpowersensors_[a-z_]*(' Sources/CPowerSensorsLibrary/include/powersensors.h | tr -d '(' | sort -u)
shown=$(nm -D --defined-only "$library" | awk '$2 != "A" { print $3 }' | sort)
difference=$(diff <(sed 's/$/@@POWERSENSORS_0/' <<<"$declared") <(echo "$shown") | grep '^[<>]' || true)
[ -z "$difference" ] || fail "it does not show what the header declares:" "$difference"
echo "library: $library: $(($(stat -c %s "$library") / 1024)) KiB, $(wc -l <<<"$shown") functions, needs glibc alone"
