import PowerSensorsCore

/// Chooses a mechanism for every domain from what each mechanism found.
struct RAPLSelection {
    /// What one mechanism found.
    typealias Offer = (mechanism: RAPLMechanism, found: MechanismDiscovery)

    /// What every mechanism found, the best mechanism first.
    private let offers: [Offer]

    /// Whether the user named the mechanisms, and so wants to know what is wrong with them.
    private let isForced: Bool

    /// The channels of all mechanisms by ID, the best mechanism's first.
    private let candidates: [String: [Channel]]

    /// The channels in use, by ID.
    private var chosen: [String: Channel] = [:]

    init(_ found: [Offer], isForced: Bool) {
        let offers = Self.withUniformDies(found)
        self.offers = offers
        self.isForced = isForced
        candidates = Dictionary(grouping: offers.flatMap(\.found.channels), by: \.id)
        chosen = candidates.compactMapValues(Self.best)
        // perf and MSR may list a domain that has no register. So if a channel is forbidden and no other mechanism
        // shows it, it is left out instead of being reported as a missing part.
        let readable = Set(chosen.values.filter { $0.component.domain == "package" && $0.status == .ok }.map(\.package))
        chosen = chosen.filter { _, channel in
            channel.status != .forbidden || channel.mechanism == RAPLMechanism.powercap.name
                || !readable.contains(channel.package)
        }
    }

    /// Makes sure that a package is counted either as a whole or die by die, as the best mechanism does. If another
    /// mechanism counts it in the other way, its channels are left out, since together they would count the same energy
    /// twice.
    private static func withUniformDies(_ offers: [Offer]) -> [Offer] {
        let packages = offers.flatMap(\.found.channels).filter { $0.status == .ok && $0.component.domain == "package" }
        // The best mechanism's come first.
        let examples = Dictionary(packages.map { ($0.component.socket, $0) }) { first, _ in first }
        return offers.map { offer in
            var offer = offer
            offer.found.discovery.channels.removeAll { channel in
                guard channel.countsIn == .cpu, let socket = channel.component.socket, let example = examples[socket]
                else { return false }
                let hasSameShape = (example.component.die == nil) == (channel.component.die == nil)
                return example.mechanism != channel.mechanism && !hasSameShape
            }
            return offer
        }
    }

    /// The combined discovery, with every domain once.
    var found: MechanismDiscovery {
        var found = MechanismDiscovery()
        found.discovery.channels = sorted(chosen.values.map(withoutUnknownReferences))
        let used = offers.filter { isUsed($0.mechanism) }
        found.discovery.components = used.flatMap(\.found.components)
        found.discovery.incompleteScopes = Set(used.flatMap(incompleteScopes))
        for offer in offers where !isIrrelevant(offer) {
            found.discovery.findings += offer.found.discovery.findings.map { weighed($0, of: offer) }
            for obstacle in offer.found.obstacles where !isCoveredByPowercap(obstacle, of: offer) {
                found.add(obstacle.kind, weighed(obstacle.finding, of: offer))
            }
        }
        return found
    }

    /// For each domain that several mechanisms can read, a channel of every mechanism, the chosen one first.
    var alternatives: [[Channel]] {
        found.channels.compactMap { channel in
            let others = candidates[channel.id, default: []].filter { other in
                other.mechanism != channel.mechanism && other.status == .ok && !Self.isDoubtful(other)
            }
            return channel.status == .ok && !others.isEmpty ? [channel] + others : nil
        }
    }

    /// The scopes that lack a part because of a mechanism: only those that the mechanism contributes to.
    private func incompleteScopes(of offer: Offer) -> [Scope] {
        offer.found.incompleteScopes.filter { scope in
            chosen.values.contains { $0.mechanism == offer.mechanism.name && $0.countsIn == scope }
        }
    }

    // MARK: Channels

    /// The channel of the best mechanism that works; if none works, the one whose file is the most helpful in a
    /// finding.
    private static func best(_ candidates: [Channel]) -> Channel? {
        let working = candidates.filter { $0.status == .ok }
        if let best = working.first(where: { !isDoubtful($0) }) ?? working.first { return best }
        let present = candidates.filter { $0.status != .absent }
        return present.first { $0.mechanism == RAPLMechanism.powercap.name } ?? present.first ?? candidates.first
    }

    /// Whether a channel may show another die's counter: perf's do, for packages with several dies.
    ///
    /// Kernels before 6.13 read a die's event on whichever die of the package the reader happens to run
    /// (`__perf_event_read_cpu` in kernel/events/core.c), so a mechanism that reads on the die itself is better.
    private static func isDoubtful(_ channel: Channel) -> Bool {
        channel.mechanism == RAPLMechanism.perf.name && channel.component.die != nil
    }

    private func isUsed(_ mechanism: RAPLMechanism) -> Bool {
        chosen.values.contains { $0.mechanism == mechanism.name }
    }

    /// The channel without references to channels that are not chosen.
    private func withoutUnknownReferences(_ channel: Channel) -> Channel {
        var channel = channel
        if let parent = channel.parent, chosen[parent] == nil { channel.parent = nil }
        if let twin = channel.mirrorOf, chosen[twin] == nil { channel.mirrorOf = nil }
        return channel
    }

    private func sorted(_ channels: [Channel]) -> [Channel] {
        let order = Dictionary(
            offers.flatMap(\.found.channels).enumerated().map { ($1.id, $0) }
        ) { first, _ in first }
        return channels.map { (key: $0.raplSortKey + [order[$0.id] ?? .max], channel: $0) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map(\.channel)
    }

    // MARK: Findings

    /// Whether a mechanism's problems need no finding: those of MSR do not if another mechanism works.
    private func isIrrelevant(_ offer: Offer) -> Bool {
        offer.mechanism == .msr && !isForced && works && !isUsed(offer.mechanism)
    }

    /// Whether an obstacle of perf need not be reported, because perf is missing entirely and powercap, which does not
    /// work either, reports the reason in more detail.
    private func isCoveredByPowercap(_ obstacle: Obstacle, of offer: Offer) -> Bool {
        // An error means that there is no PMU. One that exists but cannot be used is a warning, and is reported.
        offer.mechanism == .perf && [.noDriver, .otherTree].contains(obstacle.kind)
            && obstacle.finding.severity == .error && !works && offers.contains { $0.mechanism == .powercap }
    }

    /// A finding of a mechanism, less severe if other mechanisms make up for the problem.
    private func weighed(_ finding: Finding, of offer: Offer) -> Finding {
        if (isForced && offers.count == 1) || finding.severity == .info { return finding }
        let affected = offer.found.channels.filter { $0.path == finding.subject }
        let isCompensated =
            affected.isEmpty
            ? works && !isUsed(offer.mechanism)
            : affected.allSatisfy { chosen[$0.id]?.status == .ok && chosen[$0.id]?.mechanism != $0.mechanism }
        // If only another mechanism needs something that is missing, the sensor has not failed.
        let isOptional = offer.mechanism != .powercap && finding.reason == .absent
        guard isCompensated || isOptional else {
            return finding.severity == .error && offer.mechanism != .powercap ? finding.with(.warning) : finding
        }
        return finding.with(.info)
    }

    /// Whether a package can be read.
    private var works: Bool { chosen.values.contains { $0.component.domain == "package" && $0.status == .ok } }
}

extension Channel {
    /// The number of its package; psys of the first package has none.
    fileprivate var package: Int { component.socket ?? 0 }
}
