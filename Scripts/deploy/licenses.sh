#!/bin/bash
# Copies the licences of the packages that are linked into the command, as their checkouts have them: Scripts/deploy/licenses.sh FOLDER
#
# Fails if one is missing: what is shipped must have them. The checkouts are those of the release build, or else of any other here.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$1
for package in swift-argument-parser swift-atomics swift-collections swift-metrics swift-nio swift-nio-ssl swift-system; do
    found=
    for checkout in .build/{for-release/,}checkouts/"$package"; do
        for file in "$checkout"/{,Sources/*/}{LICENSE,NOTICE}*; do
            if [ -f "$file" ]; then
                name=$package/${file#"$checkout/"}
                install -D -m 644 "$file" "$folder/${name/Sources\//}"
                found=yes
            fi
        done
        if [ -n "$found" ]; then continue 2; fi
    done
    echo "licenses: the licence of $package is neither in .build/for-release/checkouts nor in .build/checkouts." \
        "Remedy: swift package resolve" >&2
    exit 1
done
