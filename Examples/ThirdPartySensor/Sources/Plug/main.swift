import MeterSensor
import PowerSensors

// What the machine takes from the plug, beside the library's own figures, for five seconds.
let meters = MeterSensor([MeterSensor.Meter(name: "rack", path: "/run/meter/rack")])
let monitor = try PowerMonitor(sensors: SensorSet(additional: [meters]))
var count = 0
for await snapshot in monitor.snapshots(every: .seconds(1)) {
    for host in snapshot.host { print("\(host.scope): \(host.power?.description ?? host.status.name)") }
    count += 1
    if count == 5 { break }
}
monitor.stop()
