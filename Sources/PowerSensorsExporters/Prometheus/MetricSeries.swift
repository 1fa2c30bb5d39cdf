package import PowerSensors

/// One series: its rendered text up to the number, and the source of the number.
package struct MetricSeries: Sendable {
    /// Where a number comes from. Indices are those of the snapshot.
    package enum Source: Sendable {
        case hostEnergy(Int)
        case hostPower(Int)
        case hostLow(Int)
        case hostHigh(Int)
        /// The emissions of a host figure.
        case carbon(Int)
        case energy(Int)
        case power(Int)
        /// A gauge's own value, in its unit.
        case value(Int)
        case wraps(Int)
        case resets(Int)
        case ambiguousEnergy(Int)
        /// Whether any of the channels can be read.
        case isUp(Range<Int>)
        case sampleAge
        case sampleDuration
        case constant(Double)

        /// The number; nil if it is unknown.
        package func number(_ snapshot: Snapshot, age: Double) -> Double? {
            switch self {
            case .hostEnergy(let index): snapshot.host[index].energy?.rawValue
            case .hostPower(let index): snapshot.host[index].power?.rawValue
            case .hostLow(let index): snapshot.host[index].low?.rawValue
            case .hostHigh(let index): snapshot.host[index].high?.rawValue
            case .carbon(let index): snapshot.carbon(of: snapshot.host[index])?.rawValue
            case .energy(let index): snapshot.channels[index].energy?.rawValue
            case .power(let index): snapshot.channels[index].power?.rawValue
            case .value(let index): snapshot.channels[index].value
            case .wraps(let index): Double(snapshot.channels[index].wraps)
            case .resets(let index): Double(snapshot.channels[index].resets)
            case .ambiguousEnergy(let index): snapshot.channels[index].ambiguousEnergy.rawValue
            case .isUp(let channels): channels.contains { snapshot.channels[$0].status.isUp } ? 1 : 0
            case .sampleAge: age
            case .sampleDuration: snapshot.sampleDuration.seconds
            case .constant(let number): number
            }
        }
    }

    package let family: MetricFamily
    package let labels: MetricLabels
    /// The sample's name, its labels and a space.
    let prefix: [UInt8]
    /// The same for the `_created` line; empty for anything but a counter.
    let createdPrefix: [UInt8]
    package let source: Source
    /// The factor for the number; other than 1 only for other programs' units.
    let factor: Double

    init(_ family: MetricFamily, _ labels: MetricLabels, _ source: Source, factor: Double = 1) {
        self.family = family
        self.labels = labels
        prefix = Array(family.sampleName.utf8) + labels.bytes + [UInt8(ascii: " ")]
        createdPrefix =
            family.kind == .counter ? Array("\(family.name)_created".utf8) + labels.bytes + [UInt8(ascii: " ")] : []
        self.source = source
        self.factor = factor
    }
}

extension ReadingStatus {
    /// Whether the source can be read, even if its value is not known yet.
    fileprivate var isUp: Bool {
        switch self {
        case .ok, .warmingUp, .partial: true
        case .absent, .forbidden, .io, .implausible, .stale: false
        }
    }
}
