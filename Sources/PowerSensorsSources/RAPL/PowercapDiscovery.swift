package import PowerSensorsCore
package import PowerSensorsMachine

/// Discovers the channels of powercap's zones.
///
/// Zones are identified by their names, not by their numbers. Twins, which are zones of two drivers for one register,
/// are merged to one channel. Mirrors, which are dies that show the same register, are all listed, but counted once.
package struct PowercapDiscovery {
    private let sysfs: SystemRoot
    private let maximumPower: Watts?
    private let processor: ProcessorIdentity?
    private var zones: [String: PowercapZone] = [:]
    /// How many zones each zone contains, by its folder.
    private var childCounts: [String: Int] = [:]
    private var socketCount = 0
    private var result = MechanismDiscovery()

    package init(_ sysfs: SystemRoot, maximumPower: Watts?, processor: ProcessorIdentity? = nil) {
        self.sysfs = sysfs
        self.maximumPower = maximumPower
        self.processor = processor
    }

    /// Reads all zones.
    package consuming func discover() -> MechanismDiscovery {
        let tree = PowercapTree(in: sysfs)
        result.discovery.findings = tree.findings
        if tree.isHidden {
            result.add(.masked, .maskedZones)
            return result
        }
        if tree.zones.isEmpty {
            if let folder = tree.emptyFolder {
                result.add(.emptyFolder, .emptyFolder(folder))
            } else if result.findings.isEmpty {
                result.add(.noZones, .noZones)
            }
            return result
        }
        for folder in tree.zones { zones[folder.name] = PowercapZone(folder, in: sysfs, into: &result) }
        for zone in zones.values { if let parent = zone.parentFolder { childCounts[parent, default: 0] += 1 } }
        let domains = zones.values.compactMap { $0.name.map { DomainName($0) } }
        socketCount = Set(domains.filter { $0.name == "package" }.map(\.socket)).count
        // An unnamed zone of the registers' own driver may be a package, its memory or psys.
        if zones.values.contains(where: { $0.controlType == "intel-rapl" && $0.name == nil }) {
            result.discovery.incompleteScopes = [.cpu, .platform]
        }
        reportMissingParents()
        var channels = mergeTwins().map { (channel: channel($0.identity, $0.zone), order: $0.zone.order) }
            .map { (key: $0.channel.raplSortKey + $0.order, channel: $0.channel) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map(\.channel)
        markAbsent(&channels)
        let packages = channels.filter { $0.component.domain == "package" }
        result.discovery.components = Set(packages.compactMap(\.component.socket)).sorted().map {
            DomainLocation(domain: "package", socket: $0).component
        }
        result.discovery.channels = channels
        let suspects = channels.indices.filter { channels[$0].countsIn != nil }
        let paths = suspects.map { channels[$0].path ?? "" }
        result.discovery.markMirrors(among: suspects) { [sysfs] in Self.showTheSame(paths[$0], paths[$1], in: sysfs) }
        return result
    }

    /// Reports zones that are missing although their subzones exist. Such a zone may be a package, so the packages' sum
    /// is then unknown, rather than smaller.
    private mutating func reportMissingParents() {
        let parents = zones.values.compactMap { $0.controlType == "intel-rapl" ? $0.parentFolder : nil }
        for parent in Set(parents).sorted() where zones[parent] == nil {
            result.discovery.incompleteScopes.insert(.cpu)
            result.discovery.findings.append(.missingParent("\(PowercapTree.classPath)/\(parent)"))
        }
    }

    // MARK: Identity

    private func parent(of zone: PowercapZone) -> PowercapZone? { zone.parentFolder.flatMap { zones[$0] } }

    /// An identity such as `package-0/core`, made from the names of the zone and of those that contain it.
    private func identity(of zone: PowercapZone) -> String {
        let own = (zone.name ?? zone.folder).asIdentifier
        if let parent = parent(of: zone) { return "\(identity(of: parent))/\(own)" }
        return zone.isRAPL ? own : "\(zone.controlType.asIdentifier)/\(own)"
    }

    /// Chooses one zone for each identity, the one with the best ``PowercapZone/preference``.
    private mutating func mergeTwins() -> [(identity: String, zone: PowercapZone)] {
        let named = zones.values.filter { $0.name != nil || $0.firstNumber != nil }
        let byIdentity = Dictionary(grouping: named, by: identity).sorted { $0.key < $1.key }
        var chosen: [(identity: String, zone: PowercapZone)] = []
        for (identity, zones) in byIdentity {
            let zones = zones.sorted { $0.preference.lexicographicallyPrecedes($1.preference) }
            let best = zones[0]
            chosen.append((identity, best))
            for other in zones.dropFirst() {
                result.discovery.findings.append(.merged(other, into: best, identity))
                // Twins show the same register. But if one driver has two zones of the same name, these are different
                // registers, and one of them is not read.
                if other.controlType == best.controlType, let scope = location(of: other).domain.scope {
                    result.discovery.incompleteScopes.insert(scope)
                }
            }
        }
        return chosen
    }

    /// A zone's domain, and its package and die, which may be those of the zone that contains it.
    private func location(of zone: PowercapZone) -> (domain: DomainName, socket: Int?, die: Int?) {
        let domain = DomainName(zone.name ?? zone.folder)
        guard let parent = parent(of: zone) else { return (domain, domain.socket, domain.die) }
        let above = location(of: parent)
        return (domain, domain.socket ?? above.socket, domain.die ?? above.die)
    }

    // MARK: Channels

    private mutating func channel(_ identity: String, _ zone: PowercapZone) -> Channel {
        let (domain, socket, die) = location(of: zone)
        let parent = parent(of: zone)
        let parentID = parent.map { self.identity(of: $0) }
        let packageID = socket.flatMap { domain.name == "package" && die != nil ? "package-\($0)" : nil }
        var component = Component(
            id: identity,
            kind: domain.name == "package" ? (die == nil ? .socket : .die) : .domain,
            parent: parentID ?? packageID ?? Component.hostID
        )
        component.domain = domain.name
        component.socket = socket
        component.die = die

        var channel = Channel(
            id: "\(SensorName.rapl)/\(identity)", sensor: .rapl, mechanism: "powercap",
            quantity: zone.isPower ? .power : .energy, encoding: encoding(of: zone), component: component)
        channel.parent = parentID.map { "\(SensorName.rapl)/\($0)" }
        channel.path = zone.meterPath
        channel.handle = ChannelHandle(
            PowercapHandle(folder: zone.path, file: zone.meterFile, name: zone.name, isRAPL: zone.isRAPL))
        channel.readCost = zone.readCost
        channel.status = zone.status
        let impossible = domain.name == "psys" ? nil : processor?.impossiblePower
        channel.maximumPower = maximumPower ?? impossible ?? assumedMaximumPower(of: zone, domain)
        channel.hasKnownMaximum = maximumPower == nil && impossible != nil
        if isSingleCore(zone) { channel.label = "one core" }
        // Only Intel's and AMD's own registers are known to add up. Zones of other drivers count in no figure.
        if zone.isRAPL, !zone.isPower, let scope = domain.scope {
            // A channel inside a zone without a name changes its identity once that zone has a name. It would be taken
            // for a second channel, whose energy is counted twice.
            if zone.parentFolder == nil || parent?.name != nil {
                channel.countsIn = scope
            } else {
                result.discovery.incompleteScopes.insert(scope)
            }
        }
        return channel
    }

    private func encoding(of zone: PowercapZone) -> Channel.Encoding {
        if zone.isPower { return .gauge }
        let encoding = CounterEncoding.powercap(range: zone.range)
        // A number that the unit cannot show proves that the unit is not what the range suggests.
        if let range = zone.range, let number = zone.firstNumber, number <= range, !encoding.canShow(number) {
            return .counter(.microjoules(range: range))
        }
        return .counter(encoding)
    }

    /// Four times the largest power limit, since short peaks exceed limits, and at least 1 kW, for psys multiplied by
    /// the number of packages.
    private func assumedMaximumPower(of zone: PowercapZone, _ domain: DomainName) -> Watts {
        let floor = 1000 * Double(domain.name == "psys" ? max(socketCount, 1) : 1)
        return Watts(max(4 * (zone.largestConstraint?.rawValue ?? 0), floor))
    }

    /// Whether a zone is a single core's, as on AMD, where `core` is the register of one core (AMD PPR, MSR C001_029A).
    /// AMD's zones are recognized by having no power limits.
    private func isSingleCore(_ zone: PowercapZone) -> Bool {
        guard zone.name == "core", let parent = parent(of: zone) else { return false }
        return childCounts[parent.folder] == 1 && parent.largestConstraint == nil
    }

    // MARK: Counters that count nothing, or the same

    /// Reads the counters that were 0 once more, and marks as absent those that are still 0: they have no register.
    private mutating func markAbsent(_ channels: inout [Channel]) {
        let zeros = Set(zones.values.lazy.filter { $0.firstNumber == 0 }.map(\.meterPath))
        let suspects = channels.indices.filter { index in
            channels[index].status == .ok && channels[index].quantity == .energy
                && channels[index].path.map(zeros.contains) == true
        }
        if suspects.isEmpty { return }
        pause(.milliseconds(5))
        for index in suspects {
            guard let path = channels[index].path, (try? sysfs.number(path)) == 0 else { continue }
            channels[index].status = .absent
            result.discovery.findings.append(
                Finding(
                    severity: .info, subject: path, reason: .absent,
                    text: "The counter is 0 and stays 0, so there is most likely no register behind it."))
        }
    }

    /// Whether two files show the same counter; nil if one of them cannot be read.
    ///
    /// Each file is read twice, in turn. If they show one counter, a number of one file also appears in the other, even
    /// if the counter changes in between. Separate counters do not show this three times in a row.
    private static func showTheSame(_ one: String, _ other: String, in sysfs: SystemRoot) -> Bool? {
        for round in 0..<3 {
            if round > 0 { pause(.milliseconds(2)) }
            let numbers = [one, other, one, other].compactMap { try? sysfs.number($0) }
            guard numbers.count == 4 else { return nil }
            let common = Set([numbers[0], numbers[2]]).intersection([numbers[1], numbers[3]])
            if common.subtracting([0]).isEmpty { return false }
        }
        return true
    }
}

extension PowercapZone {
    /// By what twins are sorted, the best first: one that counts before one that only can be read, then `intel-rapl`
    /// before `intel-rapl-mmio`, the driver of memory-mapped registers, and then the zone with the lower numbers.
    fileprivate var preference: [Int] {
        let driver = ["intel-rapl": 0, "intel-rapl-mmio": 1][controlType] ?? 2
        return [status != .ok ? 2 : firstNumber == 0 ? 1 : 0, driver] + order
    }
}
