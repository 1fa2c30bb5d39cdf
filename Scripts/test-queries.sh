#!/bin/bash
# Proves the dashboards, rules and documented queries on real servers: simulated machines of known watts, our exporters on them,
# and Debian's Prometheus, which is asked every expression of Deploy/ (two and a half minutes).
#
#     Scripts/test-queries.sh BINARY [--table FILE] [--docs]
#
# --table writes the results as Markdown; --docs puts them into Docs/Dashboards.md.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

if [ $# = 0 ]; then
    echo "test-queries: which powersensors? Remedy: Scripts/test-queries.sh .build/for-release/release/powersensors" >&2
    exit 64
fi
if ! command -v prometheus >/dev/null; then
    echo "test-queries: there is no prometheus. Remedy: apt-get install prometheus" >&2
    exit 1
fi
exec python3 Scripts/deploy/queries.py "$@"
