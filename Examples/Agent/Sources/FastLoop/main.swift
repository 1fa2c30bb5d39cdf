import Glibc
import PowerSensors

/// The monotonic clock, in nanoseconds: the clock that the kernel's absolute timers are set by.
func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Blocks until the monotonic clock shows this many nanoseconds.
func sleep(until nanoseconds: Int64) {
    var time = timespec()
    time.tv_sec = Int(nanoseconds / 1_000_000_000)
    time.tv_nsec = Int(nanoseconds % 1_000_000_000)
    // An absolute time, so that a signal or a slow sample shifts no later one.
    while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
}

// What a benchmark harness does: sample a thousand times a second while the work runs, here for one second.
let period: Int64 = 1_000_000
var sampler = try Sampler()
let first = sampler.snapshot()
var samples = 0
var missed: Int64 = 0
var changes = 0
var last: UInt64?

let start = monotonicNanoseconds()
var deadline = start
while deadline < start + 1_000_000_000 {
    deadline += period
    sleep(until: deadline)
    // The readings are lent for one call, in the order of the topology's channels. Nothing is allocated here.
    sampler.sample { _, readings in
        if readings[0].count != last { changes += 1 }
        last = readings[0].count
    }
    samples += 1
    // Points of the grid that went by in the meantime are left out: a burst to catch up would measure the burst.
    let behind = (monotonicNanoseconds() - deadline) / period
    missed += behind
    deadline += behind * period
}

let result = sampler.snapshot()
print("\(samples) samples, \(missed) missed; \(first.topology.channels[0].id) moved \(changes) times")
if let host = result.headline {
    let energy = host.energy?.description ?? host.status.name
    let power = host.power?.description ?? host.status.name
    print("\(host.scope): \(energy), mean \(power) (\(host.provenance))")
}
