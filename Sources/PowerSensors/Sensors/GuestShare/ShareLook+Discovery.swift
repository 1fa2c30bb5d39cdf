extension ShareLook {
    /// The channels of what lies in the folder, and what is to be said of it.
    func discovery(_ correction: GuestShareSensor.Correction?, _ maximumPower: Watts) -> Discovery {
        var discovery = Discovery()
        switch content {
        case .record(let record) where !record.entries.isEmpty:
            discovery.channels = record.entries.filter { !$0.domain.description.isEmpty }.map {
                channel(of: $0, in: record)
            }
        case .tree(let tree):
            discovery.channels = tree.zones.map { channel(of: $0, tree, correction) }
            if tree.isNameless, correction == nil { discovery.findings.append(.uncorrected(place)) }
        case .unreadable(let status, let reason):
            discovery.channels = [awaited(status)]
            discovery.findings.append(.unreadableShare(place, status, reason))
        case .record, .nothing:
            discovery.channels = [awaited(.absent)]
            discovery.findings.append(.emptyShare(place))
        }
        let hasPackage = discovery.channels.contains { $0.component.domain == "package" }
        for index in discovery.channels.indices {
            if hasPackage, discovery.channels[index].component.domain == "dram" {
                discovery.channels[index].parent =
                    "\(SensorName.share)/\(RaplPlace(domain: "package", socket: 0).identity)"
            }
            discovery.channels[index].maximumPower = maximumPower
            discovery.channels[index].standstill = Standstill(of: place)
        }
        discovery.components += RaplPlace(domain: "package", socket: 0).holders
        if case .otherMajor(let major)? = refused { discovery.findings.append(.otherMajor(major, place)) }
        if case .blind(let option) = ShareCache(place.mount) { discovery.findings.append(.blind(place, option)) }
        if isWritable { discovery.findings.append(.writableShare(place)) }
        // A domain that comes twice is one too many.
        var seen: Set<String> = []
        discovery.channels = discovery.channels.filter { seen.insert($0.id).inserted }
        return discovery
    }

    // MARK: Channels

    private func channel(of entry: ShareRecord.Entry, in record: ShareRecord) -> Channel {
        var channel = shared(
            entry.domain.description, by: ShareMechanism.record,
            .counts(unit: .nanojoules(1), lastCount: .max))
        channel.origin = record.origin.provenance ?? .estimated
        channel.hops = Int(record.hops)
        channel.band = entry.band
        channel.path = "\(place.directory)/\(ShareRecord.fileName)"
        channel.sourceName = entry.domain.description
        channel.refreshInterval = .nanoseconds(SharePeriod.nanoseconds(record.period))
        channel.tellsInstants = true
        channel.status = entry.status
        return channel
    }

    private func channel(
        of zone: ShareTree.Zone, _ tree: ShareTree, _ correction: GuestShareSensor.Correction?
    ) -> Channel {
        // The host's range is that of its own registers, and says nothing of a sum.
        var channel = shared(
            zone.domain, by: ShareMechanism.tree,
            .counts(unit: .microjoules(correction?.factor ?? 1), lastCount: .max))
        channel.path = "\(place.directory)/\(zone.path)"
        channel.sourceName = place.directory
        channel.refreshInterval = .nanoseconds(SharePeriod.usual)
        channel.tellsInstants = true
        channel.status = zone.status
        return channel
    }

    /// Stands for what the share will hold, or does not let us read.
    private func awaited(_ status: ReadingStatus) -> Channel {
        var channel = shared("package", by: ShareMechanism.tree, .counts(unit: .microjoules(1), lastCount: .max))
        // Nobody knows yet of what it will tell.
        channel.countsIn = nil
        channel.sourceName = place.directory
        channel.refreshInterval = .nanoseconds(SharePeriod.usual)
        channel.tellsInstants = true
        channel.status = status
        return channel
    }

    private func shared(_ domain: String, by mechanism: String, _ encoding: CounterEncoding) -> Channel {
        let rapl = RaplPlace(domain: domain, socket: 0)
        let (identity, component, scope): (String, Component, Scope?) =
            switch domain {
            case "package", "dram": (rapl.identity, rapl.component, .cpu)
            case "host": ("host", .host, .wall)
            default: (domain.asIdentifier, Component(id: "share/\(domain.asIdentifier)", kind: .domain), nil)
            }
        var channel = Channel(
            id: "\(SensorName.share)/\(identity)", sensor: .share, mechanism: mechanism, quantity: .energy,
            encoding: .counter(encoding), component: component)
        channel.provenance = .shared
        // Whoever writes a tree in RAPL's form has read RAPL, as far as is known.
        channel.origin = .measured
        channel.countsIn = scope
        channel.isKnownToCount = true
        return channel
    }
}

extension ShareRecord.Entry {
    /// How far the truth may lie from the sum; nil where the sum is exact, or nothing was counted yet.
    fileprivate var band: RelativeBand? {
        guard energy > 0, low != energy || high != energy else { return nil }
        // Differences, as the sums are modulo 2⁶⁴.
        let (below, above) = (Double(energy &- low), Double(high &- energy))
        let sum = Double(energy)
        return RelativeBand(low: 1 - below / sum, high: 1 + above / sum)
    }
}
