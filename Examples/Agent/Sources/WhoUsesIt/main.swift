import PowerSensors

// Who uses the power: the greatest processes of each second, and what adds up with them to the whole.
var sensors = SensorSet()
sensors.attribution = Attribution(kinds: [.process, .virtualMachine])
let monitor = try PowerMonitor(MonitorConfiguration(sensors: sensors))
var count = 0
for await snapshot in monitor.snapshots(every: .seconds(1)) {
    for one in snapshot.consumers {
        guard let power = one.power else { continue }
        print("\(one.consumer.kind) \(one.consumer.name): \(power.rawValue) W, \(one.energy.rawValue) J so far")
    }
    for rest in snapshot.unattributed { print("nobody's, \(rest.kind), \(rest.reason): \(rest.energy.rawValue) J") }
    count += 1
    if count == 4 { break }
}
monitor.stop()
