package import PowerSensors

/// One series: its text up to the number, and where the number comes from.
package struct MetricSeries: Sendable {
    /// What a number is taken from at each rendering. Indices are those of the snapshot.
    enum Source: Sendable {
        case hostEnergy(Int)
        case hostPower(Int)
        case hostLow(Int)
        case hostHigh(Int)
        /// What was emitted for the energy of one of the host's figures.
        case carbon(Int)
        case energy(Int)
        case power(Int)
        /// A gauge's own value, in its unit.
        case value(Int)
        case wraps(Int)
        case resets(Int)
        case ambiguousEnergy(Int)
        /// Whether one of the channels can be read.
        case isUp(Range<Int>)
        case sampleAge
        case sampleDuration
        case constant(Double)

        /// The number; nil where it is not known, and then there is no sample.
        func number(_ snapshot: Snapshot, age: Double) -> Double? {
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
    /// The sample's name, its labels and a blank.
    let prefix: [UInt8]
    /// The same for the line that tells when the counter began; empty for what is none.
    let createdPrefix: [UInt8]
    let source: Source
    /// What the number is multiplied by: 1 but for names that other programs gave.
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

    /// The number; nil where it is not known.
    package func number(_ snapshot: Snapshot, age: Double) -> Double? {
        source.number(snapshot, age: age).map { $0 * factor }
    }
}

extension ReadingStatus {
    /// Whether the source answers, though its number may still need time.
    fileprivate var isUp: Bool {
        switch self {
        case .ok, .warmingUp, .partial: true
        case .absent, .forbidden, .io, .implausible, .stale: false
        }
    }
}
