/// A metric family: all series with the same name.
package struct MetricFamily: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case counter, gauge, info, unknown
    }

    /// The name without the suffix that the kind adds, such as `powersensors_host_energy_joules`.
    let name: String
    package let kind: Kind
    let help: String

    /// The units that names end in.
    private static let units: Set<Substring> = [
        "joules", "watts", "volts", "amperes", "celsius", "ratio", "coulombs", "grams", "seconds",
    ]

    init(_ name: String, _ kind: Kind, prefix: String = "powersensors_", _ help: String) {
        self.name = prefix + name
        self.kind = kind
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
            if let unit = name.split(separator: "_").last, Self.units.contains(unit) {
                bytes.append("# UNIT \(name) \(unit)\n")
            }
            bytes.append("# HELP \(name) \(help)\n")
        }
        return bytes
    }
}
