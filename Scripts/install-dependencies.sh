#!/bin/sh
# Installs the Debian packages that the project builds and tests with, and checks the Swift toolchain.
#
# With the argument "bench" also what only the benchmarks use, with "dist" what only packages and their tests do, with "kernel" what
# only the tests on real kernels do.
#
# Quick when all is there: then nothing is fetched. Without root, apt-get or network it goes on and says, in a line
# for each package, what that means. Only a Swift toolchain that is missing or too old ends it.
set -eu

minimum="6.3"
purpose=${1:-}

# Package, and what does not work without it. First what the toolchain needs to run and to link, then what is optional.
wanted() {
    cat <<'LIST'
binutils|nothing links
ca-certificates|packages cannot be fetched
curl|the tests of TLS and passwords are skipped
gcc|nothing links
git|packages cannot be fetched
libc6-dev|nothing compiles
libcrypt1|no password of a scraper is checked
libcurl4|the Swift package manager does not start
libncurses6|the Swift package manager does not start
libpowercap0|the test that libpowercap reads a guest's share is skipped
libsensors-dev|sensors3.conf's labels and computed values are missing
libsqlite3-0|the Swift package manager does not start
libsqlite3-dev|no history is kept, so the trait History does not build
libstdc++-12-dev|nothing links
libuuid1|the Swift compiler does not start
libxml2|the Swift package manager does not start
linux-libc-dev|the C shim does not compile
lm-sensors|the tests beside lm-sensors are skipped
openssl|the tests of TLS and passwords are skipped
prometheus|the test that a real Prometheus scrapes is skipped
prometheus-node-exporter|the test beside a real node_exporter is skipped
prometheus-pushgateway|the test that pushes to a real Pushgateway is skipped
python3|the test over a live /sys is skipped
pkgconf|the example in C is not built
python3-pytest|the tests of the Python package are skipped
python3-numpy|the estimator's tables cannot be fitted anew
strace|the test that counts system calls is skipped
tzdata|Foundation, which the command's parser uses, finds no time zones
valgrind|the library is not run under valgrind
zlib1g-dev|no page of metrics is compressed, so the exporters do not build
LIST
    case $purpose in
    bench)
        cat <<'LIST'
libpowercap-dev|nothing is compared with libpowercap
LIST
        ;;
    dist)
        cat <<'LIST'
debootstrap|no package is installed for a test
fish|the completions of fish are not tried
jq|the script for Harvester's page is not tested
python3-pip|no manifest is checked
python3-venv|no manifest is checked
rpm|no package for Red Hat's systems is made
runc|no image is started
skopeo|no image is made
systemd|no unit is checked
umoci|no image is made
util-linux|no command is started with a service's rights
zsh|the completions of zsh are not tried
LIST
        ;;
    page)
        cat <<'LIST'
chromium-headless-shell|the live page is not tested
fonts-noto-core|the pictures of the page have another font
LIST
        ;;
    kernel)
        cat <<'LIST'
acpica-tools|no guest has batteries
busybox-static|no guest has a shell
cpio|no guest has a root
debian-archive-keyring|no kernel can be fetched
libelf1|no module of a kernel is built
make|no module of a kernel is built
qemu-system-x86|no kernel is booted
xz-utils|no kernel is unpacked
LIST
        ;;
    esac
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
}

missing() {
    wanted | while IFS='|' read -r package consequence; do
        is_installed "$package" || echo "$package|$consequence"
    done
}

# What gives a command root's rights, where that needs no password.
can_be_root() { [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; }; }
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq \
        -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o DPkg::Lock::Timeout=120 "$@"
}

# The lists of a machine may be old or empty, so they are renewed first, but only when something must be fetched.
install() { apt update && apt -y --no-install-recommends install "$@"; }

install_missing() {
    if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
        echo "deps: this is no Debian, so nothing was installed; needed are the likes of:" \
            "$(wanted | cut -d '|' -f 1 | tr '\n' ' ')"
        return
    fi
    packages=$(missing | cut -d '|' -f 1 | tr '\n' ' ')
    [ -n "$packages" ] || return 0
    if can_be_root; then
        echo "deps: installing $packages"
        log=$(mktemp)
        # shellcheck disable=SC2086 # One word a package.
        install $packages </dev/null >"$log" 2>&1 || tail -n 3 "$log" | sed 's/^/deps: /'
        rm -f "$log"
    else
        echo "deps: nothing can be installed, since this is not root and sudo would ask for a password"
    fi
    missing | while IFS='|' read -r package consequence; do
        echo "deps: going on without $package: $consequence. Remedy: sudo apt-get install $package"
    done
}

check_swift() {
    if ! command -v swift >/dev/null 2>&1; then
        echo "deps: there is no swift in PATH. Remedy: install Swift $minimum or newer from https://swift.org/install" >&2
        exit 1
    fi
    if ! answer=$(swift --version 2>&1); then
        echo "deps: swift does not start: $(printf '%s\n' "$answer" | head -n 1)" >&2
        exit 1
    fi
    version=$(printf '%s\n' "$answer" | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
    oldest=$(printf '%s\n%s\n' "$minimum" "$version" | sort -V | head -n 1)
    if [ -z "$version" ] || [ "$oldest" != "$minimum" ]; then
        echo "deps: swift is ${version:-of unknown version}, and $minimum or newer is needed." \
            "Remedy: https://swift.org/install" >&2
        exit 1
    fi
}

install_missing
check_swift
