#!/bin/sh
# Writes the symbol graphs of what a module makes public. Arguments: the module, and the folder for its graphs.
set -eu

cd "$(dirname "$0")/.."
module=$1
graphs=$2

# The compiler writes a module's graph only when it compiles it, so the graphs stay beside what was compiled.
scratch=$PWD/.build/docs-build
all_graphs=$scratch/symbol-graphs
rm -rf "$graphs"
mkdir -p "$graphs" "$all_graphs"
swift build --quiet --target "$module" --scratch-path "$scratch" \
    -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$all_graphs"
# Only its own: the modules it depends on have graphs of their own.
for graph in "$all_graphs/$module.symbols.json" "$all_graphs/$module@"*.symbols.json; do
    if [ -e "$graph" ]; then cp "$graph" "$graphs"; fi
done
