#!/bin/bash
# Proves what is shipped, stage by stage. BINARY names a command that is built already, and ONLY the stages to run.
#
# Without a tool that a stage needs it says what is left out; with SKIPS=fail that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
stages="manifests rules completions sameness documents units packages pod queries"
for name in ${ONLY:-}; do
    if [[ " $stages " != *" $name "* ]]; then
        echo "test-deploy: there is no stage $name, only $stages" >&2
        exit 64
    fi
done

skipped=()
# Runs a stage if its tools are there. Arguments: its name, the tools, the command.
stage() {
    local name=$1 tools=$2 began=$SECONDS tool
    shift 2
    if [ -n "${ONLY:-}" ] && [[ " $ONLY " != *" $name "* ]]; then return; fi
    for tool in $tools; do
        if [ "$tool" = root ] && [ "$(id -u)" -eq 0 ]; then continue; fi
        if [ "$tool" = root ] || ! command -v "$tool" >/dev/null; then
            echo "test-deploy: $name is left out, since it needs $tool"
            skipped+=("$name")
            return
        fi
    done
    echo "--- $name"
    "$@"
    echo "--- $name: ok, $((SECONDS - began)) s"
}

# The unit as installed: systemd checks that what it names exists.
check_units() {
    local tree=$scratch/tree
    PREFIX=/usr DESTDIR=$tree bash Scripts/install.sh "$binary"
    local unit
    for unit in powersensors powersensors-guests; do
        sed -i "s|^ExecStart=/usr/bin|ExecStart=$tree/usr/bin|" "$tree/usr/lib/systemd/system/$unit.service"
        systemd-analyze verify --man=no --recursive-errors=one "$tree/usr/lib/systemd/system/$unit.service"
        # Exposure in tenths: 2.5.
        systemd-analyze security --offline=yes --threshold=25 \
            "$tree/usr/lib/systemd/system/$unit.service" | tail -n 1
        python3 Scripts/deploy/service.py "$binary" "$tree/usr/lib/systemd/system/$unit.service"
    done
}

# What is installed as a document has no link and no picture that leads nowhere; the licences are there, and man pages have a date.
check_documents() {
    local tree=$scratch/documents
    PREFIX=/usr DESTDIR=$tree bash Scripts/install.sh "$binary"
    python3 Scripts/deploy/links.py check "$tree/usr/share/doc/powersensors"
    local licenses=$tree/usr/share/doc/powersensors/licenses
    [ "$(find "$licenses" -name 'LICENSE*' | wc -l)" -ge 7 ] || { echo "test-deploy: licences are missing in $licenses" >&2 && return 1; }
    grep -qE '^\.TH "POWERSENSORS" 1 "20[0-9-]{8}" ' <<<"$(zcat "$tree/usr/share/man/man1/powersensors.1.gz")" || {
        echo "test-deploy: the man page has no date" >&2 && return 1
    }
    check_settings "$tree/etc/powersensors.conf"
    if PREFIX=relative bash Scripts/install.sh "$binary" 2>"$scratch/refusal"; then
        echo "test-deploy: a PREFIX that is no absolute path is not refused" >&2 && return 1
    fi
    grep -q PREFIX "$scratch/refusal"
    echo '![A picture](images/missing.png)' >"$tree/usr/share/doc/powersensors/picture.md"
    if python3 Scripts/deploy/links.py check "$tree/usr/share/doc/powersensors" 2>/dev/null; then
        echo "test-deploy: a picture that is not there is not noticed" >&2 && return 1
    fi
    PREFIX=/usr DESTDIR=$tree bash Scripts/uninstall.sh "$binary"
    local left
    left=$(cd "$tree" && find . ! -type d -o -name powersensors | sort | tr '\n' ' ')
    [ "$left" = "./etc/powersensors.conf ./usr/share/doc/powersensors ./usr/share/doc/powersensors/picture.md " ] || {
        echo "test-deploy: after make uninstall there is $left" >&2 && return 1
    }
}

# Each setting that the file proposes with a value is one that the command takes. Argument: the file.
check_settings() {
    local setting settings=0
    while read -r setting; do
        printf '%s\n' POWERSENSORS_PROMETHEUS=127.0.0.1:9840 POWERSENSORS_CONSUMERS=process \
            "${setting/\/var\/lib\/powersensors/$scratch}" >"$scratch/settings"
        # Some settings ask for another one.
        "$binary" export --config "$scratch/settings" --check >/dev/null 2>"$scratch/refusal" \
            || grep -q "has no effect without" "$scratch/refusal" || {
            echo "test-deploy: $1 proposes $setting, which is refused: $(cat "$scratch/refusal")" >&2 && return 1
        }
        settings=$((settings + 1))
    done < <(grep -oP '^#\KPOWERSENSORS_[A-Z_]+=.+' "$1" | grep -v CLOUD_METADATA)
    [ "$settings" -ge 10 ] || { echo "test-deploy: only $settings settings of $1 have a value" >&2 && return 1; }
}

# The same binary gives the same packages.
check_sameness() {
    local first=$scratch/sums
    cp dist/SHA256SUMS "$first"
    BINARY=$binary bash Scripts/dist.sh 2>/dev/null
    diff "$first" dist/SHA256SUMS || { echo "test-deploy: two runs give different bytes" >&2 && return 1; }
}

binary=${BINARY:-.build/for-release/powersensors}
stage manifests "python3 jq" bash Scripts/test-manifests.sh
stage rules "promtool python3" bash Scripts/test-rules.sh
# What follows needs the packages, but for what a command is enough for.
others=$(tr ' ' '\n' <<<"${ONLY:-$stages}" | grep -vx -e manifests -e rules || true)
if [ -x "$binary" ]; then others=$(grep -vx -e completions -e documents -e units <<<"$others" || true); fi
if [ -n "$others" ]; then bash Scripts/dist.sh; fi
stage completions "bash zsh fish python3" timeout --kill-after=5s 120s python3 Scripts/deploy/check-completions.py "$binary"
image=$(ls dist/*.image.tar 2>/dev/null || true)
stage sameness "dpkg-deb" check_sameness
stage documents "python3" check_documents
stage units "root systemd-analyze setpriv python3" check_units
stage packages "root debootstrap" bash Scripts/deploy/packages.sh
stage pod "root runc" bash Scripts/test-pod.sh "$image"
stage queries "prometheus python3" bash Scripts/test-queries.sh "$binary"
if [ "${#skipped[@]}" -gt 0 ] && [ "${SKIPS:-tell}" = fail ]; then
    echo "test-deploy: left out: ${skipped[*]}" >&2
    exit 1
fi
