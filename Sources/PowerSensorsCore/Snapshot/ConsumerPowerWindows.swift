/// The mean powers of consumers, from the last scan of consumers before one snapshot to the last scan before the next.
struct ConsumerPowerWindows {
    /// The time of the latest scan that was taken in.
    private var instant: SampleInstant?
    /// Each consumer's energy at that scan, by its ID.
    private var energies: [Int: EnergyParts] = [:]
    /// Each consumer's power, by its ID.
    private var powers: [Int: Watts] = [:]
    /// The energy of all listed consumers of a kind at that scan.
    private var given: [Consumer.Kind: EnergyParts] = [:]
    /// The energy of consumers that have ended or are no longer listed, as far as no snapshot showed it.
    private var ended: [Consumer.Kind: EnergyParts] = [:]
    /// The start of the interval of the next powers; earlier than ``instant`` if the host's power was unknown in
    /// between.
    private var powersSince: SampleInstant?
    /// Each consumer's energy at the start of that interval.
    private var energiesThen: [Int: EnergyParts] = [:]

    /// Fills in the powers since the previous snapshot. Without a new scan they are unchanged.
    ///
    /// - Parameters:
    ///   - attributed: The energy attributed so far, without powers, which depend on a subscriber's interval.
    ///   - isKnown: Whether the divided power is known. While it is not, the powers of consumers are unknown too;
    ///     afterwards they are means that include the gap, so that there is neither a dip nor a spike.
    mutating func advance(_ attributed: AttributionSnapshot, isKnown: Bool) -> AttributionSnapshot {
        var result = attributed
        if instant != result.instant { countEnded(result) }
        if !isKnown {
            powers = [:]
            if powersSince == nil { beginPowers(at: result) }
        } else if powersSince != result.instant {
            measure(result)
        }
        for index in result.consumers.indices {
            let power = powers[result.consumers[index].id]
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
    private mutating func countEnded(_ snapshot: AttributionSnapshot) {
        if instant != nil {
            var missing: [Consumer.Kind: EnergyParts] = [:]
            for (kind, parts) in snapshot.given { missing[kind] = parts - (given[kind] ?? .zero) }
            for one in snapshot.consumers {
                // A consumer that is new had no energy before.
                let kind = one.consumer.kind
                missing[kind] = (missing[kind] ?? .zero) - (one.parts - (energies[one.id] ?? .zero))
            }
            for (kind, parts) in missing where parts != .zero { ended[kind, default: .zero] += parts }
        }
        energies = Dictionary(snapshot.consumers.map { ($0.id, $0.parts) }) { first, _ in first }
        (given, instant) = (snapshot.given, snapshot.instant)
    }

    /// Computes the powers from the energies since the start of the interval, and begins the next interval.
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
