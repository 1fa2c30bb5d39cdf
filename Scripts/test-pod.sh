#!/bin/bash
# Runs an image with runc under exactly the rights of the rendered pod, on a node's /sys and /proc made for it: test-pod.sh
# IMAGE.tar
#
# It needs root, runc, umoci and skopeo. No cluster, no daemon, no network.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

fail() {
    echo "test-pod: $*" >&2
    exit 1
}

[ $# -eq 1 ] || {
    echo "usage: test-pod.sh IMAGE.tar" >&2
    exit 64
}
[ -f "$1" ] || fail "there is no $1. Remedy: make dist"
[ "$(id -u)" -eq 0 ] || fail "only root can start containers. Remedy: sudo $0 $1"
for tool in runc umoci skopeo nsenter; do
    command -v "$tool" >/dev/null || fail "$tool is missing. Remedy: sudo apt-get install runc umoci skopeo util-linux"
done
source Scripts/deploy/tools.sh

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
skopeo --insecure-policy copy --quiet "docker-archive:$1" "oci:$scratch/oci:image"
umoci unpack --image "$scratch/oci:image" "$scratch/bundle" 2>/dev/null
"$tools/bin/python" Scripts/deploy/pod.py "$scratch/bundle"
