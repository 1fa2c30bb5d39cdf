import PowerSensors
import PowerSensorsTesting

#if canImport(Glibc)
import Glibc
#endif

// Soak SECONDS: a monitor at 1 kHz over counters that run and wrap, with a reader at 1 kHz and one at 1 Hz. Fails
// where it holds more at the end than at the beginning, or where a joule is missing.

let seconds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 300
let machine = try MockMachine()
try machine.add(.intelServer(sockets: 2))
let sensors = SensorSet(only: [RAPLSensor(roots: machine.roots, maximumPower: Watts(100_000))])
let monitor = try PowerMonitor(MonitorConfiguration(sensors: sensors, interval: .milliseconds(1)))

let fast = Task {
    var (count, skipped) = (0, 0)
    for await snapshot in monitor.snapshots(every: .milliseconds(1)) {
        count += 1
        skipped += snapshot.skipped
    }
    return (count, skipped)
}
let slow = Task {
    var last: Snapshot?
    for await snapshot in monitor.snapshots(every: .seconds(1)) { last = snapshot }
    return last
}

// What is allocated once is allocated by then.
try await Task.sleep(for: .seconds(5))
let before = try Holdings()
print("after 5 s: \(before)")

let began = ContinuousClock.now
var nextLine = Duration.seconds(60)
while ContinuousClock.now - began < .seconds(seconds) {
    // Sixty times as fast as time goes by, so that every counter wraps many times.
    try machine.advanceAll(by: .milliseconds(600))
    try await Task.sleep(for: .milliseconds(10))
    if ContinuousClock.now - began >= nextLine {
        print("after \(nextLine.components.seconds) s: \(try Holdings())")
        nextLine += .seconds(60)
    }
}
// For the 1 Hz reader's last snapshot.
try await Task.sleep(for: .seconds(3))
let after = try Holdings()
monitor.stop()
let (count, skipped) = await fast.value
print("at the end: \(after)")
print("\(count) snapshots at 1 kHz in \(seconds + 8) s, and \(skipped) that their reader was too slow for")

var failures: [String] = []
if after.descriptors > before.descriptors { failures.append("descriptors grew") }
if after.monitorThreads != before.monitorThreads { failures.append("the number of threads changed") }
// The allocator's arenas settle; a leak of one snapshot a second alone would be more.
if after.residentKibibytes > before.residentKibibytes + 4096 { failures.append("memory grew") }
if let last = await slow.value {
    for (channel, shown) in zip(last.topology.channels, last.channels) {
        let names = channel.id.split(separator: "/").dropFirst().joined(separator: "/")
        let truth = machine.zone(names)?.counter?.trueEnergy.rawValue ?? .nan
        let energy = shown.energy?.rawValue ?? .nan
        print("\(channel.id): \(energy) J of \(truth) J, \(shown.wraps) wraps")
        if energy != truth { failures.append("\(channel.id) missed \(truth - energy) J") }
    }
} else {
    failures.append("there was no snapshot")
}
for failure in failures { print("FAILED: \(failure)") }
exit(failures.isEmpty ? 0 : 1)
