#!/bin/bash
# Measures what a scrape costs: `powersensors export` beside Debian's node_exporter, on the same mock trees in one run.
#
# Then scrapes 50 000 times and fails where memory or descriptors grow. Times are shown beside their bars and never fail:
# they are the machine's as much as ours. SCRAPES says how many the soak makes; OURS and LAY name a powersensors and a LayMachine
# that are built already.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

scrapes=${SCRAPES:-50000}
scratch=$(mktemp -d -p /dev/shm)
servers=()
end() {
    if [ "${#servers[@]}" -gt 0 ]; then kill "${servers[@]}" 2>/dev/null || true; fi
    rm -rf "$scratch"
}
trap end EXIT

say() { echo "bench-scrape: $*" >&2; }

node_exporter=$(command -v prometheus-node-exporter || true)
if [ -z "$node_exporter" ]; then say "no scrape is compared, since there is no prometheus-node-exporter"; fi

ours=${OURS:-}
lay=${LAY:-}
if [ -z "$ours" ]; then
    say "building; from nothing this takes some minutes"
    swift build --quiet -c release --static-swift-stdlib -Xlinker -s --product powersensors
    ours=$(swift build -c release --static-swift-stdlib -Xlinker -s --show-bin-path)/powersensors
fi
if [ -z "$lay" ]; then
    swift build --quiet --package-path Benchmarks -c release --product LayMachine
    lay=Benchmarks/.build/release/LayMachine
fi

# Starts a server and waits until it listens: sets `pid` and `port`. Arguments: the name of its log, and the command.
serve() {
    local log=$scratch/$1 tries
    shift
    "$@" >"$log" 2>&1 &
    pid=$!
    servers+=("$pid")
    for tries in {1..300}; do
        port=$(sed -n -E 's/.*(127\.0\.0\.1|address=127\.0\.0\.1):([0-9]+).*/\2/p' "$log" | head -n 1)
        if [ -n "$port" ]; then return; fi
        sleep 0.1
    done
    say "a server did not start:" && cat "$log" >&2
    exit 1
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

failed=0
for kind in two-zones chips; do
    tree=$("$lay" "$scratch" "$kind")
    serve "ours-$kind" "$ours" export --prometheus 127.0.0.1:0 \
        --sysfs "$tree/sys" --procfs "$tree/proc" --dev "$tree/dev"
    targets=("$pid:$port")
    if [ -n "$node_exporter" ]; then
        collectors=(--collector.rapl)
        if [ "$kind" = chips ]; then collectors+=(--collector.hwmon --collector.powersupplyclass); fi
        serve "theirs-$kind" "$node_exporter" --path.sysfs "$tree/sys" --path.procfs /proc \
            --web.listen-address "127.0.0.1:$(free_port)" --web.disable-exporter-metrics \
            --collector.disable-defaults "${collectors[@]}"
        targets+=("$pid:$port")
    fi
    bar=0.5
    if [ "$kind" = chips ]; then bar=0.25; fi
    python3 Scripts/bench-scrape.py "$kind" "$bar" "$scrapes" "${targets[@]}" || failed=1
    kill "${servers[@]}"
    wait "${servers[@]}" 2>/dev/null || true
    servers=()
done
exit "$failed"
