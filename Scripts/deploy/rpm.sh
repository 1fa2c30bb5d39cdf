#!/bin/bash
# Makes a package for Red Hat's and SUSE's systems: powersensors-VERSION-1.ARCHITECTURE.rpm.
#
# Arguments: the tree that Scripts/install.sh made with PREFIX=/usr, the command's version, the glibc that it needs, the architecture as
# Debian calls it, and the folder for the package. With SOURCE_DATE_EPOCH set, the same tree gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")/../.."

tree=$1 version=$2 glibc=$3 architecture=$4 output=$5
case $architecture in
    amd64) machine=x86_64 ;;
    arm64) machine=aarch64 ;;
    *) machine=$architecture ;;
esac
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The same everywhere, whatever this machine's macros say: a time, a name and a compression that all of these systems know.
reproducible=(
    --define "use_source_date_epoch_as_buildtime 1"
    --define "clamp_mtime_to_source_date_epoch 1"
    --define "_buildhost localhost"
    --define "_binary_payload w6.xzdio"
    --define "_mandir /usr/share/man"
)
# A version of rpm has no dash, and what follows a tilde comes before the version without it.
rpmbuild -bb --quiet --target "$machine-linux" --buildroot "$scratch/root" "${reproducible[@]}" \
    --define "_topdir $scratch" --define "_rpmdir $scratch/made" --define "_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm" \
    --define "tree $(realpath "$tree")" --define "version_of_command ${version//-/\~}" --define "glibc $glibc" \
    Deploy/rpm/powersensors.spec >"$scratch/log" 2>&1 || {
    echo "rpm: rpmbuild fails: $(tail -n 5 "$scratch/log")" >&2
    exit 1
}
cp "$scratch"/made/*.rpm "$output/"
