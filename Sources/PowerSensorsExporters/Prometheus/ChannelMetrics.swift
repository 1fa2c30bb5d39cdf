package import PowerSensors

/// The series of one channel and their labels.
struct ChannelMetrics {
    let channel: Channel
    let index: Int
    /// The last parts of the identities of all channels of the same component.
    let siblings: Set<String>

    private static let hwmonGauges: [Quantity: MetricFamily] = [
        .voltage: .hwmonVolts, .current: .hwmonAmperes, .temperature: .hwmonCelsius,
    ]

    private static let supplyGauges: [Quantity: MetricFamily] = [
        .power: .supplyPower, .storedEnergy: .supplyEnergy, .charge: .supplyCharge, .ratio: .supplyRatio,
        .voltage: .supplyVolts, .current: .supplyAmperes, .temperature: .supplyCelsius, .online: .supplyOnline,
        .discharging: .supplyDischarging,
    ]

    /// All series of the channel.
    var series: [MetricSeries] { ownSeries + commonSeries }

    private var ownSeries: [MetricSeries] {
        switch channel.sensor {
        case .rapl: raplSeries
        // A guest's packages and memory use the names of a physical machine's, so that one dashboard works for both. If the
        // guest has counters of its own instead, the share must not be added to them.
        case .share where channel.countsIn == .cpu: raplSeries
        case .hwmon: hwmonSeries
        case .supply: supplySeries
        // Host figures have series of their own.
        case .share, .estimator: channel.countsIn == nil ? foreignSeries : []
        default: foreignSeries
        }
    }

    // MARK: RAPL

    private var raplSeries: [MetricSeries] {
        guard let location else { return [] }
        let isDomain = channel.countsIn == .cpu
        let labels = MetricLabels(location)
        return [
            MetricSeries(isDomain ? .domainEnergy : .subdomainEnergy, labels, .energy(index)),
            MetricSeries(isDomain ? .domainPower : .subdomainPower, labels, .power(index)),
        ]
    }

    /// The labels of the channel's domain; nil for a channel whose figures have no series of domains.
    private var location: [(name: String, value: String?)]? {
        let component = channel.component
        let isDomain = channel.countsIn == .cpu
        // psys is a host figure, and a mirror repeats another channel.
        guard channel.sensor == .rapl || (channel.sensor == .share && isDomain), component.domain != "psys",
            channel.mirrorOf == nil
        else { return nil }
        return [
            ("domain", component.domain ?? component.id), ("socket", component.socket.map { "\($0)" }),
            ("die", component.die.map { "\($0)" }), ("core", isDomain ? nil : component.core.map { "\($0)" }),
        ]
    }

    // MARK: Chips

    private var hwmonSeries: [MetricSeries] {
        let (stem, reading) = hwmonName
        let labels = MetricLabels([
            ("chip", channel.component.chip), ("device", deviceName), ("channel", stem),
            ("label", channel.label), ("reading", reading),
        ])
        let number = stem.drop { !$0.isNumber }
        let energy = MetricSeries(.hwmonEnergy, labels, .energy(index))
        let power = MetricSeries(.hwmonPower, labels, powerSource)
        switch channel.quantity {
        case .energy: return siblings.contains("power" + number) ? [energy] : [energy, power]
        // The chip's own energy counter of the same number is more accurate than integrated power.
        case .power: return siblings.contains("energy" + number) ? [power] : [power, energy]
        default: return gauge(Self.hwmonGauges, labels)
        }
    }

    /// `power1` and `average` of a channel that ends in `power1_average`.
    private var hwmonName: (stem: String, reading: String) {
        let parts = channel.lastPart.split(separator: "_", maxSplits: 1)
        let stem = parts.first.map { String($0) } ?? channel.lastPart
        if channel.mechanism == "derived" { return (stem, "derived") }
        return (stem, parts.count > 1 ? String(parts[1]) : "input")
    }

    /// The chip's device, followed by a number if it alone distinguishes two chips.
    private var deviceName: String {
        let device = channel.component.device ?? ""
        let parts = channel.component.id.split(separator: "+")
        guard parts.count > 1, let number = parts.last, number.allSatisfy(\.isNumber) else { return device }
        return "\(device)+\(number)"
    }

    // MARK: Supplies

    private var supplySeries: [MetricSeries] {
        // The batteries' power is a host figure.
        if channel.countsIn == .battery { return [] }
        // A nominal power would be added to measured ones by every query that sums the series.
        if channel.provenance == .nominal, channel.quantity == .power { return [] }
        let kind = channel.component.supplyType?.lowercased()
        let labels = MetricLabels([("supply", channel.component.supply), ("kind", kind)])
        return gauge(Self.supplyGauges, labels)
    }

    // MARK: All

    /// The series of channels that have none of another name, such as those of sensors that others wrote.
    private var foreignSeries: [MetricSeries] {
        guard channel.quantity == .energy || channel.quantity == .power else { return [] }
        let labels = MetricLabels([("channel", channel.id)])
        return [
            MetricSeries(.channelEnergy, labels, .energy(index)), MetricSeries(.channelPower, labels, powerSource),
        ]
    }

    /// The series of the family for the channel's quantity; empty if there is none.
    private func gauge(_ families: [Quantity: MetricFamily], _ labels: MetricLabels) -> [MetricSeries] {
        families[channel.quantity].map { [MetricSeries($0, labels, .value(index))] } ?? []
    }

    /// A power meter shows the instantaneous power, any other channel the mean of the interval.
    private var powerSource: MetricSeries.Source { channel.quantity == .power ? .value(index) : .power(index) }

    /// The series that the channels of every sensor have.
    private var commonSeries: [MetricSeries] {
        let name = MetricLabels([("channel", channel.id)])
        // With its domain's labels, so that the domain's series join it.
        let info = MetricLabels(
            [
                ("channel", channel.id), ("sensor", channel.sensor.name), ("mechanism", channel.mechanism),
                ("provenance", channel.provenance.name), ("origin", channel.origin?.name), ("path", channel.path),
            ] + (location ?? []))
        var series = [MetricSeries(.channelInfo, info, .constant(1))]
        // An estimator's counter neither wraps nor resets.
        if channel.provenance == .estimated { return series }
        if case .counter = channel.encoding {
            series.append(MetricSeries(.channelWraps, name, .channel(index) { Double($0.wraps) }))
            series.append(MetricSeries(.channelResets, name, .channel(index) { Double($0.resets) }))
        }
        if channel.quantity == .energy || channel.quantity == .power {
            series.append(MetricSeries(.ambiguousEnergy, name, .channel(index) { $0.ambiguousEnergy.rawValue }))
        }
        return series
    }
}

extension Channel {
    /// The part of the identity after the last slash.
    package var lastPart: String { id.split(separator: "/").last.map { String($0) } ?? id }
}
