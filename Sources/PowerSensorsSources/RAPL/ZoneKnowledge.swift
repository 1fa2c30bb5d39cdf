import PowerSensorsCore
import PowerSensorsMachine

/// What powercap's zones show about registers: their unit, whether they count, and their maximum power. perf and MSR
/// use it where they cannot find this out themselves.
struct ZoneKnowledge {
    private let channels: [String: Channel]
    private let maximumPower: Watts?

    init(_ powercap: [Channel] = [], maximumPower: Watts?) {
        channels = Dictionary(powercap.map { ($0.id, $0) }) { first, _ in first }
        self.maximumPower = maximumPower
    }

    /// A domain's maximum power: the configured one or, if there is none, that of its zone or, if there is no zone,
    /// four times the thermal design power and at least 1 kW, for psys multiplied by the number of packages.
    func maximumPower(of location: DomainLocation, sockets: Int, design: Watts? = nil) -> Watts {
        let packages = Double(location.domain == "psys" ? max(sockets, 1) : 1)
        return maximumPower ?? channels[location.channelID]?.maximumPower
            ?? Watts(packages * max(1000, 4 * (design?.rawValue ?? 0)))
    }

    /// Whether the domain has a register that counts, since its zone can be read.
    func counts(_ location: DomainLocation) -> Bool { channels[location.channelID]?.status == .ok }

    /// Whether the domain has a zone, even if that cannot be read.
    func shows(_ location: DomainLocation) -> Bool { channels[location.channelID] != nil }

    /// n, if one count of the domain's register is 2⁻ⁿ J; nil if no zone shows it.
    func registerExponent(of location: DomainLocation) -> Int? {
        if let exponent = exponent(location.channelID) { return exponent }
        // All domains have the unit of their package, except that memory and platform may have their own.
        guard location.domain != "dram", location.domain != "psys" else { return nil }
        return exponent(DomainLocation(domain: "package", socket: location.socket, die: location.die).channelID)
    }

    private func exponent(_ id: String) -> Int? {
        guard case .counter(let encoding)? = channels[id]?.encoding else { return nil }
        switch encoding.form {
        // What powercap's driver takes for 15.3 µJ is 2⁻¹⁶ J in perf's driver.
        case .truncatedNanojoules(15_300): return 16
        case .truncatedNanojoules, .truncatedFraction:
            return encoding.unit.numerator == 1 && encoding.unit.denominator.nonzeroBitCount == 1
                ? encoding.unit.denominator.trailingZeroBitCount : nil
        case .counts, .microjoules, .unbounded, .kernelSum: return nil
        }
    }
}
