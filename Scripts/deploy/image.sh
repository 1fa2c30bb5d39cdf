#!/bin/bash
# Makes a container image of the command, without a container engine: Scripts/deploy/image.sh BINARY VERSION OUTPUT.tar
# [OCI-FOLDER]
#
# OUTPUT.tar is a docker-archive, which `ctr images import`, `docker load` and `podman load` take. OCI-FOLDER, where it is
# named, is the same image as an OCI layout, whose layer is compressed. The image contains the command, the shared libraries
# that it needs of this machine, the licences of both, and no shell. IMAGE names it (localhost/powersensors): a name of no registry,
# so that a node without the image says so, and does not ask a registry where anyone may have published something under that
# name.
#
# The same files give the same bytes. SOURCE_DATE_EPOCH is the time that the image carries, and REVISION the commit that the command was
# built from, where it is known.
set -euo pipefail
umask 022
export LC_ALL=C TZ=UTC

fail() {
    echo "image: $*" >&2
    exit 1
}

[ $# -ge 3 ] && [ $# -le 4 ] || {
    echo "usage: image.sh BINARY VERSION OUTPUT.tar [OCI-FOLDER]" >&2
    exit 64
}
binary=$1 version=$2 output=$3 layout=${4:-}
image=${IMAGE:-localhost/powersensors}
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

for tool in umoci skopeo; do
    command -v "$tool" >/dev/null || fail "$tool is missing. Remedy: sudo apt-get install umoci skopeo"
done
[ -f "$binary" ] || fail "there is no $binary. Remedy: make dist, or name a built command"
[[ $version =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]] || fail "'$version' cannot be an image's tag"
[ -z "$layout" ] || [ ! -e "$layout" ] || fail "$layout exists. Remedy: remove it, or name another folder"

# ELF says for which processor the command is; ldd can only run what is for this one.
machine=$(od -An -tx1 -N20 "$binary" | tr -d ' \n')
case ${machine:0:8}${machine:36} in
    7f454c463e00) architecture=amd64 here=x86_64 ;;
    7f454c46b700) architecture=arm64 here=aarch64 ;;
    *) fail "$binary is no Linux program for amd64 or arm64" ;;
esac

epoch=${SOURCE_DATE_EPOCH:-$(git -C "$project" log -1 --format=%ct 2>/dev/null || stat -c %Y "$binary")}
created=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root=$scratch/root
mkdir -p "$root/usr/bin" "$root/etc" "$root/tmp" "$root/usr/share/doc/powersensors"
chmod 1777 "$root/tmp"
# Runtimes mount over these. With a read-only root they could not create them.
mkdir -p "$root"/{proc,sys,dev,run,host/sys,host/proc,host/dev}

install -m 755 "$binary" "$root/usr/bin/powersensors"
install -m 644 "$project/LICENSE" "$project/NOTICE" "$root/usr/share/doc/powersensors/"
bash "$project/Scripts/deploy/licenses.sh" "$root/usr/share/doc/powersensors/licenses" || fail "an image must have them"

# The files that a program or library loads, the loader among them; nothing for one that is linked statically.
needed_by() {
    local found
    found=$(ldd "$1" 2>&1) || { grep -qE 'not a dynamic executable|statically linked' <<<"$found" && return 0; }
    if grep -q 'not found' <<<"$found"; then
        fail "$1 needs what this machine lacks: $(grep 'not found' <<<"$found" | awk '{ print $1 }' | tr '\n' ' ')"
    fi
    awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }' <<<"$found"
}

if [ "$(uname -m)" = "$here" ]; then
    needed_by "$binary" >"$scratch/libraries"
    # What the command loads while it runs, where it is there: for chips' labels, and for the passwords of the endpoint.
    if [ -s "$scratch/libraries" ]; then
        for library in libsensors.so.5 libcrypt.so.1; do
            path=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p | awk -v name="$library" -v arch="$here" '
                $1 == name && ($0 ~ (arch == "x86_64" ? "x86-64" : "AArch64")) { print $NF; exit }')
            if [ -z "$path" ]; then
                echo "image: without $library, which this machine does not have" >&2
                continue
            fi
            { echo "$path" && needed_by "$path"; } >>"$scratch/libraries"
        done
    fi
