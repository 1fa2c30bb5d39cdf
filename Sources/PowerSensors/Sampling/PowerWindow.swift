/// The span over which one channel's power is a mean: from the source's last change before one snapshot to its last
/// change before the next.
///
/// Thus a source that moves once a second and is read every 100 ms shows neither bursts nor zeros.
struct PowerWindow {
    private var mark: EnergyCounter.Mark?
    private var unit = EnergyUnit.microjoules(1)
    private var power: Watts?
    private var ambiguousEnergy = Joules(0)

    /// How much more the mean power may have been than ``advance(_:to:)`` last gave; nil where nothing is ambiguous.
    private(set) var ambiguousPower: Watts?

    /// The mean power since the snapshot before, or nil while it takes one more change to tell.
    ///
    /// - Parameters:
    ///   - counter: The channel's counter.
    ///   - ended: When the sample ended.
    mutating func advance(_ counter: EnergyCounter, to ended: SampleInstant) -> Watts? {
        let ambiguous = counter.ambiguousEnergy - ambiguousEnergy
        ambiguousEnergy = counter.ambiguousEnergy
        ambiguousPower = nil
        guard let mark = counter.mark else { return nil }
        guard let last = self.mark, last.segment == mark.segment else {
            move(to: mark, counter)
            power = nil
            return nil
        }
        if mark.monotonicNanoseconds <= last.monotonicNanoseconds {
            // No news of a slow source is no proof of standing still: only a later reading of the same number is.
            return standingStill(counter, counter.lastReading ?? ended)
        }
        let time = mark.monotonicNanoseconds &- last.monotonicNanoseconds
        let isConclusive = last.isChange || time >= counter.slowestUpdateNanoseconds
        power = isConclusive ? energy(from: last, to: mark, counter).power(over: .nanoseconds(time)) : nil
        if ambiguous > Joules(0) { ambiguousPower = ambiguous.power(over: .nanoseconds(time)) }
        move(to: mark, counter)
        return power
    }

    /// For a while silence is the source's rhythm; after that it is a true 0 W.
    private mutating func standingStill(_ counter: EnergyCounter, _ lastReading: SampleInstant) -> Watts? {
        guard counter.hasMoved else { return nil }
        let still = counter.stillNanoseconds(at: lastReading)
        guard still > counter.updateNanoseconds + counter.updateNanoseconds / 2 else { return power }
        // The silence is accounted for: what comes next is not spread over it.
        mark?.monotonicNanoseconds = lastReading.monotonicNanoseconds
        power = Watts(0)
        return power
    }

    private func energy(
        from last: EnergyCounter.Mark,
        to mark: EnergyCounter.Mark,
        _ counter: EnergyCounter
    ) -> Joules {
        let now = counter.encoding.unit
        if now == unit { return now.energy(of: RegisterCount(mark.total &- last.total)) }
        return now.energy(of: RegisterCount(mark.total)) - unit.energy(of: RegisterCount(last.total))
    }

    private mutating func move(to mark: EnergyCounter.Mark, _ counter: EnergyCounter) {
        self.mark = mark
        unit = counter.encoding.unit
    }
}
