#!/bin/bash
# Makes what a guest boots with one of Debian's kernels: prepare-kernel.sh SUITE FOLDER
#
# SUITE is a suite of Debian that has the kernel, such as bookworm; all that is made lies in FOLDER, and nothing is
# installed. What is there already and still fits is kept, and then nothing is fetched.
#
#   vmlinux          the kernel, uncompressed: under emulation it would take seconds to unpack itself
#   initramfs.cpio   BusyBox, guest/init, and the modules it takes to mount a folder of the host's
#   root/lib/modules the kernel's modules, those of modules/, and the drivers below that Debian does not build
#   release          what `uname -r` says in the guest
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
suite=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
cd "$folder"

# Drivers of the kernel's own source, beneath drivers/hwmon, that Debian's kernels leave out.
drivers=(ina2xx ina238 ltc2947-core ltc2947-i2c ltc2945 ltc4260 pmbus/pmbus_core pmbus/pmbus pmbus/adm1275
    pmbus/lm25066 pmbus/ltc2978 pmbus/max34440)
# What goes into the initramfs, in the order of loading; one kernel or the other has no module of some names.
first_modules=(virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci
    netfs fscache 9pnet 9pnet_virtio 9p)

name="kernel of $suite"
# shellcheck source=steps.sh
source "$here/steps.sh"

unpack_kernel() {
    set_up_apt "$suite"
    local package release file
    release=$(needed_by linux-image-amd64 | sed -n 's/^linux-image-//p' | head -n 1)
    [ -n "$release" ] || lack "the suite has no linux-image-amd64. Remedy: see whether its lists can be had"
    say "fetching Linux $release and its headers"
    rm -rf root
    mkdir root
    for package in "linux-image-$release" "linux-headers-$release" \
        $(needed_by "linux-headers-$release" | grep -v '^linux-image'); do
        file=$(fetch "$package")
        dpkg-deb -x "$file" root
    done
    python3 "$here/extract_kernel.py" "root/boot/vmlinuz-$release" vmlinux
    # The headers name the folder they would be installed in.
    echo "include $folder/root/usr/src/linux-headers-${release%-amd64}-common/Makefile" \
        >"root/usr/src/linux-headers-$release/Makefile"
    # Under emulation it takes seconds to unpack these, too.
    find root/lib/modules -name '*.ko.xz' -print0 | xargs -0 -r -P "$(nproc)" -n 64 xz -dq
    rm -f apt/*.deb
    echo "$release" >release
}

fetch_driver_sources() {
    set_up_apt "$suite"
    local release series package
    release=$(cat release)
    series=$(cut -d . -f 1,2 <<<"$release")
    say "fetching the source of Linux $series, for drivers that Debian does not build"
    rm -rf source
    mkdir source
    package=$(fetch "linux-source-$series")
    dpkg-deb --fsys-tarfile "$package" | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
        tar -xJ -C source --strip-components=1 --wildcards 'linux-source-*/drivers/hwmon/*'
    rm -f apt/*.deb
}

build_modules() {
    local release driver module
    release=$(cat release)
    say "building modules"
    rm -rf modules
    mkdir modules
    cp "$here"/modules/* modules/
    for driver in "${drivers[@]}"; do
        [ -e "source/drivers/hwmon/$driver.c" ] || fail "its source has no drivers/hwmon/$driver.c"
        cp "source/drivers/hwmon/$driver.c" modules/
        echo "obj-m += $(basename "$driver").o" >>modules/Kbuild
    done
    cp source/drivers/hwmon/*.h source/drivers/hwmon/pmbus/*.h modules/
    make -s -C "root/usr/src/linux-headers-$release" M="$folder/modules" -j "$(nproc)" \
        KBUILD_MODPOST_WARN=1 CONFIG_DEBUG_INFO_BTF_MODULES= modules >modules/log 2>&1 ||
        { tail -n 30 modules/log >&2; fail "its modules do not build"; }
    if grep "modules/rig_.*warning:" modules/log >&2; then fail "the rig's modules have warnings"; fi
    rm -rf "root/lib/modules/$release/rig"
    mkdir "root/lib/modules/$release/rig"
    cp modules/*.ko "root/lib/modules/$release/rig"
    strip --strip-debug "root/lib/modules/$release/rig"/*.ko
    busybox depmod -b "$folder/root" "$release"
}

build_initramfs() {
    local release module applet
    release=$(cat release)
    rm -rf initramfs
    mkdir -p initramfs/{bin,dev,etc,job,lib/modules,lib64,mod,out,proc,programs,root,run,sys,tmp,usr/bin}
    cp "$(command -v busybox)" initramfs/bin/busybox
    for applet in $(busybox --list); do
        [ "$applet" = busybox ] || ln -s busybox "initramfs/bin/$applet"
    done
    cp "$here/guest/init" initramfs/init
    chmod 755 initramfs/init
    for module in "${first_modules[@]}"; do
        find "root/lib/modules/$release/kernel" -name "$module.ko" -exec cp {} initramfs/mod/ \;
    done
    printf '%s\n' "${first_modules[@]}" >initramfs/mod/order
    (cd initramfs && find . | cpio -o -H newc -R 0:0 --quiet) >initramfs.cpio
    rm -rf initramfs
}

# Two runs at once would build into one folder.
exec 9>lock
flock 9
# Each in an `if` of its own: behind `||` the shell would go on after an error.
if ! is_current kernel "$suite"; then
    unpack_kernel
    mark_current kernel "$suite"
fi
if ! is_current source "$(cat release)"; then
    fetch_driver_sources
    mark_current source "$(cat release)"
fi
parts=("$(cat release)" "${drivers[@]}" "$here"/modules/*)
if ! is_current modules "${parts[@]}"; then
    build_modules
    mark_current modules "${parts[@]}"
fi
parts=("$(cat release)" "${first_modules[@]}" "$here/guest/init" "$(command -v busybox)")
if ! is_current initramfs "${parts[@]}"; then
    build_initramfs
    mark_current initramfs "${parts[@]}"
fi
say "Linux $(cat release) is ready"
