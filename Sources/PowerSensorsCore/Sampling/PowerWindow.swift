/// The mean power of a counter's channel, from the source's last change before one snapshot to its last change before
/// the next.
///
/// So a source that updates once a second and is read every 100 ms shows neither spikes nor zeros.
///
/// The time includes that for which the machine was suspended, as does a snapshot's interval: a counter that goes on meanwhile
/// has the energy of all of it, and one that stops has none to add. So the power never contradicts the energy and the interval
/// of its snapshot. If only one of the two includes a suspend, because the source had not changed when the machine woke up, no
/// power would be true of both, and it is unknown.
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
    ///   - suspended: For how many nanoseconds of the snapshot's interval the machine was suspended.
    mutating func advance(_ counter: EnergyCounter, to ended: SampleInstant, suspended: Int64) -> Watts? {
        let ambiguous = counter.ambiguousEnergy - ambiguousEnergy
        ambiguousEnergy = counter.ambiguousEnergy
        ambiguousPower = nil
        guard let checkpoint = counter.checkpoint else { return nil }
        guard let last = self.checkpoint, last.segment == checkpoint.segment else {
            move(to: checkpoint, counter)
            power = nil
            return nil
        }
        if checkpoint.instant.boottimeNanoseconds <= last.instant.boottimeNanoseconds {
            // A slow source may not have been read again: only a later reading proves that the number is unchanged.
            return powerWhileUnchanged(since: last, counter, counter.lastReading ?? ended, suspended)
        }
        let time = checkpoint.instant.boottimeNanoseconds &- last.instant.boottimeNanoseconds
        let isConclusive =
            (last.isChange || time >= counter.slowestUpdateNanoseconds)
            && includes(suspended, from: last.instant, to: checkpoint.instant)
        power = isConclusive ? energy(from: last, to: checkpoint, counter).power(over: .nanoseconds(time)) : nil
        if ambiguous > Joules(0) { ambiguousPower = ambiguous.power(over: .nanoseconds(time)) }
        move(to: checkpoint, counter)
        return power
    }

    /// The power while the number is unchanged: the last one for one and a half update periods, after that 0 W.
    private mutating func powerWhileUnchanged(
        since last: EnergyCounter.Checkpoint, _ counter: EnergyCounter, _ lastReading: SampleInstant,
        _ suspended: Int64
    ) -> Watts? {
        guard counter.hasMoved else { return nil }
        let unchanged = counter.unchangedNanoseconds(at: lastReading)
        guard unchanged > counter.updateNanoseconds + counter.updateNanoseconds / 2 else {
            // The power before a suspend is not that of the time since.
            if suspended >= SampleInstant.shortestSuspendNanoseconds { power = nil }
            return power
        }
        // This time now counts as 0 W, so the next step is not averaged over it.
        checkpoint?.instant = lastReading
        power = includes(suspended, from: last.instant, to: lastReading) ? Watts(0) : nil
        return power
    }

    /// Whether the machine was suspended for just as long between two changes as in the snapshot's interval.
    private func includes(_ suspended: Int64, from first: SampleInstant, to last: SampleInstant) -> Bool {
        abs(last.suspendedNanoseconds(since: first) &- suspended) < SampleInstant.shortestSuspendNanoseconds
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
