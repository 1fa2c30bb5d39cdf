#!/bin/bash
# Checks the rules and dashboards of Deploy/ without a server: promtool's own check and our unit tests of every rule, and the
# conventions that dashboards.py --check holds (about 15 seconds).
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

if ! command -v promtool >/dev/null; then
    echo "test-rules: there is no promtool. Remedy: apt-get install prometheus" >&2
    exit 1
fi

rules=(Deploy/prometheus/*.rules.yaml)
failed=0
promtool check rules "${rules[@]}" || failed=1
for file in "${rules[@]}"; do
    promtool test rules "${file%.rules.yaml}.test.yaml" || failed=1
done
python3 Scripts/deploy/dashboards.py --check || failed=1
if [ "$failed" = 0 ]; then echo "test-rules: rules and dashboards are as they should be"; fi
exit "$failed"
