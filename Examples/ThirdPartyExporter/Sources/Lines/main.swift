import PowerSensors
import PowerSensorsExporters

/// A line for each figure, on standard output, until the program is ended.
struct LineExporter: Exporter {
    let name = "lines"
    let interval = Duration.seconds(10)
    private var labels: [String] = []

    // Names once: snapshot.host is in the same order as topology.scopes, snapshot.channels as topology.channels.
    mutating func prepare(for topology: Topology) {
        labels = topology.scopes.map { "power.\($0.name)" }
    }

    // Numbers often. An unknown value is left out: a 0 in its place would say that the machine uses nothing.
    func export(_ snapshot: Snapshot) {
        for (label, host) in zip(labels, snapshot.host) {
            guard let power = host.power else { continue }
            print("\(snapshot.timeNanoseconds) \(label) \(power.rawValue) \(host.provenance)")
        }
    }
}

let monitor = try PowerMonitor()
await monitor.export(to: [LineExporter()]) { failure in print(failure) }
