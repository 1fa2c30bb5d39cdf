/// The mean powers of consumers over the interval between two snapshots.
///
/// A consumer's power is a part of the divided figure's power: the part that the consumer was given of the energy that
/// was divided meanwhile. The figure's power is its energy over the time in which its sources counted that energy, so a
/// consumer's power has the same time, however late samples and scans are and however rarely a source updates its
/// counter; and the powers of a kind never add up to more than the figure's.
struct ConsumerPowerWindows {
    /// What had been divided at one snapshot.
    private struct Division {
        /// All energy.
        let energy: EnergyParts
        /// That of each listed consumer, by its ID.
        let consumers: [Int: EnergyParts]
        /// That of all listed consumers of a kind.
        let given: [Consumer.Kind: EnergyParts]

        init(_ snapshot: AttributionSnapshot) {
            energy = snapshot.divided
            consumers = Dictionary(snapshot.consumers.map { ($0.id, $0.parts) }) { first, _ in first }
            given = snapshot.given
        }
    }

    /// What this subscriber has seen of a consumer that is or was listed, and has not ended.
    private struct Seen {
        /// Its energy in the latest snapshot that listed it.
        var energy = EnergyParts.zero
        /// The part of its energy that no snapshot showed before it was folded, and that therefore is in ``ended``.
        var missed = EnergyParts.zero
    }

    /// What had been divided at the previous snapshot.
    private var previous: Division?
    /// The consumers, by their ID.
    private var seen: [Int: Seen] = [:]
    /// What had been divided at the start of the interval of the next powers; earlier than ``previous`` if the powers
    /// were unknown in between.
    private var start: Division?
    /// The part that each consumer was given of the energy divided in the interval, by its ID.
    private var shares: [Int: Double] = [:]
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
        let now = Division(attributed)
        countEnded(attributed, now)
        for index in result.consumers.indices {
            if let missed = seen[result.consumers[index].id]?.missed { result.consumers[index].subtract(missed) }
        }
        let whole = attributed.isCurrent ? power : nil
        if whole == nil { shares = [:] }
        if let start, whole != nil, now.energy.sum > start.energy.sum {
            measure(attributed.consumers, now, since: start)
            self.start = now
        }
        if start == nil { start = now }
        for index in result.consumers.indices {
            let power = shares[result.consumers[index].id].flatMap { share in whole.map { $0 * share } }
            result.consumers[index].power = power
            guard let band = attributed.band else { continue }
            let energy = result.consumers[index].energy
            (result.consumers[index].lowEnergy, result.consumers[index].highEnergy) = (
                energy * band.low, energy * band.high
            )
            (result.consumers[index].low, result.consumers[index].high) =
                (power.map { $0 * band.low }, power.map { $0 * band.high })
        }
        result.unattributed += ended.sorted { $0.key.name < $1.key.name }
            .map { UnattributedSnapshot(kind: $0.key, reason: .ended, parts: $0.value) }
        return result
    }

    /// Counts the energy of consumers that have ended or are no longer listed.
    private mutating func countEnded(_ snapshot: AttributionSnapshot, _ now: Division) {
        var missing: [Consumer.Kind: EnergyParts] = [:]
        for (kind, parts) in now.given { missing[kind] = parts - (previous?.given[kind] ?? .zero) }
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
        (previous, seen) = (now, kept)
    }

    private mutating func measure(_ consumers: [ConsumerSnapshot], _ now: Division, since start: Division) {
        let divided = Double(now.energy.sum - start.energy.sum)
        shares = [:]
        for one in consumers {
            shares[one.id] = Double((one.parts - (start.consumers[one.id] ?? one.partsWhenListed)).sum) / divided
        }
    }
}
