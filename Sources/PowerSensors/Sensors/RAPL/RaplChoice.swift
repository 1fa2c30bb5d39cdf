/// Chooses a mechanism for every domain out of what each of them found.
struct RaplChoice {
    /// What one mechanism found.
    struct Offer {
        let mechanism: RaplMechanism
        let discovery: Discovery
    }

    /// Best mechanism first.
    private let offers: [Offer]

    /// Whether mechanisms were asked for by name: then what is wrong with them is the user's concern.
    private let isForced: Bool

    /// The channel that is used, by its identity.
    private var chosen: [String: Channel] = [:]

    init(_ found: [Offer], isForced: Bool) {
        let offers = Self.ofOneShape(found)
        self.offers = offers
        self.isForced = isForced
        for id in Set(offers.flatMap { $0.discovery.channels.map(\.id) }) { chosen[id] = best(id) }
        // What is locked and nobody else shows may have nothing behind it: it is no part that is missing.
        let open = Set(chosen.values.filter { $0.component.domain == "package" && $0.status == .ok }.map(\.place))
        chosen = chosen.filter { _, channel in
            channel.status != .forbidden || channel.mechanism == RaplMechanism.powercap.name
                || !open.contains(channel.place)
        }
    }

    /// Leaves out packages as a whole where a better mechanism counts their dies, and the other way round: both together
    /// would count the same energy twice.
    private static func ofOneShape(_ offers: [Offer]) -> [Offer] {
        var shapes: [Int: (hasDies: Bool, mechanism: RaplMechanism)] = [:]
        for offer in offers {
            for channel in offer.discovery.channels where channel.status == .ok {
                guard channel.component.domain == "package", let socket = channel.component.socket else { continue }
                if shapes[socket] == nil { shapes[socket] = (channel.component.die != nil, offer.mechanism) }
            }
        }
        return offers.map { offer in
            var discovery = offer.discovery
            discovery.channels.removeAll { channel in
                guard channel.countsIn == .cpu, let shape = channel.component.socket.flatMap({ shapes[$0] }) else {
                    return false
                }
                return shape.mechanism != offer.mechanism && shape.hasDies != (channel.component.die != nil)
            }
            return Offer(mechanism: offer.mechanism, discovery: discovery)
        }
    }

    /// The whole of what is found, every domain once.
    var discovery: Discovery {
        var discovery = Discovery()
        discovery.channels = sorted(chosen.values.map(withinSet))
        let used = offers.filter { isUsed($0.mechanism) }
        discovery.components = used.flatMap(\.discovery.components)
        discovery.incompleteScopes = Set(used.flatMap(incompleteScopes))
        for offer in offers where !isBesidesThePoint(offer) {
            let findings = offer.discovery.findings.filter { !isSaidOfPowercap($0, of: offer) }
            discovery.findings += findings.map { weighed($0, of: offer) }
        }
        return discovery
    }

    /// The domains that several mechanisms can read, with a channel for each of them, the chosen one first.
    var doubled: [[Channel]] {
        discovery.channels.compactMap { channel in
            let others = candidates(channel.id).filter { other in
                other.mechanism != channel.mechanism && other.status == .ok && !isDoubtful(other)
            }
            return channel.status == .ok && !others.isEmpty ? [channel] + others : nil
        }
    }

    /// What a mechanism misses only matters to the figures that it makes.
    private func incompleteScopes(of offer: Offer) -> [Scope] {
        offer.discovery.incompleteScopes.filter { scope in
            chosen.values.contains { $0.mechanism == offer.mechanism.name && $0.countsIn == scope }
        }
    }

    // MARK: Channels

    private func candidates(_ id: String) -> [Channel] {
        offers.flatMap { offer in offer.discovery.channels.filter { $0.id == id } }
    }

    /// The best that works; else the one whose file says best what is in the way.
    private func best(_ id: String) -> Channel? {
        let candidates = candidates(id)
        let working = candidates.filter { $0.status == .ok }
        if let best = working.first(where: { !isDoubtful($0) }) ?? working.first { return best }
        let hopeful = candidates.filter { $0.status != .absent }
        return hopeful.first { $0.mechanism == RaplMechanism.powercap.name } ?? hopeful.first ?? candidates.first
    }

