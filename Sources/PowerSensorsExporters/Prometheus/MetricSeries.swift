package import PowerSensors

/// One series: its rendered text up to the number, and the source of the number.
package struct MetricSeries: Sendable {
    /// Where a number comes from. Indices are those of the snapshot.
    package struct Source: Sendable {
        /// Finds the number in a snapshot whose age is given in seconds; nil if it is unknown.
        package let number: @Sendable (_ snapshot: Snapshot, _ age: Double) -> Double?
    }

    package let family: MetricFamily
    package let labels: MetricLabels
    /// The sample's name, its labels and a space.
    let prefix: [UInt8]
    /// The same for the `_created` line; empty for anything but a counter.
    let createdPrefix: [UInt8]
    package let source: Source

    init(_ family: MetricFamily, _ labels: MetricLabels, _ source: Source) {
        self.family = family
        self.labels = labels
        prefix = Array(family.sampleName.utf8) + labels.bytes + [UInt8(ascii: " ")]
        createdPrefix =
            family.kind == .counter ? Array("\(family.name)_created".utf8) + labels.bytes + [UInt8(ascii: " ")] : []
        self.source = source
    }
}

extension MetricSeries.Source {
    static func constant(_ number: Double) -> Self { Self { _, _ in number } }

    /// A number of a host figure.
    static func host(_ index: Int, _ number: @escaping @Sendable (HostSnapshot) -> Double?) -> Self {
        Self { snapshot, _ in number(snapshot.host[index]) }
    }

    package static func hostEnergy(_ index: Int) -> Self { host(index) { $0.energy?.rawValue } }

    package static func hostPower(_ index: Int) -> Self { host(index) { $0.power?.rawValue } }

    /// A number of a channel.
    static func channel(_ index: Int, _ number: @escaping @Sendable (ChannelSnapshot) -> Double?) -> Self {
        Self { snapshot, _ in number(snapshot.channels[index]) }
    }

    package static func energy(_ index: Int) -> Self { channel(index) { $0.energy?.rawValue } }

    package static func power(_ index: Int) -> Self { channel(index) { $0.power?.rawValue } }

    /// A gauge's own value, in its unit.
    package static func value(_ index: Int) -> Self { channel(index) { $0.value } }
}

extension ReadingStatus {
    /// Whether the source can be read, even if its value is not known yet.
    var isUp: Bool {
        switch self {
        case .ok, .warmingUp, .partial, .asleep, .ambiguous: true
        case .absent, .forbidden, .io, .implausible, .stale: false
        }
    }
}
