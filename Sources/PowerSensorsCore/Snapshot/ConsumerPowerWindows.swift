/// The mean powers of consumers, and of what no consumer was given, over the interval between two snapshots.
///
/// Each is a part of the divided figure's power: the part that it was given of the energy that was divided meanwhile.
/// The figure's power is its energy over the time in which its sources counted that energy, so a consumer's power has
/// the same time, however late samples and scans are and however rarely a source updates its counter; and the powers of
/// a kind's consumers and unattributed entries add up to the figure's.
struct ConsumerPowerWindows {
    /// Energy that no consumer of a kind was given.
    private struct Rest: Hashable {
        let kind: Consumer.Kind
        let reason: UnattributedSnapshot.Reason
    }

    /// What had been divided at one snapshot.
    private struct Division {
        /// All energy.
        let energy: EnergyParts
        /// The kinds of the listed consumers, by their ID.
        let consumers: [Int: Consumer.Kind]
        /// The energy that snapshots have shown of each consumer that is or was listed, by its ID.
        let shown: [Int: EnergyParts]
        /// That of all listed consumers of a kind.
        let given: [Consumer.Kind: EnergyParts]
        /// What was divided, but given to no listed consumer.
        let rest: [Rest: EnergyParts]
        /// The energies of listed processes' trees, by the processes' ID.
        let trees: [Int: (now: EnergyParts, whenListed: EnergyParts)]

        init(_ snapshot: AttributionSnapshot, _ seen: [Int: Seen]) {
            energy = snapshot.divided
            consumers = Dictionary(snapshot.consumers.map { ($0.id, $0.consumer.kind) }) { first, _ in first }
            shown = seen.mapValues(\.shown)
            given = snapshot.given
            let divided = snapshot.unattributed.filter { $0.reason != .unscanned }
            rest = Dictionary(divided.map { (Rest(kind: $0.kind, reason: $0.reason), $0.parts) }, uniquingKeysWith: +)
            var trees: [Int: (now: EnergyParts, whenListed: EnergyParts)] = [:]
            for one in snapshot.consumers { trees[one.id] = one.tree.map { ($0.parts, $0.partsWhenListed) } }
            self.trees = trees
        }

        /// What a consumer gained while it was listed, since an earlier division.
        func gain(of id: Int, since earlier: Division) -> EnergyParts {
            (shown[id] ?? .zero) - (earlier.shown[id] ?? .zero)
        }

        /// What consumers that this division does not list, but that were listed since an earlier one, gained meanwhile.
        func unlisted(since earlier: Division) -> [Consumer.Kind: EnergyParts] {
            var missing: [Consumer.Kind: EnergyParts] = [:]
            for (kind, parts) in given { missing[kind] = parts - (earlier.given[kind] ?? .zero) }
            for (id, kind) in consumers {
                missing[kind] = (missing[kind] ?? .zero) - gain(of: id, since: earlier)
            }
            return missing.filter { $0.value != .zero }
        }
    }

    /// The part that each was given of the energy divided in the interval. They add up to 1 for each kind.
    private struct Shares {
        var consumers: [Int: (kind: Consumer.Kind, share: Double)] = [:]
        var rest: [Rest: Double] = [:]
        /// Those of trees, which contain each other.
        var trees: [Int: Double] = [:]
    }

    /// What this subscriber has seen of a consumer that is or was listed, and has not ended.
    private struct Seen {
        /// Its energy in the latest snapshot that listed it.
        var energy = EnergyParts.zero
        /// The part of its energy that no snapshot showed before it was folded, and that therefore is in ``ended``.
        var missed = EnergyParts.zero
        /// What that snapshot showed.
        var shown: EnergyParts { energy - missed }
    }

    /// What had been divided at the previous snapshot.
    private var previous: Division?
    /// The consumers, by their ID.
    private var seen: [Int: Seen] = [:]
    /// What had been divided at the start of the interval of the next powers; earlier than ``previous`` if the powers
    /// were unknown in between.
    private var start: Division?
    /// Nil while the shares are unknown.
    private var shares: Shares?
    /// The energy of consumers that have ended or are no longer listed, as far as no snapshot showed it.
    private var ended: [Consumer.Kind: EnergyParts] = [:]

