/// How the energy was divided so far, before anybody's interval is laid over it.
struct Attributed {
    let snapshot: AttributionSnapshot
    let band: RelativeBand?
}

/// The span over which consumers' powers are means: from the last look before one snapshot to the last before the next.
struct ConsumerWindows {
    private var instant: SampleInstant?
    private var energies: [Int: UInt128] = [:]
    private var powers: [Int: Watts] = [:]

    /// Fills in the powers since the snapshot before. Without a new look they are the same as then.
    mutating func advance(_ attributed: Attributed) -> AttributionSnapshot {
        var result = attributed.snapshot
        if instant != result.instant { measure(result) }
        for index in result.consumers.indices {
            guard let power = powers[result.consumers[index].id] else { continue }
            result.consumers[index].power = power
            if let band = attributed.band {
                result.consumers[index].low = power * band.low
                result.consumers[index].high = power * band.high
            }
        }
        return result
    }

    private mutating func measure(_ snapshot: AttributionSnapshot) {
        let time = instant.map { snapshot.instant.monotonicNanoseconds - $0.monotonicNanoseconds }
        var (nextEnergies, nextPowers): ([Int: UInt128], [Int: Watts]) = ([:], [:])
        nextEnergies.reserveCapacity(snapshot.consumers.count)
        for consumer in snapshot.consumers {
            let energy = consumer.parts.sum
            nextEnergies[consumer.id] = energy
            // Who was not there then had been given nothing.
            let joules = Joules(Double(energy - min(energies[consumer.id] ?? 0, energy)) / 1e9)
            if let time, time > 0 { nextPowers[consumer.id] = joules.power(over: .nanoseconds(time)) }
        }
        (energies, powers, instant) = (nextEnergies, nextPowers, snapshot.instant)
    }
}
