// The energy of a piece of work, in each scope that this machine has a figure for.
package main

/*
#cgo pkg-config: powersensors
#include <powersensors.h>
*/
import "C"

import (
	"fmt"
	"math"
	"os"
)

// primes counts the primes below a number: some work.
func primes(limit int) int {
	count := 0
	for number := 2; number < limit; number++ {
		divisor := 2
		for divisor*divisor <= number && number%divisor != 0 {
			divisor++
		}
		if divisor*divisor > number {
			count++
		}
	}
	return count
}

func main() {
	var sampler *C.powersensors_sampler
	var failure C.powersensors_error
	failure.size = C.sizeof_powersensors_error
	if C.powersensors_open(nil, &sampler, &failure) != C.POWERSENSORS_OK {
		fmt.Fprintln(os.Stderr, C.GoString(&failure.text[0]), C.GoString(&failure.remedy[0]))
		os.Exit(1)
	}
	defer C.powersensors_close(sampler)

	var measurement *C.powersensors_measurement
	var snapshot *C.powersensors_snapshot
	C.powersensors_measure_begin(sampler, &measurement)
	fmt.Println(primes(3000000), "primes")
	C.powersensors_measure_end(measurement, &snapshot)
	defer C.powersensors_release(snapshot)

	var host C.powersensors_host
	host.size = C.sizeof_powersensors_host
	for index := 0; C.powersensors_read_host(snapshot, C.size_t(index), &host) == C.POWERSENSORS_OK; index++ {
		name := C.GoString(host.scope) + " (" + C.GoString(host.provenance) + "):"
		if math.IsNaN(float64(host.energy)) || math.IsNaN(float64(host.power)) {
			fmt.Println(name, "unknown J, unknown W:", C.GoString(C.powersensors_name(host.status)))
			continue
		}
		fmt.Printf("%s %.3f J, %.2f W\n", name, float64(host.energy), float64(host.power))
		fmt.Printf("    between %.3f and %.3f J\n", float64(host.energy_low), float64(host.energy_high))
	}
}