    /// Fills in the powers since the previous snapshot.
    ///
    /// If nothing was divided since then, because the source has counted nothing or there was no scan, each consumer
    /// keeps its part of the power.
    ///
    /// - Parameters:
    ///   - attributed: The energy attributed so far, without powers, which depend on a subscriber's interval.
    ///   - power: The power of the divided figure. While it is nil, the powers of consumers are unknown too; afterwards
    ///     they are means that include the gap, so that there is neither a dip nor a spike.
    mutating func advance(_ attributed: AttributionSnapshot, power: Watts?) -> AttributionSnapshot {
        var result = attributed
        let now = countEnded(attributed)
        for index in result.consumers.indices {
            if let missed = seen[result.consumers[index].id]?.missed { result.consumers[index].subtract(missed) }
        }
        let whole = attributed.isCurrent ? power : nil
        if whole == nil { shares = nil }
        if let start, whole != nil, now.energy.sum > start.energy.sum {
            shares = Self.shares(now, since: start)
            self.start = now
        }
        if start == nil { start = now }
        moveUnlisted(now)
        for index in result.consumers.indices {
            let share = shares?.consumers[result.consumers[index].id]?.share
            let tree = shares?.trees[result.consumers[index].id]
            result.consumers[index].tree?.power = tree.flatMap { tree in whole.map { $0 * tree } }
            result.consumers[index].set(power: share.flatMap { share in whole.map { $0 * share } }, attributed.band)
        }
        result.unattributed += endedEntries()
        for index in result.unattributed.indices {
            result.unattributed[index].power = self.power(of: result.unattributed[index], power)
        }
        return result
    }

    /// Counts the energy of consumers that have ended or are no longer listed, and returns what has been divided.
    private mutating func countEnded(_ snapshot: AttributionSnapshot) -> Division {
        var missing: [Consumer.Kind: EnergyParts] = [:]
        for (kind, parts) in snapshot.given { missing[kind] = parts - (previous?.given[kind] ?? .zero) }
        var kept: [Int: Seen] = [:]
        for id in snapshot.foldedIDs { kept[id] = seen[id] }
        for one in snapshot.consumers {
            var state = seen[one.id] ?? Seen()
            if let previous, previous.consumers[one.id] == nil {
                // It is listed for the first time, or again. What it was given before that is not of this interval.
                state.missed += one.partsWhenListed - state.energy
                state.energy = one.partsWhenListed
            }
            let kind = one.consumer.kind
            missing[kind] = (missing[kind] ?? .zero) - (one.parts - state.energy)
            state.energy = one.parts
            kept[one.id] = state
        }
        if previous != nil {
            for (kind, parts) in missing where parts != .zero { ended[kind, default: .zero] += parts }
        }
        let now = Division(snapshot, kept)
        (previous, seen) = (now, kept)
        return now
    }

    private static func shares(_ now: Division, since start: Division) -> Shares {
        let divided = Double(now.energy.sum - start.energy.sum)
        var shares = Shares()
        for (id, kind) in now.consumers {
            shares.consumers[id] = (kind, Double(now.gain(of: id, since: start).sum) / divided)
        }
        for (id, tree) in now.trees {
            shares.trees[id] = Double((tree.now - (start.trees[id]?.now ?? tree.whenListed)).sum) / divided
        }
        for (rest, parts) in now.rest {
            shares.rest[rest] = Double((parts - (start.rest[rest] ?? .zero)).sum) / divided
        }
        for (kind, parts) in now.unlisted(since: start) {
            shares.rest[Rest(kind: kind, reason: .ended)] = Double(parts.sum) / divided
        }
        return shares
    }

    /// Moves the shares of consumers that are no longer listed to those that ended.
    private mutating func moveUnlisted(_ now: Division) {
        for (id, one) in shares?.consumers ?? [:] where now.consumers[id] == nil {
            shares?.consumers[id] = nil
            shares?.rest[Rest(kind: one.kind, reason: .ended), default: 0] += one.share
        }
    }

    private func endedEntries() -> [UnattributedSnapshot] {
        let sharing = (shares?.rest.keys).map { $0.filter { $0.reason == .ended }.map(\.kind) } ?? []
        return Set(ended.keys).union(sharing).sorted { $0.name < $1.name }
            .map { UnattributedSnapshot(kind: $0, reason: .ended, parts: ended[$0] ?? .zero) }
    }

    /// - Parameter whole: The power of the divided figure.
    private func power(of entry: UnattributedSnapshot, _ whole: Watts?) -> Watts? {
        guard let whole else { return nil }
        guard let shares else { return entry.reason == .unscanned ? whole : nil }
        return whole * (shares.rest[Rest(kind: entry.kind, reason: entry.reason)] ?? 0)
    }
}

extension ConsumerSnapshot {
    /// Fills in the power, and the error band of power and energy.
    fileprivate mutating func set(power: Watts?, _ band: RelativeBand?) {
        self.power = power
        guard let band else { return }
        (lowEnergy, highEnergy) = (energy * band.low, energy * band.high)
        (low, high) = (power.map { $0 * band.low }, power.map { $0 * band.high })
    }
}
