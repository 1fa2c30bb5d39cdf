#!/bin/bash
# Measures everything on this machine, and writes the sections "One machine" and "Growth" of Docs/Figures.md anew.
#
# RUNS says how often each comparison is made. Leave the machine alone meanwhile: it takes some twenty minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What a reader needs to know of this machine, in one line.
machine() {
    local kind=machine processor system
    if grep -q '^flags.*\bhypervisor\b' /proc/cpuinfo; then kind="virtual machine"; fi
    processor=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
    system=$(. /etc/os-release && echo "$PRETTY_NAME")
    echo "a $kind with $(nproc) processors (${processor:-unknown}), Linux $(uname -r | cut -d - -f 1), $system," \
        "$(swift --version 2>/dev/null | grep -o 'Swift version [0-9.]*' | head -n 1);" \
        "load at the start $(cut -d ' ' -f 1 /proc/loadavg)"
}

# Replaces what stands between a heading and the next one by a file. A new section is the last one.
replace_section() {
    grep -qx "## $1" Docs/Figures.md || printf '\n## %s\n' "$1" >>Docs/Figures.md
    awk -v heading="## $1" -v file="$2" '
        /^## / { if (inside) print ""; inside = $0 == heading }
        !inside { print }
        inside && $0 == heading { print; print ""; while ((getline line < file) > 0) print line }
    ' Docs/Figures.md >"$scratch/figures"
    cp "$scratch/figures" Docs/Figures.md
}

{
    echo "Written by \`make figures\` on $(date +%Y-%m-%d): $(machine)." | fmt -w 136
    echo
    # What was skipped is printed before the table, and belongs below it.
    bash Scripts/bench.sh | awk '
        sub(/^bench: /, "- ") { skipped = skipped $0 "\n"; next }
        /^- / && !notes++ { print "" }
        { print }
        END { if (!notes) print ""; printf "%s", skipped }'
} >"$scratch/table"
{
    echo "Written by \`make figures\` in the same run. Each bar is the cost of one channel or process: where a cost grows in"
    echo "proportion, the bars of a table are equally long."
    echo
    Benchmarks/.build/release/Compare --growth
} >"$scratch/growth"
replace_section "One machine" "$scratch/table"
replace_section "Growth" "$scratch/growth"
