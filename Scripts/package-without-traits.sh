#!/bin/bash
# Copies the package, so that it can be built without the trait Exporters, and with faults planted in it. Sourced, in the
# package's folder.
#
# What did not change keeps its time, so that it is not built again.
copy=$PWD/.build/without-traits
mkdir -p "$copy"
cp -a Package.swift Sources Tests "$copy"
(cd "$copy" && find Package.swift Sources Tests -type f) | while read -r file; do
    [ -e "$file" ] || rm "$copy/$file"
done
