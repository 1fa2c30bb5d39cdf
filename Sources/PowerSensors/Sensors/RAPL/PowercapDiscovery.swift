/// Makes channels out of powercap's zones: named by their names, twins merged, mirrors counted once.
package struct PowercapDiscovery {
    private let sysfs: SystemRoot
    private let maximumPower: Watts?
    private var zones: [String: PowercapZone] = [:]
    /// How many zones each zone holds, by its folder.
    private var childCounts: [String: Int] = [:]
    private var socketCount = 0
    private var findings: [Finding] = []
    private var incompleteScopes: Set<Scope> = []

    package init(_ sysfs: SystemRoot, maximumPower: Watts?) {
        self.sysfs = sysfs
        self.maximumPower = maximumPower
    }

    /// Looks through `class/powercap`.
    package consuming func discover() -> Discovery {
        let folders: [String]
        do throws(AttributeError) {
            folders = try sysfs.list(PowercapZone.classPath).filter { $0.contains(":") }
        } catch {
            return Discovery(findings: [.noPowercap(error, in: sysfs)])
        }
        if folders.isEmpty { return Discovery(findings: [.noZones(in: sysfs)]) }
        if let masked = maskedFinding(folders) { return Discovery(findings: [masked]) }

        for folder in folders { zones[folder] = PowercapZone(folder: folder, in: sysfs, findings: &findings) }
        childCounts = Dictionary(zones.values.compactMap { $0.parentFolder.map { ($0, 1) } }, uniquingKeysWith: +)
        let domains = zones.values.compactMap { $0.name.map { RaplDomain($0) } }
        socketCount = Set(domains.filter { $0.name == "package" }.map(\.socket)).count
        // A zone of the registers' own driver that nobody can name may be a package, its memory or psys.
        if zones.values.contains(where: { $0.controlType == "intel-rapl" && $0.name == nil }) {
            incompleteScopes = [.cpu, .platform]
        }
        missOrphansParents()
        var channels = mergeTwins().map { channel($0.identity, $0.zone) }
        markAbsent(&channels)
        markMirrors(&channels)
        let packages = channels.filter { $0.component.domain == "package" }
        let sockets = Set(packages.compactMap(\.component.socket)).sorted().map { Component.socket($0) }
        return Discovery(
            channels: channels, components: sockets, findings: findings, incompleteScopes: incompleteScopes)
    }

    /// Where a zone's parts are there and it is not, a package may be missing: its sum is unknown, and not smaller.
    private mutating func missOrphansParents() {
        let parents = zones.values.compactMap { $0.controlType == "intel-rapl" ? $0.parentFolder : nil }
        for parent in Set(parents).sorted() where zones[parent] == nil {
            incompleteScopes.insert(.cpu)
            findings.append(.missingParent("\(PowercapZone.classPath)/\(parent)"))
        }
    }

    // MARK: Identity

    /// `package-0/core` for a zone, from its own name and those of the zones that hold it.
    private func identity(of zone: PowercapZone) -> String {
        let own = (zone.name ?? zone.folder).asIdentifier
        if let parent = zone.parentFolder.flatMap({ zones[$0] }) { return "\(identity(of: parent))/\(own)" }
        return zone.controlType.hasPrefix("intel-rapl") ? own : "\(zone.controlType.asIdentifier)/\(own)"
    }

    /// One zone an identity: the register by its first door that can be read, `intel-rapl` before its MMIO twin.
    private mutating func mergeTwins() -> [(identity: String, zone: PowercapZone)] {
        let named = zones.values.filter { $0.name != nil || $0.firstNumber != nil }
        let byIdentity = Dictionary(grouping: named, by: identity)
        var chosen: [(identity: String, zone: PowercapZone)] = []
        for (identity, zones) in byIdentity {
            let zones = zones.sorted { $0.preference.lexicographicallyPrecedes($1.preference) }
            let isAlive = { (zone: PowercapZone) in zone.status == .ok && zone.firstNumber != 0 }
            guard let best = zones.first(where: isAlive) ?? zones.first(where: { $0.status == .ok }) ?? zones.first
            else { continue }
            chosen.append((identity, best))
            for other in zones where other.folder != best.folder {
                findings.append(.merged(other, into: best, identity))
                // Twins show one register; two zones of one driver and one name are two, of which one is not read.
                if other.controlType == best.controlType, let scope = place(of: other).domain.scope {
                    incompleteScopes.insert(scope)
                }
            }
        }
        return chosen.map { (key: sortKey($0), entry: $0) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map(\.entry)
    }

    /// Packages by number with what they hold, then psys, then the rest.
    private func sortKey(_ entry: (identity: String, zone: PowercapZone)) -> [Int] {
        let (domain, socket, die) = place(of: entry.zone)
        let group = entry.zone.controlType.hasPrefix("intel-rapl") ? (domain.name == "psys" ? 1 : 0) : 2
        let rank = ["package": 0, "core": 1, "uncore": 2, "dram": 3][domain.name] ?? 4
        // The first psys has no number, nor has a zone whose package nobody names.
        return [group, socket ?? (group == 1 ? -1 : .max), die ?? -1, rank] + entry.zone.order
    }

    /// What a zone counts and in which package, which it may know from the zone that holds it.
    private func place(of zone: PowercapZone) -> (domain: RaplDomain, socket: Int?, die: Int?) {
        let domain = RaplDomain(zone.name ?? zone.folder)
        guard let parent = zone.parentFolder.flatMap({ zones[$0] }) else {
            return (domain, domain.socket, domain.die)
        }
        let above = place(of: parent)
        return (domain, domain.socket ?? above.socket, domain.die ?? above.die)
    }

    // MARK: Channels

    private mutating func channel(_ identity: String, _ zone: PowercapZone) -> Channel {
        let (domain, socket, die) = place(of: zone)
        var component = Component(
            id: identity,
            kind: domain.name == "package" ? (die == nil ? .socket : .die) : .domain,
            parent: parentComponent(identity, zone, domain, socket, die)
        )
        component.domain = domain.name
        component.socket = socket
        component.die = die

        let isPower = zone.meter == .power
        var channel = Channel(
            id: "\(SensorName.rapl)/\(identity)",
            sensor: .rapl,
            mechanism: "powercap",
            quantity: isPower ? .power : .energy,
            encoding: encoding(of: zone),
            component: component
        )
        channel.parent = zone.parentFolder.flatMap { zones[$0] }.map { "\(SensorName.rapl)/\(self.identity(of: $0))" }
        channel.path = zone.meterPath
        channel.sourceName = zone.name
        channel.readCost = zone.readCost
        channel.status = zone.status
        channel.maximumPower = maximumPower ?? assumedMaximumPower(of: zone, domain)
        if isSingleCore(zone) { channel.label = "one core" }
        // Only Intel's and AMD's own registers are known to add up; a zone of another driver stands for itself.
        let isRapl = zone.controlType.hasPrefix("intel-rapl")
        if isRapl, !isPower, let scope = domain.scope {
            // By what it is called then it may be a channel that has another identity once its holder has its name.
            if hasNamedHolder(zone) { channel.countsIn = scope } else { incompleteScopes.insert(scope) }
        }
        return channel
    }

    /// Whether the zone stands at the top, or in one whose name is known.
    private func hasNamedHolder(_ zone: PowercapZone) -> Bool {
        zone.parentFolder.map { zones[$0]?.name != nil } ?? true
    }

    private func parentComponent(
        _ identity: String,
        _ zone: PowercapZone,
        _ domain: RaplDomain,
        _ socket: Int?,
        _ die: Int?
    ) -> String {
        if let parent = zone.parentFolder.flatMap({ zones[$0] }) { return self.identity(of: parent) }
        if domain.name == "package", die != nil, let socket { return Component.socket(socket).id }
        return Component.hostID
    }

    private func encoding(of zone: PowercapZone) -> Channel.Encoding {
        guard case .energy(let range) = zone.meter else { return .gauge }
        let encoding = CounterEncoding.powercap(range: range)
        // A number that the unit cannot show proves that the unit is not what the range suggests.
        if let range, let number = zone.firstNumber, number <= range, !encoding.canShow(number) {
            return .counter(.microjoules(range: range))
        }
        return .counter(encoding)
    }

    /// Four times the largest limit, as limits are not peaks; never below 1 kW a package (design, section 3).
    private func assumedMaximumPower(of zone: PowercapZone, _ domain: RaplDomain) -> Watts {
        let floor = 1000 * Double(domain.name == "psys" ? max(socketCount, 1) : 1)
        return Watts(max(4 * (zone.largestConstraint?.rawValue ?? 0), floor))
    }

    /// AMD's `core` is the register of a single core (AMD PPR, MSR C001_029A), and AMD's zones have no limits.
    private func isSingleCore(_ zone: PowercapZone) -> Bool {
        guard zone.name == "core", let parent = zone.parentFolder.flatMap({ zones[$0] }) else { return false }
        return childCounts[parent.folder] == 1 && parent.largestConstraint == nil
    }

    // MARK: What counts nothing, or twice

    /// Reads once more what showed 0: a counter that stays there has no register behind it.
    private mutating func markAbsent(_ channels: inout [Channel]) {
        let suspects = channels.indices.filter { index in
            channels[index].status == .ok && channels[index].quantity == .energy
                && zones.values.contains { $0.meterPath == channels[index].path && $0.firstNumber == 0 }
        }
        if suspects.isEmpty { return }
        pause(.milliseconds(5))
        for index in suspects {
            guard let path = channels[index].path, (try? sysfs.number(path)) == 0 else { continue }
            channels[index].status = .absent
            findings.append(
                Finding(
                    severity: .info,
                    subject: path,
                    reason: "absent",
                    text: "The counter is 0 and stays there, so there is most likely no register behind it."
                )
            )
        }
    }

    /// Some processors show one package counter under each of their dies.
    private mutating func markMirrors(_ channels: inout [Channel]) {
        for index in channels.indices where channels[index].component.die != nil && channels[index].countsIn != nil {
            let candidates = channels[..<index].filter { other in
                other.component.socket == channels[index].component.socket && other.mirrorOf == nil
                    && other.component.domain == channels[index].component.domain && other.countsIn != nil
            }
            let answers = candidates.map { showTheSame($0, channels[index]) }
            guard let twin = zip(candidates, answers).first(where: { $1 == true })?.0 else {
                if let unknown = zip(candidates, answers).first(where: { $1 == nil })?.0 {
                    missMirror(channels[index], unknown)
                }
                continue
            }
            channels[index].mirrorOf = twin.id
            channels[index].countsIn = nil
            findings.append(
                Finding(
                    severity: .info,
                    subject: channels[index].path ?? channels[index].id,
                    reason: "mirrored",
                    text: "\(channels[index].id) shows the counter of \(twin.id), which is counted once."
                )
            )
        }
    }

    /// Until it is known whether two dies have one register, their sum may count it twice.
    private mutating func missMirror(_ channel: Channel, _ other: Channel) {
        if let scope = channel.countsIn { incompleteScopes.insert(scope) }
        findings.append(.mirrorUnknown(channel, other))
    }

    /// Three times in a row, one of two readings of each is the same number: counters of their own never do that.
    ///
    /// - Returns: Nil where a counter cannot be read, so that nobody knows.
    private func showTheSame(_ one: Channel, _ other: Channel) -> Bool? {
        guard let one = one.path, let other = other.path else { return nil }
        for round in 0..<3 {
            if round > 0 { pause(.milliseconds(2)) }
            var numbers: ([UInt64], [UInt64]) = ([], [])
            for _ in 0..<2 {
                guard let first = try? sysfs.number(one), let second = try? sysfs.number(other) else { return nil }
                numbers.0.append(first)
                numbers.1.append(second)
            }
            if first(numbers.0, sharedWith: numbers.1) == nil { return false }
        }
        return true
    }

    private func first(_ numbers: [UInt64], sharedWith others: [UInt64]) -> UInt64? {
        numbers.first { $0 != 0 && others.contains($0) }
    }

    /// Container runtimes lay an empty folder over the zones, which leaves the links of the class dangling.
    private func maskedFinding(_ folders: [String]) -> Finding? {
        guard folders.allSatisfy({ sysfs.isMissing("\(PowercapZone.classPath)/\($0)/.") }) else { return nil }
        return Finding(
            severity: .error,
            subject: "devices/virtual/powercap",
            reason: "masked",
            text: "The zones are listed but their folders are hidden, as container runtimes do.",
            remedy: "Mount the host's sysfs elsewhere and name it: -v /sys:/host/sys:ro … --sysfs /host/sys"
        )
    }
}

extension PowercapZone {
    /// The lower, the better: the register's own driver before the memory-mapped twin, then the lower number.
    fileprivate var preference: [Int] {
        [["intel-rapl": 0, "intel-rapl-mmio": 1][controlType] ?? 2] + order
    }
}

extension Component {
    /// A processor package.
    fileprivate static func socket(_ number: Int) -> Component {
        var component = Component(id: "package-\(number)", kind: .socket)
        component.socket = number
        component.domain = "package"
        return component
    }
}

extension String {
    /// The text with everything replaced that would make a path or a line of it.
    package var asIdentifier: String {
        String(map { ($0.isLetter || $0.isNumber || "-_.:+".contains($0)) && $0.isASCII ? $0 : "_" })
    }
}
