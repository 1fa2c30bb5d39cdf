#!/bin/sh
# Builds the API reference of the given modules into .build/docs, without a plugin. Any warning is a failure.
set -eu

cd "$(dirname "$0")/.."
command -v docc >/dev/null 2>&1 || {
    echo "docs: there is no docc in PATH. Remedy: it is part of the Swift toolchain; add its usr/bin to PATH" >&2
    exit 1
}

scratch=$PWD/.build/docs-build

# docc gives its copy of the page template the owner of the original, which only root may do when root installed the
# toolchain. So it gets a template that belongs to this user.
template=$(dirname "$(readlink -f "$(command -v docc)")")/../share/docc/render
if [ -d "$template" ]; then
    mkdir -p "$scratch"
    rm -rf "$scratch/template"
    cp -R "$template" "$scratch/template"
    export DOCC_HTML_DIR="$scratch/template"
fi

build() {
    module=$1
    graphs=$scratch/graphs-of-$module
    output=.build/docs/$module
    catalog=Sources/$module/$module.docc
    rm -rf "$output"
    mkdir -p .build/docs
    sh Scripts/symbol-graphs.sh "$module" "$graphs"

    set --
    if [ -d "$catalog" ]; then set -- "$catalog"; fi
    docc convert "$@" --warnings-as-errors --additional-symbol-graph-dir "$graphs" --output-dir "$output" \
        --fallback-display-name "$module" --fallback-bundle-identifier "$module"
    echo "docs: $module is in $output"
}

for module in "$@"; do build "$module"; done
