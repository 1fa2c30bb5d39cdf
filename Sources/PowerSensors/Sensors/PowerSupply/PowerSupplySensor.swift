/// Batteries, mains adapters, USB-C ports and uninterruptible supplies.
///
/// Power is a magnitude, since drivers disagree about its sign; `discharging` tells the direction. While batteries
/// discharge, what they give is the host's figure of scope `battery`; on mains that figure has no value, as they say nothing
/// of the machine then. Supplies renew their values every 1 to 30 s, and are read once a second at most.
public struct PowerSupplySensor: Sensor {
    private let roots: SystemRoots
    private let maximumPower: Watts?
    private let watch = DischargeWatch()

    /// Looks for supplies in the given trees.
    ///
    /// - Parameters:
    ///   - roots: The trees to look in.
    ///   - maximumPower: The greatest power that one channel can have: what is beyond it is implausible. Nil for no limit.
    public init(roots: SystemRoots = .usual, maximumPower: Watts? = nil) {
        self.roots = roots
        self.maximumPower = maximumPower
    }

    /// `supply`.
    public var name: SensorName { .supply }

    /// Looks at the supplies' names, and whether batteries began or ended to discharge since they were found: then another
    /// figure may be the one to show first. No supply is read for it.
    public func discoveryMark() -> Int? {
        var hasher = Hasher()
        hasher.combine(try? roots.sysfs.list(PowerSupply.classPath))
        hasher.combine(watch.turns)
        return hasher.finalize()
    }

    /// Looks through the supplies and reads each file once; whatever fails there is a finding.
    public func discover() -> Discovery {
        let names: [String]
        do throws(AttributeError) {
            names = try roots.sysfs.list(PowerSupply.classPath)
        } catch {
            return Discovery(findings: [.noSupplies(error, in: roots.sysfs)])
        }
        if names.isEmpty { return Discovery(findings: [.noSupplies(nil, in: roots.sysfs)]) }
        var discovery = Discovery()
        var supplies = names.map { PowerSupply(name: $0, in: roots.sysfs, findings: &discovery.findings) }
        for index in supplies.indices where supplies[index].discharges0 {
            let isFed = supplies.contains { $0.name != supplies[index].name && $0.isFeeding }
            if !isFed { supplies[index].distrustRate(&discovery.findings) }
        }
        for supply in supplies {
            discovery.channels += channels(of: supply)
            if supply.isOfDevice { discovery.findings.append(.peripheral(supply)) }
            // A part that nobody can count leaves the figure unknown, and not smaller.
            if supply.isUnknownPart {
                discovery.incompleteScopes = [.battery]
            } else if supply.isBattery, !supply.isOfDevice, !supply.feedsHost {
                discovery.findings.append(.undirected(supply))
                discovery.incompleteScopes = [.battery]
            }
            watch.begin(supply)
        }
        let batteries = supplies.filter(\.feedsHost)
        if !batteries.isEmpty, batteries.allSatisfy({ $0.direction != .discharging }) {
            discovery.findings.append(.onMains)
        }
        if discovery.channels.isEmpty, discovery.findings.isEmpty {
            discovery.findings.append(.noSupplies(nil, in: roots.sysfs))
        }
        return discovery
    }

    /// Opens each channel's files; one that cannot be opened answers with its reason.
    public func open(_ channels: [Channel]) -> any SensorReader {
        PowerSupplyReader(channels, maximumPower: maximumPower, watch: watch, beneath: roots.sysfs)
    }

    // MARK: Channels

    private func channels(of supply: PowerSupply) -> [Channel] {
        var component = Component(id: supply.name.asIdentifier, kind: .supply)
        component.supply = supply.name
        component.supplyType = supply.type
        component.device = (try? roots.sysfs.resolve("\(supply.path)/device")).flatMap { path in
            path.hasPrefix("devices/") ? String(path.dropFirst("devices/".count)) : nil
        }
        return supply.statuses.map { attribute, status in
            channel(of: attribute, status, supply, component)
        }
    }

    private func channel(
        of attribute: SupplyAttribute, _ status: ReadingStatus, _ supply: PowerSupply, _ component: Component
    ) -> Channel {
        let isPower = attribute.quantity == .power
        let isDerived = isPower && supply.derivesPower
        var channel = Channel(
            id: "\(SensorName.supply)/\(component.id)/\(attribute.rawValue)",
            sensor: .supply,
            mechanism: isDerived ? "derived" : "sysfs",
            quantity: attribute.quantity,
            encoding: .gauge,
            component: component
        )
        let file = isDerived ? "current_now" : attribute.file ?? "status"
        channel.path = "\(supply.path)/\(file)"
        if isDerived { channel.voltagePath = "\(supply.path)/voltage_now" }
        channel.status = status
        channel.maximumPower = maximumPower ?? Watts(1000)
        channel.readingInterval = min(max(.seconds(1), supply.meter.total * 20), .seconds(30))
        channel.readCost = supply.meter.cost(ofOneOf: supply.statuses.count)
        if attribute == .discharge {
            channel.countsIn = .battery
            channel.isIntermittent = true
        }
        return channel
    }
}
