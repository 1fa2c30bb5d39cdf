/// A metric family: all series with the same name.
package struct MetricFamily: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case counter, gauge, info, unknown
    }

    /// The name without the suffix that the kind adds, such as `powersensors_host_energy_joules`.
    let name: String
    package let kind: Kind
    /// The unit that the name ends in; empty if there is none.
    let unit: String
    let help: String

    init(_ name: String, _ kind: Kind, unit: String = "", prefix: String = "powersensors_", _ help: String) {
        self.name = prefix + name
        self.kind = kind
        self.unit = unit
        self.help = help
    }

    /// The name of its samples.
    package var sampleName: String {
        switch kind {
        case .counter: "\(name)_total"
        case .info: "\(name)_info"
        case .gauge, .unknown: name
        }
    }

    /// The lines before the samples. OpenMetrics names a counter without `_total` here, and requires TYPE first.
    func header(in format: MetricsFormat) -> [UInt8] {
        var bytes: [UInt8] = []
        switch format {
        case .text:
            bytes.append("# HELP \(sampleName) \(help)\n")
            bytes.append(
                "# TYPE \(sampleName) \(kind == .info ? "gauge" : kind == .unknown ? "untyped" : kind.rawValue)\n")
        case .openMetrics:
            bytes.append("# TYPE \(name) \(kind.rawValue)\n")
            if !unit.isEmpty { bytes.append("# UNIT \(name) \(unit)\n") }
            bytes.append("# HELP \(name) \(help)\n")
        }
        return bytes
    }
}
