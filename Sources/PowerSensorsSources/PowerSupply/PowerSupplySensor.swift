public import PowerSensorsCore

/// Batteries, mains adapters, USB-C ports and uninterruptible supplies.
///
/// Power is a magnitude, since drivers disagree about its sign; `discharging` shows the direction. While batteries
/// discharge, their power is the host figure of scope `battery`. A battery may show no power, or one that what it stores
/// contradicts. Its power is then derived from how fast its stored energy or charge falls, as soon as that has fallen in four
/// steps over half a minute. On mains that figure has no value, since batteries then do not show the machine's power. Supplies
/// update their values every 1 to 30 s, and are read at most once a second.
public struct PowerSupplySensor: Sensor {
    private let roots: SystemRoots
    private let maximumPower: Watts?
    private let ignored: IgnoredChannels
    /// What each supply does at the moment, which all readers of this sensor record, and discoveries compare.
    private let flows = SupplyFlows()
    private let now: @Sendable () -> SampleInstant

    /// A sensor for the supplies of this machine, or of the machine whose sysfs is given.
    ///
    /// - Parameters:
    ///   - roots: The places of sysfs, procfs and dev.
    ///   - maximumPower: The highest plausible power of a channel. Nil for no limit on what is shown; the energy that is assumed
    ///     for a gap is then limited by 1 kW.
    public init(roots: SystemRoots = .default, maximumPower: Watts? = nil) {
        self.init(roots: roots, maximumPower: maximumPower, now: { .now })
    }

    /// The same without ignored supplies. A test also sets the clocks.
    package init(
        roots: SystemRoots, maximumPower: Watts? = nil, ignored: IgnoredChannels = IgnoredChannels(),
        now: @escaping @Sendable () -> SampleInstant
    ) {
        self.roots = roots
        self.maximumPower = maximumPower
        self.ignored = ignored
        self.now = now
    }

    /// `supply`.
    public var name: SensorName { .supply }

