import PowerSensorsCore
import PowerSensorsMachine

/// What powercap's zones tell about registers, for mechanisms that cannot find it out themselves.
struct ZoneKnowledge {
    private let channels: [String: Channel]
    private let maximumPower: Watts?

    init(_ powercap: [Channel] = [], maximumPower: Watts?) {
        channels = Dictionary(powercap.map { ($0.id, $0) }) { first, _ in first }
        self.maximumPower = maximumPower
    }

    /// A domain's maximum power: the configured one, that of its zone, or four times the thermal design power and at
    /// least 1 kW per package.
    func maximumPower(of location: DomainLocation, sockets: Int, design: Watts? = nil) -> Watts {
        let packages = Double(location.domain == "psys" ? max(sockets, 1) : 1)
        return maximumPower ?? channels[location.channelID]?.maximumPower
            ?? Watts(packages * max(1000, 4 * (design?.rawValue ?? 0)))
    }

    /// Whether a zone shows that there is a register for the domain.
    func counts(_ location: DomainLocation) -> Bool { channels[location.channelID]?.status == .ok }

    /// n if the domain's register counts 2⁻ⁿ J; nil if no zone tells.
    func registerExponent(of location: DomainLocation) -> Int? {
        if let exponent = exponent(location.channelID) { return exponent }
        // Only memory and platform may have their own units.
        guard location.domain != "dram", location.domain != "psys" else { return nil }
        return exponent(DomainLocation(domain: "package", socket: location.socket, die: location.die).channelID)
    }

    private func exponent(_ id: String) -> Int? {
        guard case .counter(let encoding)? = channels[id]?.encoding else { return nil }
        switch encoding.form {
        // The driver's 15.3 µJ are 2⁻¹⁶ J in perf's table.
        case .truncatedNanojoules(15_300): return 16
        case .truncatedNanojoules, .truncatedFraction:
            return encoding.unit.numerator == 1 && encoding.unit.denominator.nonzeroBitCount == 1
                ? encoding.unit.denominator.trailingZeroBitCount : nil
        case .counts, .microjoules, .unbounded, .kernelSum: return nil
        }
    }
}
