#!/bin/bash
# with_sys.sh SPEC.json COMMAND...   runs COMMAND where /sys has what SPEC adds (by
# fakesys.py, live and with faults) and, if SPEC has /dev/cpu/0/msr, /dev/cpu too.
# with_sys.sh FOLDER COMMAND...      the same with a copy of a still tree,
# which COMMAND may change under $FAKESYS.
# In a mount name space of its own: nothing outside sees it, nothing is left behind.
# In it, $FAKESYS is where the whole tree is mounted and $FAKESYS/.ctl takes commands.
# Root, or an ordinary user where the kernel lets one make name spaces.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ -z "${WITH_SYS:-}" ]; then
	flags=-m; [ "$(id -u)" = 0 ] || flags=-Urm
	WITH_SYS=1 exec unshare $flags --propagation private "$0" "$@"
fi
unset WITH_SYS
spec=$1; shift
t=$(mktemp -d "${TMPDIR:-/tmp}/with_sys.XXXXXX"); mount -t tmpfs tmpfs "$t"
mkdir "$t/fake" "$t/real"
mount --rbind /sys "$t/real"
if [ -d "$spec" ]; then
	cp -a "$spec/." "$t/fake"
	server=
else
	python3 "$here/fakesys.py" "$t/fake" "$spec" > "$t/log" &
	server=$!
	for _ in $(seq 250); do grep -q mounted "$t/log" && break; sleep 0.02; done
	grep -q mounted "$t/log" || exit 125
fi
# /sys itself stays (libsensors asks statfs whether it is a sysfs); each of its folders that
# the fake tree has is made anew: the real entries, with those of the fake tree laid over them
lay() {	# lay RELATIVE DEPTH
	local n from to=/sys/$1
	for n in $( (ls -A "$t/real/$1"; ls -A "$t/fake/$1") 2>/dev/null | sort -u); do
		if [ -d "$t/fake/$1$n" ] && [ ! -L "$t/fake/$1$n" ] && [ -d "$t/real/$1$n" ] && [ "$2" -gt 0 ]; then
			mkdir "$to$n"; lay "$1$n/" $(($2 - 1)); continue
		fi
		from=$t/fake/$1$n; [ -e "$from" ] || [ -L "$from" ] || from=$t/real/$1$n
		if [ -L "$from" ]; then cp -P "$from" "$to$n"
		elif [ -d "$from" ]; then mkdir "$to$n"; mount --rbind "$from" "$to$n"
		else : > "$to$n"; mount --bind "$from" "$to$n"; fi
	done
}
for top in "$t"/fake/*/; do
	top=${top%/}; top=${top##*/}
	[ -d "$t/real/$top" ] && [ "$top" != dev ] || continue
	mount -t tmpfs -o mode=755 tmpfs "/sys/$top"
	lay "$top/" 2
done
if [ -e "$t/fake/dev/cpu" ]; then
	mkdir "$t/dev"; mount --rbind /dev "$t/dev"; mount -t tmpfs -o mode=755 tmpfs /dev
	for n in "$t"/dev/*; do
		if [ -L "$n" ]; then cp -P "$n" /dev/
		elif [ -d "$n" ]; then mkdir "/dev/${n##*/}"; mount --rbind "$n" "/dev/${n##*/}"
		else : > "/dev/${n##*/}"; mount --bind "$n" "/dev/${n##*/}"; fi
	done
	rmdir /dev/cpu 2>/dev/null || true
	mkdir -p /dev/cpu; mount --bind "$t/fake/dev/cpu" /dev/cpu
fi
export FAKESYS=$t/fake
rc=0; "$@" || rc=$?
[ -z "$server" ] || { kill $server; wait $server; } 2>/dev/null || true
cd /; umount -l "$t"; rmdir "$t" 2>/dev/null || true
exit $rc
