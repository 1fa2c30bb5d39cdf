/// How the energy was divided so far, before anybody's interval is laid over it.
struct Attributed {
    let snapshot: AttributionSnapshot
    let band: RelativeBand?
}

/// The span over which consumers' powers are means: from the last look before one snapshot to the last before the next.
struct ConsumerWindows {
    private var instant: SampleInstant?
    private var energies: [Int: EnergyParts] = [:]
    private var powers: [Int: Watts] = [:]
    private var given: [Consumer.Kind: EnergyParts] = [:]
    private var ended: [Consumer.Kind: EnergyParts] = [:]
    /// Since when the powers' interval goes on; later than ``instant`` where the host's power was unknown meanwhile.
    private var powersSince: SampleInstant?
    private var energiesThen: [Int: EnergyParts] = [:]

    /// Fills in the powers since the snapshot before. Without a new look they are the same as then.
    ///
    /// - Parameters:
    ///   - attributed: How the energy was divided so far.
    ///   - isKnown: Whether the power that is divided is known. While it is not, no consumer's is; afterwards a power is the
    ///     mean over the gap too, and neither a dip nor a spike.
    mutating func advance(_ attributed: Attributed, isKnown: Bool) -> AttributionSnapshot {
        var result = attributed.snapshot
        if instant != result.instant { count(result) }
        if !isKnown {
            powers = [:]
            if powersSince == nil { beginPowers(at: result) }
        } else if powersSince != result.instant {
            measure(result)
        }
        for index in result.consumers.indices {
            guard let power = powers[result.consumers[index].id] else { continue }
            result.consumers[index].power = power
            if let band = attributed.band {
                result.consumers[index].low = power * band.low
                result.consumers[index].high = power * band.high
            }
        }
        for (kind, parts) in ended.sorted(by: { $0.key.name < $1.key.name }) {
            result.unattributed.append(
                UnattributedSnapshot(kind: kind, reason: .ended, energy: parts.joules, parts: parts))
        }
        return result
    }

    /// Counts what was given to those that are gone.
    private mutating func count(_ snapshot: AttributionSnapshot) {
        if instant != nil {
            var missing: [Consumer.Kind: EnergyParts] = [:]
            for (kind, parts) in snapshot.given { missing[kind] = parts - (given[kind] ?? .zero) }
            for one in snapshot.consumers {
                // Who was not there then had been given nothing.
                let kind = one.consumer.kind
                missing[kind] = (missing[kind] ?? .zero) - (one.parts - (energies[one.id] ?? .zero))
            }
            for (kind, parts) in missing where parts != .zero { ended[kind, default: .zero] += parts }
        }
        energies = Dictionary(snapshot.consumers.map { ($0.id, $0.parts) }) { first, _ in first }
        (given, instant) = (snapshot.given, snapshot.instant)
    }

    private mutating func measure(_ snapshot: AttributionSnapshot) {
        let time = powersSince.map { snapshot.instant.monotonicNanoseconds - $0.monotonicNanoseconds } ?? 0
        var next: [Int: Watts] = [:]
        for one in snapshot.consumers where time > 0 {
            let energy = one.parts - (energiesThen[one.id] ?? .zero)
            next[one.id] = energy.joules.power(over: .nanoseconds(time))
        }
        powers = next
        beginPowers(at: snapshot)
    }

    private mutating func beginPowers(at snapshot: AttributionSnapshot) {
        powersSince = snapshot.instant
        energiesThen = energies
    }
}