elif grep -q INTERP <<<"$(readelf --program-headers "$binary" 2>/dev/null)"; then
    fail "$binary is for $architecture, and its libraries can only be taken from such a machine"
else
    : >"$scratch/libraries"
fi

sort -u "$scratch/libraries" | while IFS= read -r path; do
    install -D -m "$(stat -L -c %a "$path")" "$path" "$root$path"
    # The library's license goes with it. Debian 12 has two names for its folders, of which a package knows one.
    package=$(dpkg-query -S "$path" 2>/dev/null || dpkg-query -S "${path#/usr}" 2>/dev/null ||
        dpkg-query -S "/usr$path" 2>/dev/null || dpkg-query -S "$(readlink -f "$path")" 2>/dev/null || true)
    package=${package%%:*}
    if [ -n "$package" ] && [ -f "/usr/share/doc/$package/copyright" ]; then
        install -D -m 644 "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/copyright"
    fi
done

for file in /etc/os-release /etc/sensors3.conf; do
    if [ -f "$file" ]; then install -D -m 644 "$file" "$root$file"; fi
done
# The public authorities alone: this machine may trust others, which are its own affair.
if [ -d /usr/share/ca-certificates/mozilla ]; then
    install -d "$root/etc/ssl/certs"
    (cd /usr/share/ca-certificates && find mozilla -name '*.crt' | sort | xargs cat) >"$root/etc/ssl/certs/ca-certificates.crt"
    chmod 644 "$root/etc/ssl/certs/ca-certificates.crt"
fi
echo 'root:x:0:0:root:/:/usr/bin/powersensors' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
# A name is looked up in the pod's own file first, then asked of the cluster's name server.
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

tar --create --directory "$root" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" \
    --format=posix --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime --file "$scratch/layer.tar" .

oci=$scratch/oci
umoci init --layout "$oci" 2>/dev/null || fail "umoci cannot make an OCI layout in $scratch"
umoci new --image "$oci:$version"
history=(--history.created "$created" --history.author "" --history.comment "")
umoci raw add-layer --image "$oci:$version" "${history[@]}" --history.created_by "Scripts/deploy/image.sh" "$scratch/layer.tar"
umoci config --image "$oci:$version" --no-history --created "$created" --author "Power Sensors" \
    --architecture "$architecture" --os linux \
    --config.user 0 --config.entrypoint /usr/bin/powersensors --config.workingdir / \
    --config.label org.opencontainers.image.title="Power Sensors" \
    --config.label org.opencontainers.image.description="How much power a Linux machine uses, and what uses it" \
    --config.label org.opencontainers.image.version="$version" \
    --config.label org.opencontainers.image.created="$created" \
    --config.label org.opencontainers.image.licenses=Apache-2.0 \
    ${REVISION:+--config.label "org.opencontainers.image.revision=$REVISION"} \
    ${SOURCE_URL:+--config.label "org.opencontainers.image.source=$SOURCE_URL"}
umoci gc --layout "$oci" 2>/dev/null

rm -f "$output"
skopeo --insecure-policy copy --quiet "oci:$oci:$version" "docker-archive:$output:$image:$version" ||
    fail "skopeo cannot write $output"
compressed=$(find "$oci/blobs" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%.1f", sum / 1e6 }')
if [ -n "$layout" ]; then
    mkdir -p "$(dirname "$layout")"
    mv "$oci" "$layout"
fi
echo "image: $image:$version for $architecture, $(wc -l < <(sort -u "$scratch/libraries")) libraries, $compressed MB compressed"
