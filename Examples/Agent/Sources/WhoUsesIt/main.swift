import PowerSensors

// Watts per virtual machine and per process, and what no one of them was given: together they are the whole.
let attribution = Attribution(kinds: [.virtualMachine, .process])
let monitor = try PowerMonitor(attribution: attribution)
var count = 0
for await snapshot in monitor.snapshots(every: .seconds(1)) {
    for share in snapshot.consumers {
        guard let power = share.power else { continue }
        print("\(share.consumer.kind) \(share.consumer.name): \(power), \(share.energy) so far")
    }
    for rest in snapshot.unattributed { print("no \(rest.kind)'s, \(rest.reason): \(rest.energy)") }
    count += 1
    if count == 4 { break }
}
monitor.stop()
