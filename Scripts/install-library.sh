#!/bin/bash
# Installs the shared library, its header and what pkg-config says of it.
#
# Arguments: the library, its version, and the folder of the prefix as it is while this runs. PREFIX says where that folder will be (the
# folder itself); in an archive that anyone may unpack anywhere it is /, and pkg-config then finds the place by the file's own.
set -euo pipefail
cd "$(dirname "$0")/.."

umask 022
library=$1 version=$2 root=$3
prefix=${PREFIX:-$root}

install -D -m 644 "$library" "$root/lib/libpowersensors.so.0"
ln -sf libpowersensors.so.0 "$root/lib/libpowersensors.so"
install -D -m 644 Sources/CPowerSensorsLibrary/include/powersensors.h "$root/include/powersensors.h"
mkdir -p "$root/lib/pkgconfig"
if [ "$prefix" = / ]; then prefix='${pcfiledir}/../..'; fi
cat >"$root/lib/pkgconfig/powersensors.pc" <<PC
prefix=$prefix
includedir=\${prefix}/include
libdir=\${prefix}/lib

Name: powersensors
Description: How much energy and power this machine uses
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -lpowersensors
PC
chmod 644 "$root/lib/pkgconfig/powersensors.pc"
