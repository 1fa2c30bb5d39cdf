#!/bin/bash
# Builds the guides in Docs and the reference of every library module into one archive, .build/docs, without a plugin.
# Any warning is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v docc >/dev/null 2>&1 || {
    echo "docs: there is no docc in PATH. Remedy: it is part of the Swift toolchain; add its usr/bin to PATH" >&2
    exit 1
}

scratch=.build/docs-build
catalog=$scratch/PowerSensors.docc
graphs=$scratch/symbol-graphs
rm -rf "$scratch" .build/docs
mkdir -p "$scratch"

# docc gives its copy of the page template the owner of the original, which only root may do when root installed the
# toolchain. So it gets a template that belongs to this user.
template=$(dirname "$(readlink -f "$(command -v docc)")")/../share/docc/render
if [ -d "$template" ]; then
    cp -R "$template" "$scratch/template"
    export DOCC_HTML_DIR=$scratch/template
fi

# A guide as DocC wants it: links between guides are `doc:` links, whose headings begin with a capital, and files outside
# Docs are named without a link. Pictures are found by their names.
adapt() {
    sed -E -e 's/\]\(README\.md\)/](doc:Guides)/g' -e 's/\]\(([A-Za-z]+)\.md\)/](doc:\1)/g' \
        -e 's/\]\(([A-Za-z]+)\.md#(.)/](doc:\1#\u\2/g' -e 's/\[([^]]+)\]\((\.\.|PublicAPI|Schema)[^)]*\)/\1/g' \
        -e 's/\]\(images\//](/g' "$1"
}

cp -R Docs/Reference "$catalog"
cp Docs/images/*.png "$catalog"
{
    adapt Docs/README.md
    printf '\n## Topics\n\n### All guides\n\n'
    for guide in Docs/[A-Z]*.md; do
        name=$(basename "$guide" .md)
        [ "$name" = README ] || echo "- <doc:$name>"
    done
} >"$catalog/Guides.md"
for guide in Docs/[A-Z]*.md; do
    [ "$guide" = Docs/README.md ] || adapt "$guide" >"$catalog/$(basename "$guide")"
done

# A program imports PowerSensors alone, so the modules that it exports again are documented as a part of it.
exported=$(sed -n 's/^@_exported public import //p' Sources/PowerSensors/Exports.swift | paste -sd, -)
bash Scripts/symbol-graphs.sh "$graphs" PowerSensors -- -experimental-allowed-reexported-modules="$exported"
mapfile -t others < <(sed -n 's/.*\.library(name: "\([^"]*\)".*/\1/p' Package.swift | grep -vx PowerSensors)
bash Scripts/symbol-graphs.sh "$graphs" "${others[@]}"

docc convert "$catalog" --warnings-as-errors --additional-symbol-graph-dir "$graphs" --output-dir .build/docs \
    --fallback-display-name "Power Sensors" --fallback-bundle-identifier PowerSensors
echo "docs: to read them: python3 -m http.server --directory .build/docs, then /documentation/powersensors"
