#!/bin/bash
# Shows `powersensors watch` in tmux on a simulated server, and writes what it shows into Docs/Terminal.md (three minutes).
#
#     Scripts/terminal.sh [BINARY]
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

for tool in tmux python3; do
    command -v "$tool" >/dev/null || {
        echo "terminal: there is no $tool, so the guide stays as it is. Remedy: apt-get install $tool" >&2
        exit 1
    }
done

binary=${1:-}
if [ -z "$binary" ]; then
    bash Scripts/swift-build.sh --quiet --product powersensors
    binary=$(swift build --show-bin-path)/powersensors
fi
timeout --kill-after=10s 600s python3 Scripts/terminal.py "$binary"
