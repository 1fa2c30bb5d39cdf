#!/bin/sh
# What the scripts of the cases share; it stands in front of each of them.

# set_rig MODULE PARAMETER VALUE   writes a parameter of one of the rig's modules
set_rig() { echo "$3" >"/sys/module/$1/parameters/$2"; }

# load_registers PARAMETER=VALUE ...   the registers of RAPL, and the kernel's drivers for them
load_registers() {
	modprobe rig_msr "$@" || return
	# Not every processor has all of them.
	for driver in msr intel_rapl_msr rapl; do modprobe $driver 2>>/job/out/modprobe || true; done
}

# mark NAME   writes down the guest's time, in seconds since it started
mark() { echo "$1 $(cut -d' ' -f1 /proc/uptime)" >>/job/out/marks; }

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
	while [ $tries -lt 100 ] && ! [ -s "/job/out/$name" ]; do
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
