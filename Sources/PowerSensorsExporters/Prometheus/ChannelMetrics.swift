import PowerSensors

/// Says which series a channel has, and with which labels.
struct ChannelMetrics {
    private let channel: Channel
    private let index: Int
    /// The other channels of the same chip, by the last part of their identities.
    private let siblings: Set<String>

    init(_ channel: Channel, at index: Int, siblings: Set<String> = []) {
        self.channel = channel
        self.index = index
        self.siblings = siblings
    }

    /// The series in which the channel's numbers stand.
    var series: [MetricSeries] {
        switch channel.sensor {
        case .rapl: raplSeries + commonSeries
        case .share: shareSeries + commonSeries
        case .hwmon: hwmonSeries + commonSeries
        case .supply: supplySeries + commonSeries
        // The host's figure stands by itself already.
        case .estimator: (channel.countsIn == nil ? foreignSeries : []) + commonSeries
        default: foreignSeries + commonSeries
        }
    }

    // MARK: RAPL

    private var raplSeries: [MetricSeries] {
        let component = channel.component
        // psys is the host's figure, and a mirror shows what another channel shows already.
        guard component.domain != "psys", channel.mirrorOf == nil else { return [] }
        let isDomain = channel.countsIn == .cpu
        let labels = MetricLabels(
            [
                ("domain", component.domain ?? component.id), ("socket", component.socket.map { "\($0)" }),
                ("die", component.die.map { "\($0)" }),
            ] + (isDomain ? [] : [("core", component.core.map { "\($0)" })]))
        return [
            MetricSeries(isDomain ? .domainEnergy : .subdomainEnergy, labels, .energy(index)),
            MetricSeries(isDomain ? .domainPower : .subdomainPower, labels, .power(index)),
        ]
    }

    /// A guest's packages and memory are what a physical machine's are, so that one dashboard does for both; where counters
    /// of its own take their place, the share must not be summed with them.
    private var shareSeries: [MetricSeries] {
        if channel.countsIn == .cpu { return raplSeries }
        return channel.countsIn == nil ? foreignSeries : []
    }

    // MARK: Chips

    private var hwmonSeries: [MetricSeries] {
        let (stem, reading) = hwmonName
        let labels = MetricLabels([
            ("chip", channel.component.chip), ("device", deviceName), ("channel", stem),
            ("label", channel.label), ("reading", reading),
        ])
        switch channel.quantity {
        case .energy:
            let hasPower = siblings.contains("power" + stem.drop { !$0.isNumber })
            return [MetricSeries(.hwmonEnergy, labels, .energy(index))]
                + (hasPower ? [] : [MetricSeries(.hwmonPower, labels, .power(index))])
        case .power:
            // A chip's own counter of the same number knows better than a sum of moments.
            let hasEnergy = siblings.contains("energy" + stem.drop { !$0.isNumber })
            return [MetricSeries(.hwmonPower, labels, .value(index))]
                + (hasEnergy ? [] : [MetricSeries(.hwmonEnergy, labels, .energy(index))])
        default:
            let family: MetricFamily? =
                switch channel.quantity {
                case .voltage: .hwmonVolts
                case .current: .hwmonAmperes
                case .temperature: .hwmonCelsius
                default: nil
                }
            return family.map { [MetricSeries($0, labels, .value(index))] } ?? []
        }
    }

    /// `power1` and `average` of a channel that ends in `power1_average`.
    private var hwmonName: (stem: String, reading: String) {
        let parts = channel.lastPart.split(separator: "_", maxSplits: 1)
        let stem = parts.first.map { String($0) } ?? channel.lastPart
        if channel.mechanism == "derived" { return (stem, "derived") }
        return (stem, parts.count > 1 ? String(parts[1]) : "input")
    }

    /// The chip's device; where two chips are alike in all else, with the number that tells them apart.
    private var deviceName: String {
        let device = channel.component.device ?? ""
        let parts = channel.component.id.split(separator: "+")
        guard parts.count > 1, let number = parts.last, number.allSatisfy(\.isNumber) else { return device }
        return "\(device)+\(number)"
    }

    // MARK: Supplies

    private var supplySeries: [MetricSeries] {
        // What the batteries give is the host's figure.
        if channel.countsIn == .battery { return [] }
        let kind = channel.component.supplyType?.lowercased()
        let labels = MetricLabels([("supply", channel.component.supply), ("kind", kind)])
        let family: MetricFamily? =
            switch channel.quantity {
            case .power: .supplyPower
            case .storedEnergy: .supplyEnergy
            case .charge: .supplyCharge
            case .ratio: .supplyRatio
            case .voltage: .supplyVolts
            case .current: .supplyAmperes
            case .temperature: .supplyCelsius
            case .online: .supplyOnline
            case .discharging: .supplyDischarging
            default: nil
            }
        return family.map { [MetricSeries($0, labels, .value(index))] } ?? []
    }

    // MARK: All

    private var foreignSeries: [MetricSeries] {
        let labels = MetricLabels([("channel", channel.id)])
        switch channel.quantity {
        case .energy:
            return [
                MetricSeries(.channelEnergy, labels, .energy(index)),
                MetricSeries(.channelPower, labels, .power(index)),
            ]
        case .power:
            return [
                MetricSeries(.channelEnergy, labels, .energy(index)),
                MetricSeries(.channelPower, labels, .value(index)),
            ]
        default: return []
        }
    }

    private var commonSeries: [MetricSeries] {
        let name = MetricLabels([("channel", channel.id)])
        let info = MetricLabels([
            ("channel", channel.id), ("sensor", channel.sensor.name), ("mechanism", channel.mechanism),
            ("provenance", channel.provenance.name), ("origin", channel.origin?.name), ("path", channel.path),
        ])
        var series: [MetricSeries] = [MetricSeries(.channelInfo, info, .constant(1))]
        // A model's counter is our own, and neither wraps nor is set back.
        if channel.provenance == .estimated { return series }
        if case .counter = channel.encoding {
            series.append(MetricSeries(.channelWraps, name, .wraps(index)))
            series.append(MetricSeries(.channelResets, name, .resets(index)))
        }
        if channel.quantity == .energy || channel.quantity == .power {
            series.append(MetricSeries(.ambiguousEnergy, name, .ambiguousEnergy(index)))
        }
        return series
    }
}

extension Channel {
    /// What stands behind the last slash of the identity.
    var lastPart: String { id.split(separator: "/").last.map { String($0) } ?? id }
}
