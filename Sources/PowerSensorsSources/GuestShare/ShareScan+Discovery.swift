import PowerSensorsCore
import PowerSensorsMachine

extension ShareScan {
    /// The channels for what the folder contains, and the findings about it.
    func discovery(_ correction: GuestShareSensor.Correction?, _ maximumPower: Watts) -> Discovery {
        var discovery = Discovery()
        switch content {
        case .record(let record) where !record.entries.isEmpty:
            discovery.channels = record.entries.filter { !$0.domain.description.isEmpty }.map {
                channel(of: $0, in: record)
            }
        case .tree(let tree):
            discovery.channels = tree.zones.map { channel(of: $0, correction) }
            if !tree.hasName, correction == nil { discovery.findings.append(.uncorrected(location)) }
        case .unreadable(let status, let reason):
            discovery.channels = [placeholder(status)]
            discovery.findings.append(.unreadableShare(location, status, reason))
        case .record, .nothing:
            discovery.channels = [placeholder(.absent)]
            discovery.findings.append(.emptyShare(location))
        }
        // A domain that occurs twice is counted once.
        discovery.channels = discovery.channels.unique(by: \.id)
        let package = DomainLocation(domain: "package", socket: 0)
        let hasPackage = discovery.channels.contains { $0.component.domain == "package" }
        for index in discovery.channels.indices {
            if hasPackage, discovery.channels[index].component.domain == "dram" {
                discovery.channels[index].parent = "\(SensorName.share)/\(package.identity)"
            }
            discovery.channels[index].carriesInstants = true
            discovery.channels[index].maximumPower = maximumPower
            discovery.channels[index].staleExplanation = StaleExplanation(of: location)
        }
        discovery.components += package.enclosingComponents
        if case .otherMajor(let major)? = recordError { discovery.findings.append(.otherMajor(major, location)) }
        if let option = location.mount?.hidingOption { discovery.findings.append(.cachedShare(location, option)) }
        if isWritable { discovery.findings.append(.writableShare(location)) }
        return discovery
    }

    // MARK: Channels

    private func channel(of entry: ShareRecord.Entry, in record: ShareRecord) -> Channel {
        var channel = shared(entry.domain.description, by: "record", .nanojoules(1))
        channel.origin = record.origin
        channel.hops = Int(record.hops)
        channel.band = entry.band
        channel.path = "\(location.directory)/\(ShareRecord.fileName)"
        channel.handle = ChannelHandle(ShareRecordHandle(directory: location.directory, domain: entry.domain))
        channel.refreshInterval = .nanoseconds(record.header.periodNanoseconds)
        channel.status = entry.status
        return channel
    }

    private func channel(of zone: ShareTree.Zone, _ correction: GuestShareSensor.Correction?) -> Channel {
        // A tree's file with the range shows that of the host's registers. The counter, which is a sum, does not wrap
        // there.
        var channel = shared(zone.domain, by: "tree", .microjoules(correction?.factor ?? 1))
        channel.path = "\(location.directory)/\(zone.path)"
        channel.handle = ChannelHandle(ShareTreeHandle(directory: location.directory, file: zone.path))
        channel.refreshInterval = .nanoseconds(ShareFile.defaultPeriodNanoseconds)
        channel.status = zone.status
        return channel
    }

    /// A channel for a share that is still empty or cannot be read, so that a reader keeps watching it.
    private func placeholder(_ status: ReadingStatus) -> Channel {
        let zone = ShareTree.Zone(domain: "package", path: ShareTree.defaultCounter, status: status)
        var channel = channel(of: zone, nil)
        // It is unknown what it will measure, and where.
        channel.countsIn = nil
        channel.path = nil
        return channel
    }

    private func shared(_ domain: String, by mechanism: String, _ unit: EnergyUnit) -> Channel {
        let rapl = DomainLocation(domain: domain, socket: 0)
        let (identity, component, scope): (String, Component, Scope?) =
            switch domain {
            case "package", "dram": (rapl.identity, rapl.component, .cpu)
            case "host": ("host", .host, .wall)
            default: (domain.asIdentifier, Component(id: "share/\(domain.asIdentifier)", kind: .domain), nil)
            }
        var channel = Channel(
            id: "\(SensorName.share)/\(identity)", sensor: .share, mechanism: mechanism, quantity: .energy,
            encoding: .counter(.counts(unit: unit, lastCount: .max)), component: component)
        channel.provenance = .shared
        // As far as is known, programs that write a tree in RAPL's form have read RAPL.
        channel.origin = .measured
        channel.countsIn = scope
        channel.isKnownToCount = true
        return channel
    }
}

extension ShareRecord.Entry {
    /// The band in which the true energy lies, relative to the sum; nil if the sum is exact or still 0.
    fileprivate var band: RelativeBand? {
        guard energy > 0, low != energy || high != energy else { return nil }
        // The sums are modulo 2⁶⁴, so only their wrapping differences are meaningful.
        let (below, above) = (Double(energy &- low), Double(high &- energy))
        let sum = Double(energy)
        return RelativeBand(low: 1 - below / sum, high: 1 + above / sum)
    }
}
