#!/bin/sh
# What the scripts of the cases share; it stands in front of each of them.

# Shows that the guest goes on, whatever the script waits for: one that stands still as a whole is booted again.
# No child of the script, which may wait for its own.
( (while echo >/job/alive; do sleep 3; done) </dev/null >/dev/null 2>&1 &)

# set_rig MODULE PARAMETER VALUE   writes a parameter of one of the rig's modules
set_rig() { echo "$3" >"/sys/module/$1/parameters/$2"; }

# load_registers PARAMETER=VALUE ...   the registers of RAPL, and the kernel's drivers for them
load_registers() {
	modprobe rig_msr "$@" || return
	# Not every processor has all of them.
	for driver in msr intel_rapl_msr rapl; do modprobe $driver 2>>/job/out/modprobe || true; done
}

# mark NAME   writes down the guest's time, in seconds since it started; at once, without a process or the host's folder
mark() {
	read -r uptime idle </proc/uptime
	echo "$1 $uptime" >>/tmp/marks
}
trap 'if [ -e /tmp/marks ]; then cp /tmp/marks /job/out/marks; fi' EXIT

# keep_counts NAME   writes down what the registers would show had they 64 bits
keep_counts() { cat /sys/module/rig_msr/parameters/counts >"/job/out/$1"; }

# list NAME [OPTION ...]   what the command finds, as JSON
list() {
	local name=$1
	shift
	powersensors list --json "$@" >"/job/out/$name" 2>"/job/out/$name.errors"
	echo $? >"/job/out/$name.status"
}

# watch NAME [OPTION ...]   starts the command in the background, and returns when it has shown a first snapshot
watch() {
	local name=$1 tries=0
	shift
	powersensors watch --format json --interval 200ms "$@" >"/job/out/$name" 2>"/job/out/$name.errors" &
	watches="$watches $!"
	while [ $tries -lt 400 ] && ! [ -s "/job/out/$name" ]; do
		usleep 50000
		tries=$((tries + 1))
	done
}

# end_watches   ends all that `watch` started; they have half a second to show what came last
end_watches() {
	usleep 500000
	kill -TERM $watches
	wait $watches
	watches=
}

# stub_bus ADDRESS ...   a bus of SMBus with chips at these addresses, whose registers are all 0; sets $bus
stub_bus() {
	modprobe i2c-dev
	modprobe i2c-stub functionality=0xfff0000 "chip_addr=$(echo "$*" | tr ' ' ,)" || return
	for adapter in /sys/bus/i2c/devices/i2c-*; do
		if grep -q 'SMBus stub' "$adapter/name"; then bus=${adapter##*-}; fi
	done
}

# chip NAME ADDRESS REGISTER=VALUE ...   fills a chip's registers and has its driver take it
chip() {
	local name=$1 address=$2
	shift 2
	stubload "$bus" "$address" "$@"
	modprobe "i2c:$name" 2>>/job/out/modprobe
	echo "$name $address" >"/sys/bus/i2c/devices/i2c-$bus/new_device"
}
