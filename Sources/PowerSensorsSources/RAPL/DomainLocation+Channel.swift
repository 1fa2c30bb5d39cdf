import PowerSensorsCore
import PowerSensorsMachine

extension DomainLocation {
    /// The ID of the domain's channel.
    var channelID: String { "\(SensorName.rapl)/\(identity)" }

    /// The domain's channel, read through a mechanism.
    func channel(by mechanism: RAPLMechanism, _ encoding: CounterEncoding) -> Channel {
        var channel = Channel(
            id: channelID, sensor: .rapl, mechanism: mechanism.name, quantity: .energy, encoding: .counter(encoding),
            component: component)
        if domain != "package", domain != "psys" { channel.parent = "\(SensorName.rapl)/\(packageIdentity)" }
        // A single core counts in no host figure, since its energy is included in the package's.
        channel.countsIn = core == nil ? DomainName(domain).scope : nil
        return channel
    }
}

extension Channel {
    private static let domainOrder = ["package", "core", "uncore", "dram"] as [String?]

    /// The order in which RAPL's channels are listed: packages by number, each followed by its domains, then psys, then
    /// the zones of other drivers. Channels are ordered by the first number that differs.
    var raplSortKey: [Int] {
        let isForeign = handle?.value(as: PowercapHandle.self).map { !$0.isRAPL } ?? false
        let isPlatform = component.domain == "psys"
        let domainOrder = Self.domainOrder.firstIndex(of: component.domain) ?? 4
        return [
            // The psys of the first package has no package number, and comes before those of others. A zone whose
            // package is unknown has none either, and comes last.
            isForeign ? 2 : isPlatform ? 1 : 0, component.socket ?? (isPlatform ? -1 : .max), component.die ?? -1,
            component.core == nil ? domainOrder : 5, component.core ?? -1,
        ]
    }
}