    /// Kernels before 6.13 read a die's event on whatever die of the package the reader runs (`__perf_event_read_cpu`
    /// in kernel/events/core.c), so where there are several a mechanism that goes to the die itself is better.
    private func isDoubtful(_ channel: Channel) -> Bool {
        channel.mechanism == RaplMechanism.perf.name && channel.component.die != nil
    }

    private func isUsed(_ mechanism: RaplMechanism) -> Bool {
        chosen.values.contains { $0.mechanism == mechanism.name }
    }

    /// The channel, without a parent that is no channel here.
    private func withinSet(_ channel: Channel) -> Channel {
        var channel = channel
        if let parent = channel.parent, chosen[parent] == nil { channel.parent = nil }
        if let twin = channel.mirrorOf, chosen[twin] == nil { channel.mirrorOf = nil }
        return channel
    }

    /// Packages by number with what they hold, then the platform, then the zones of other drivers.
    private func sorted(_ channels: [Channel]) -> [Channel] {
        let order = Dictionary(
            offers.flatMap(\.discovery.channels).enumerated().map { ($1.id, $0) }
        ) { first, _ in first }
        return channels.map { channel in
            let component = channel.component
            let isForeign = channel.path.map { $0.hasPrefix("class/") && !$0.contains("/intel-rapl") } ?? true
            let isPlatform = component.domain == "psys"
            let rank = ["package": 0, "core": 1, "uncore": 2, "dram": 3][component.domain ?? ""] ?? 4
            let key = [
                isForeign ? 2 : isPlatform ? 1 : 0, component.socket ?? (isPlatform ? -1 : .max), component.die ?? -1,
                component.core == nil ? rank : 5, component.core ?? -1, order[channel.id] ?? .max,
            ]
            return (key, channel)
        }
        .sorted { $0.0.lexicographicallyPrecedes($1.0) }
        .map(\.1)
    }

    // MARK: Findings

    /// Whether a mechanism would be no better than what works.
    private func isBesidesThePoint(_ offer: Offer) -> Bool {
        offer.mechanism == .msr && !isForced && works && !isUsed(offer.mechanism)
    }

    /// Whether a finding is that nothing is there, where powercap's says the same and more of it.
    private func isSaidOfPowercap(_ finding: Finding, of offer: Offer) -> Bool {
        // An error is that there is no PMU; a PMU that cannot be read is a warning.
        offer.mechanism == .perf && finding.reason == "absent" && finding.severity == .error && !works
            && offers.contains { $0.mechanism == .powercap }
    }

    /// A finding by how much it matters where other mechanisms work.
    private func weighed(_ finding: Finding, of offer: Offer) -> Finding {
        if isForced && offers.count == 1 || finding.severity == .info { return finding }
        let concerned = offer.discovery.channels.filter { $0.path == finding.subject }
        let isMended =
            concerned.isEmpty
            ? works && !isUsed(offer.mechanism)
            : concerned.allSatisfy { chosen[$0.id]?.status == .ok && chosen[$0.id]?.mechanism != $0.mechanism }
        // What only another mechanism would need is no failure of the sensor.
        let isAside = offer.mechanism != .powercap && finding.reason == "absent"
        guard isMended || isAside else {
            return finding.severity == .error && offer.mechanism != .powercap ? finding.with(.warning) : finding
        }
        return finding.with(.info)
    }

    /// Whether some package can be read.
    private var works: Bool { chosen.values.contains { $0.component.domain == "package" && $0.status == .ok } }
}

extension Channel {
    /// The package it is in; psys of the first has no number.
    fileprivate var place: Int { component.socket ?? 0 }
}

extension Finding {
    /// The same finding of another severity.
    fileprivate func with(_ severity: Severity) -> Finding {
        Finding(severity: severity, subject: subject, reason: reason, text: text, remedy: remedy)
    }
}
