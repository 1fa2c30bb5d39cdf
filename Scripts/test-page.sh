#!/bin/bash
# Drives the live page in a real Chromium, on simulated machines of known watts (a minute and a half).
#
#     Scripts/test-page.sh [--images] [BINARY]
#
# --images takes the pictures in Docs/images anew. Without a Chromium it is skipped aloud; where SKIPS is "fail", that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

images=()
if [ "${1:-}" = --images ]; then
    images=(--images)
    shift
fi

browsers="chromium chromium-headless-shell chromium-browser google-chrome"
# shellcheck disable=SC2086 # One word a browser.
if ! command -v $browsers >/dev/null || ! command -v python3 >/dev/null; then
    echo "Skipped here, and so not proven: the live page. It needs python3 and a Chromium. Remedy: apt-get install chromium-headless-shell"
    if [ "${SKIPS:-tell}" = fail ]; then
        echo "A skipped test is a failure here, since SKIPS=fail."
        exit 1
    fi
    exit 0
fi

binary=${1:-}
if [ -z "$binary" ]; then
    bash Scripts/swift-build.sh --quiet --product powersensors
    binary=$(swift build --show-bin-path)/powersensors
fi
exec timeout --kill-after=10s 600s python3 Scripts/page/test.py "$binary" "${images[@]}"
