public import PowerSensorsCore

/// Batteries, mains adapters, USB-C ports and uninterruptible supplies.
///
/// Power is a magnitude, since drivers disagree about its sign; `discharging` tells the direction. While batteries
/// discharge, their power is the host figure of scope `battery`; if none is shown, or one that the battery's store
/// contradicts, it is derived within a minute or so from how fast the store falls. On mains that figure has no value, since batteries
/// then do not show the machine's power. Supplies update their values every 1 to 30 s, and are read at most once a
/// second.
public struct PowerSupplySensor: Sensor {
    private let roots: SystemRoots
    private let maximumPower: Watts?
    private let flows = SupplyFlows()
    private let now: @Sendable () -> SampleInstant

    /// A sensor for the supplies of this machine, or of the machine whose sysfs is given.
    ///
    /// - Parameters:
    ///   - roots: The places of sysfs, procfs and dev.
    ///   - maximumPower: The highest plausible power of a channel; nil for no limit.
    public init(roots: SystemRoots = .default, maximumPower: Watts? = nil) {
        self.init(roots: roots, maximumPower: maximumPower, now: { .now })
    }

    /// The same with clocks that a test controls.
    package init(roots: SystemRoots, maximumPower: Watts? = nil, now: @escaping @Sendable () -> SampleInstant) {
        self.roots = roots
        self.maximumPower = maximumPower
        self.now = now
    }

    /// `supply`.
    public var name: SensorName { .supply }

    /// A fingerprint of the supplies' names, and of whether batteries have started or stopped to discharge, which may
    /// change the headline figure. It reads no supply.
    public func discoveryFingerprint() -> Int? {
        var hasher = Hasher()
        hasher.combine(try? roots.sysfs.list(PowerSupply.classPath))
        hasher.combine(flows.changes)
        return hasher.finalize()
    }

    /// Finds the supplies and reads each file once. Whatever fails becomes a finding.
    public func discover() -> Discovery {
        var discovery = Discovery()
        let names = roots.sysfs.listClass(PowerSupply.classPath, of: "power supplies", findings: &discovery.findings)
        var supplies = names.map { PowerSupply(name: $0, in: roots.sysfs, findings: &discovery.findings) }
        let plugs = supplies.filter(\.isPlug)
        if !plugs.isEmpty, plugs.allSatisfy(\.isUnplugged) {
            for index in supplies.indices { supplies[index].dischargeIfUnknown() }
        }
        for index in supplies.indices where supplies[index].isAtZeroRate {
            let isFed = supplies.contains { $0.name != supplies[index].name && $0.isFeeding }
            if !isFed { supplies[index].distrustRate(&discovery.findings) }
        }
        for supply in supplies {
            discovery.channels += channels(of: supply)
            if supply.isPeripheral { discovery.findings.append(.peripheral(supply)) }
            if supply.isNegotiated, discovery.channels.contains(where: { $0.provenance == .nominal }) {
                discovery.findings.append(.negotiated(supply))
            }
            // If a battery may feed the machine but cannot be counted, the figure is unknown, rather than smaller.
            if supply.mayFeedHost {
                discovery.incompleteScopes = [.battery]
            } else if supply.isBattery, !supply.isPeripheral, !supply.feedsHost {
                discovery.findings.append(.undirected(supply))
                discovery.incompleteScopes = [.battery]
            }
            flows.recordDiscovery(of: supply)
        }
        let batteries = supplies.filter(\.feedsHost)
        let undecided = batteries.filter { $0.isPresent && $0.direction == .unknown }
        if !undecided.isEmpty {
            let known = Set(discovery.findings.map(\.subject))
            discovery.findings += undecided.filter { !known.contains("\($0.path)/status") }.map { .undecided($0) }
        } else if !batteries.isEmpty, batteries.allSatisfy({ $0.direction != .discharging }) {
            discovery.findings.append(.onMains)
        }
        if discovery.channels.isEmpty, discovery.findings.isEmpty { discovery.findings.append(.noSupplies) }
        return discovery
    }

    /// Opens each channel's files. A channel that cannot be opened reports why in its readings.
    public func open(_ channels: [Channel]) -> any SensorReader {
        PowerSupplyReader(channels, maximumPower: maximumPower, flows: flows, beneath: roots.sysfs, now: now)
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
        let isDerived = attribute.quantity == .power && supply.derivesPower
        let fallsBack = attribute == .discharge && supply.needsStore
        var channel = Channel(
            id: "\(SensorName.supply)/\(component.id)/\(attribute.rawValue)", sensor: .supply,
            mechanism: isDerived || fallsBack ? "derived" : "sysfs", quantity: attribute.quantity, encoding: .gauge,
            component: component)
        let file = isDerived ? "current_now" : attribute.file ?? "status"
        channel.path = "\(supply.path)/\(file)"
        channel.handle = ChannelHandle(
            SupplyHandle(
                supply: supply.name, attribute: attribute,
                file: attribute == .discharging || !supply.files.contains(file) ? nil : channel.path,
                voltageFile: isDerived ? "\(supply.path)/voltage_now" : nil, limit: supply.limit(of: attribute)))
        if fallsBack, let store = supply.flowFiles.stored { channel.path = store }
        if supply.isNegotiated, [.power, .voltage, .current].contains(attribute) { channel.provenance = .nominal }
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
