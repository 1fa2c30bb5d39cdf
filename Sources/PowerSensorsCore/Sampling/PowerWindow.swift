/// The mean power of a counter's channel, from the source's last change before one snapshot to its last change before
/// the next.
///
/// So a source that updates once a second and is read every 100 ms shows neither spikes nor zeros.
struct PowerWindow {
    /// The source's last change before the previous snapshot.
    private var checkpoint: EnergyCounter.Checkpoint?
    /// The unit of that checkpoint's total.
    private var unit = EnergyUnit.microjoules(1)
    private var power: Watts?
    private var ambiguousEnergy = Joules(0)

    /// How much higher the mean power may have been than the latest result of ``advance(_:to:)``; nil if it is certain.
    private(set) var ambiguousPower: Watts?

    /// The mean power since the previous snapshot; nil while another change is needed to determine it.
    ///
    /// - Parameters:
    ///   - counter: The channel's counter.
    ///   - ended: When the sample ended.
    mutating func advance(_ counter: EnergyCounter, to ended: SampleInstant) -> Watts? {
        let ambiguous = counter.ambiguousEnergy - ambiguousEnergy
        ambiguousEnergy = counter.ambiguousEnergy
        ambiguousPower = nil
        guard let checkpoint = counter.checkpoint else { return nil }
        guard let last = self.checkpoint, last.segment == checkpoint.segment else {
            move(to: checkpoint, counter)
            power = nil
            return nil
        }
        if checkpoint.monotonicNanoseconds <= last.monotonicNanoseconds {
            // A slow source may not have been read again: only a later reading proves that the number is unchanged.
            return powerWhileUnchanged(counter, counter.lastReading ?? ended)
        }
        let time = checkpoint.monotonicNanoseconds &- last.monotonicNanoseconds
        let isConclusive = last.isChange || time >= counter.slowestUpdateNanoseconds
        power = isConclusive ? energy(from: last, to: checkpoint, counter).power(over: .nanoseconds(time)) : nil
        if ambiguous > Joules(0) { ambiguousPower = ambiguous.power(over: .nanoseconds(time)) }
        move(to: checkpoint, counter)
        return power
    }

    /// The power while the number is unchanged: the last one for one and a half update periods, after that 0 W.
    private mutating func powerWhileUnchanged(_ counter: EnergyCounter, _ lastReading: SampleInstant) -> Watts? {
        guard counter.hasMoved else { return nil }
        let unchanged = counter.unchangedNanoseconds(at: lastReading)
        guard unchanged > counter.updateNanoseconds + counter.updateNanoseconds / 2 else { return power }
        // This time now counts as 0 W, so the next step is not averaged over it.
        checkpoint?.monotonicNanoseconds = lastReading.monotonicNanoseconds
        power = Watts(0)
        return power
    }

    private func energy(
        from last: EnergyCounter.Checkpoint,
        to checkpoint: EnergyCounter.Checkpoint,
        _ counter: EnergyCounter
    ) -> Joules {
        let now = counter.encoding.unit
        if now == unit { return now.energy(of: RegisterCount(checkpoint.total &- last.total)) }
        return now.energy(of: RegisterCount(checkpoint.total)) - unit.energy(of: RegisterCount(last.total))
    }

    private mutating func move(to checkpoint: EnergyCounter.Checkpoint, _ counter: EnergyCounter) {
        self.checkpoint = checkpoint
        unit = counter.encoding.unit
    }
}