    /// A fingerprint of the supplies' names, and of whether batteries have started or stopped discharging, which may
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
        let ignoredSupplies = names.compactMap { recordIfIgnored($0, &discovery) }
        var supplies = names.filter { name in !ignoredSupplies.contains { $0.name == name } }
            .map { PowerSupply(name: $0, in: roots.sysfs, findings: &discovery.findings) }
        for index in supplies.indices { supplies[index].read(in: roots.sysfs, findings: &discovery.findings) }
        let hasUnreadPlug = ignoredSupplies.contains(where: \.isPlug)
        compare(&supplies, hasUnreadPlug: hasUnreadPlug, &discovery.findings)
        let files = supplies.filter { !$0.isPeripheral }.map { ($0.name, $0.flowFiles) }
        for supply in supplies {
            add(supply, among: Dictionary(files) { first, _ in first }, to: &discovery)
        }
        flows.recordDiscovery(of: supplies, hasUnreadPlug: hasUnreadPlug)
        let hasFigure = discovery.channels.contains { $0.countsIn == .battery }
        if hasFigure, ignoredSupplies.contains(where: \.mayBeBatteryOfHost) {
            discovery.incompleteScopes = [.battery]
            discovery.findings.append(.incompleteBattery)
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

    /// The supply of a name if it is left out, which becomes a finding; nil if it is not.
    private func recordIfIgnored(_ name: String, _ discovery: inout Discovery) -> PowerSupply? {
        let device = self.device(of: name)
        let used = ignored.names(ofChip: name, device: device) + ignored.names(ofComponent: name.asIdentifier, .supply)
        if used.isEmpty { return nil }
        discovery.ignoredNames.formUnion(used)
        // What cannot be read of it does not matter.
        var unused: [Finding] = []
        let supply = PowerSupply(name: name, in: roots.sysfs, findings: &unused)
        discovery.findings.append(.ignored(supply))
        return supply
    }

    /// Completes what only the other supplies show: the direction of a battery, and whether a power of 0 is true.
    private func compare(_ supplies: inout [PowerSupply], hasUnreadPlug: Bool, _ findings: inout [Finding]) {
        let plugs = supplies.filter(\.isPlug)
        if !hasUnreadPlug, !plugs.isEmpty, plugs.allSatisfy(\.flow.isUnplugged) {
            for index in supplies.indices { supplies[index].dischargeIfUnknown() }
        }
        for index in supplies.indices where supplies[index].isAtZeroRate {
            let isFed = supplies.contains {
                $0.name != supplies[index].name && !$0.isPeripheral && $0.flow.isSupplyingHost
            }
            if !isFed { supplies[index].distrustRate(&findings) }
        }
    }

    /// Adds a supply's channels and findings.
    ///
    /// - Parameter files: The files of all supplies except peripherals.
    private func add(
        _ supply: PowerSupply, among files: [String: SupplyFiles<String>], to discovery: inout Discovery
    ) {
        let channels = channels(of: supply, among: files)
        discovery.channels += channels
        if supply.isPeripheral { discovery.findings.append(.peripheral(supply)) }
        if channels.contains(where: { $0.provenance == .nominal }) { discovery.findings.append(.negotiated(supply)) }
        // If a battery may feed the machine but cannot be counted, the figure is unknown, rather than smaller.
        if supply.mayBeBatteryOfHost, !supply.feedsHost {
            if !supply.isHostUncertain { discovery.findings.append(.undirected(supply)) }
            discovery.incompleteScopes = [.battery]
        }
    }

    /// Opens each channel's files. A channel that cannot be opened reports why in its readings.
    public func open(_ channels: [Channel]) -> any SensorReader {
        PowerSupplyReader(channels, maximumPower: maximumPower, flows: flows, beneath: roots.sysfs, now: now)
    }

    // MARK: Channels

    private func channels(of supply: PowerSupply, among files: [String: SupplyFiles<String>]) -> [Channel] {
        var component = Component(id: supply.name.asIdentifier, kind: .supply)
        component.supply = supply.name
        component.supplyType = supply.type
        component.device = device(of: supply.name)
        return supply.statuses.map { attribute, status in
            channel(of: attribute, status, supply, among: files, component)
        }
    }

    /// The path of a supply's device beneath `devices`; nil if it has none.
    private func device(of supply: String) -> String? {
        (try? roots.sysfs.resolve("\(PowerSupply.classPath)/\(supply)/device")).flatMap { path in
            path.hasPrefix("devices/") ? String(path.dropFirst("devices/".count)) : nil
        }
    }

    private func channel(
        of attribute: SupplyAttribute, _ status: ReadingStatus, _ supply: PowerSupply,
        among files: [String: SupplyFiles<String>], _ component: Component
    ) -> Channel {
        let isDerived = attribute.quantity == .power && supply.derivesPower
        let usesStore = attribute == .dischargePower && supply.needsStore
        var channel = Channel(
            id: "\(SensorName.supply)/\(component.id)/\(attribute.rawValue)", sensor: .supply,
            mechanism: isDerived || usesStore ? "derived" : "sysfs", quantity: attribute.quantity, encoding: .gauge,
            component: component)
        let file = isDerived ? "current_now" : attribute.file ?? "status"
        channel.path = "\(supply.path)/\(file)"
        channel.handle = ChannelHandle(
            SupplyHandle(
                supply: supply.name, attribute: attribute,
                file: attribute == .discharging || !supply.files.contains(file) ? nil : channel.path,
                voltageFile: isDerived ? "\(supply.path)/voltage_now" : nil, limit: supply.limit(of: attribute),
                files: files[supply.name] ?? SupplyFiles(),
                others: supply.feedsHost ? files.filter { $0.key != supply.name } : [:]))
        if usesStore, let store = supply.flowFiles.stored { channel.path = store }
        if supply.isNegotiated, [.power, .voltage, .current].contains(attribute) { channel.provenance = .nominal }
        channel.status = status
        channel.maximumPower = maximumPower ?? Watts(1000)
        // Reading a slow supply takes at most 5 % of the time.
        channel.readingInterval = min(max(.seconds(1), supply.readingTime.total * 20), .seconds(30))
        channel.readCost = supply.readingTime.cost(ofOneOf: supply.statuses.count)
        if attribute == .dischargePower {
            channel.countsIn = .battery
            channel.isIntermittent = true
        }
        return channel
    }
}
