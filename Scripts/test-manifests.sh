#!/bin/bash
# Checks the Helm chart, the Kustomize overlays and Harvester's files without a cluster. Arguments: names of checks, or none
# for all.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

command -v jq >/dev/null || {
    echo "test-manifests: jq is missing. Remedy: sudo apt-get install jq" >&2
    exit 1
}
source Scripts/deploy/tools.sh
exec "$tools/bin/python" Scripts/deploy/check-manifests.py "$@"
