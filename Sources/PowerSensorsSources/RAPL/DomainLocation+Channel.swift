import PowerSensorsCore
import PowerSensorsMachine

extension DomainLocation {
    /// The ID of the domain's channel.
    var channelID: String { "\(SensorName.rapl)/\(identity)" }

    /// The domain's channel, read by a mechanism.
    func channel(by mechanism: RAPLMechanism, _ encoding: CounterEncoding) -> Channel {
        var channel = Channel(
            id: channelID, sensor: .rapl, mechanism: mechanism.name, quantity: .energy, encoding: .counter(encoding),
            component: component)
        if domain != "package", domain != "psys" { channel.parent = "\(SensorName.rapl)/\(packageIdentity)" }
        // The package's counter includes that of a single core.
        channel.countsIn = core == nil ? DomainName(domain).scope : nil
        return channel
    }
}

extension Channel {
    /// Sorts packages by number, each with its domains, then psys, then the zones of other drivers.
    var raplSortKey: [Int] {
        let isForeign = handle?.value(as: PowercapHandle.self).map { !$0.isRAPL } ?? false
        let isPlatform = component.domain == "psys"
        let rank = ["package": 0, "core": 1, "uncore": 2, "dram": 3][component.domain ?? ""] ?? 4
        return [
            // The first psys has no number, nor has a zone whose package is unknown.
            isForeign ? 2 : isPlatform ? 1 : 0, component.socket ?? (isPlatform ? -1 : .max), component.die ?? -1,
            component.core == nil ? rank : 5, component.core ?? -1,
        ]
    }
}
