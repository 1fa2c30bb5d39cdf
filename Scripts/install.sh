#!/bin/bash
# Installs the command and what belongs to it: man pages, completions, units, a udev rule, dashboards, rules and the documents; and the
# shared library.
#
# Arguments: the command, and the library if there is one. PREFIX says where (/usr/local), DESTDIR what goes before it
# (nothing), SYSCONFDIR where the settings file goes (/etc); one that is there stays as it is.
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."

command=$1
library=${2:-}
prefix=${PREFIX:-/usr/local}
root=${DESTDIR:-}$prefix
settings=${DESTDIR:-}${SYSCONFDIR:-/etc}/powersensors.conf

if [ ! -x "$command" ]; then
    echo "install: $command is not a program. Remedy: make dist, or name one by BINARY" >&2
    exit 1
fi
if [[ $command == *.build/* && -n $(find Sources Package.swift -newer "$command" -print -quit) ]]; then
    echo "install: $command is older than the sources. make dist builds it again." >&2
fi
# A unit could not name such a folder, and this script has changed to another.
if [[ $prefix != /* ]]; then
    echo "install: PREFIX must begin with /, as $PWD/$prefix does: '$prefix'" >&2
    exit 64
fi
# Nor could it name this.
if [[ $prefix == *[[:space:]\|\&]* ]]; then
    echo "install: PREFIX may have no blanks, | or &: '$prefix'" >&2
    exit 64
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The date of the man pages: when the sources last changed.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Package.swift)}
python3 Scripts/dist-texts.py "$command" "$scratch"
install -D -m 755 "$command" "$root/bin/powersensors"
if [ -n "$library" ]; then PREFIX=$prefix bash Scripts/install-library.sh "$library" "$("$command" --version)" "$root"; fi
(cd "$scratch" && find . -type f -print0) | while IFS= read -r -d '' file; do
    install -D -m 644 "$scratch/$file" "$root/share/$file"
done
gzip -9 -n -f "$root"/share/man/man1/powersensors*.1
for unit in powersensors powersensors-guests; do
    sed "s|@bindir@|$prefix/bin|" "Deploy/systemd/$unit.service" >"$scratch/$unit.service"
    install -D -m 644 "$scratch/$unit.service" "$root/lib/systemd/system/$unit.service"
done
install -D -m 644 Deploy/systemd/70-powersensors.rules "$root/lib/udev/rules.d/70-powersensors.rules"
install -D -m 644 Deploy/systemd/10-devices.conf "$root/share/powersensors/10-devices.conf"
for file in Deploy/grafana/*.json Deploy/prometheus/*.rules.yaml; do
    install -D -m 644 "$file" "$root/share/powersensors/${file#Deploy/}"
done
for document in README.md CHANGELOG.md LICENSE NOTICE SECURITY.md Docs/*.md; do
    install -D -m 644 "$document" "$root/share/doc/powersensors/$document"
done
python3 Scripts/deploy/links.py remove "$root/share/doc/powersensors"
# The licences of what is linked in. Who installs a command that was built elsewhere has them from there; make dist insists on them.
bash Scripts/deploy/licenses.sh "$root/share/doc/powersensors/licenses" || echo "install: so not all licences are installed" >&2
if [ "${SYSCONFDIR:-/etc}" != none ] && [ ! -e "$settings" ]; then
    install -D -m 644 "$root/share/powersensors/powersensors.conf" "$settings"
fi
