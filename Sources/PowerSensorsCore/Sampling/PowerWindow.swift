/// The mean power of a counter's channel, from the source's last change before one snapshot to its last change before
/// the next.
///
/// So a source that updates once a second and is read every 100 ms shows neither spikes nor zeros.
///
/// The time includes that for which the machine was suspended, as does a snapshot's interval: a counter that goes on meanwhile
/// has the energy of all of it, and one that stops has none to add. So the power never contradicts the energy and the interval
/// of its snapshot. If only one of the two includes a suspend, because the source had not changed when the machine woke up, no
/// power would be true of both, and it is unknown.
///
/// A change is taken to be in the middle of the read that showed it. A read that takes long, because its thread waited for a
/// processor or the driver for its device, may have got its number at its beginning or at its end. If the reads at both ends
/// leave more than 1 % of the time open, the power has ``bounds``, from its energy in the longest possible time to that in the
/// shortest.
struct PowerWindow {
    /// The source's last change before the previous snapshot.
    private var checkpoint: EnergyCounter.Checkpoint?
    /// The unit of that checkpoint's total.
    private var unit = EnergyUnit.microjoules(1)
    /// The ambiguous energy at that checkpoint.
    private var ambiguousEnergy = Joules(0)
    private var power: Watts?

    /// Between which limits the latest result of ``advance(_:to:suspended:)`` is; nil if it is certain, or unknown.
    private(set) var bounds: (low: Watts, high: Watts)?

    /// Whether more energy is ambiguous than is known, so that only the bounds are of use. Not across a suspend: a machine that
    /// sleeps uses little, so the least is likely.
    private(set) var isAmbiguous = false

    /// The mean power since the previous snapshot; nil while another change is needed to determine it.
    ///
    /// - Parameters:
    ///   - counter: The channel's counter.
    ///   - ended: When the sample ended.
    ///   - suspended: For how many nanoseconds of the snapshot's interval the machine was suspended.
    mutating func advance(_ counter: EnergyCounter, to ended: SampleInstant, suspended: Int64) -> Watts? {
        guard let checkpoint = counter.checkpoint else { return setUnknown() }
        guard let last = self.checkpoint, last.segment == checkpoint.segment else {
            move(to: checkpoint, counter)
            return setUnknown()
        }
        if checkpoint.instant.boottimeNanoseconds <= last.instant.boottimeNanoseconds {
            // A slow source may not have been read again: only a later reading proves that the number is unchanged.
            return powerWhileUnchanged(since: last, counter, counter.lastReading ?? ended, suspended)
        }
        let time = checkpoint.instant.boottimeNanoseconds &- last.instant.boottimeNanoseconds
        let isConclusive =
            (last.isChange || time >= counter.slowestUpdateNanoseconds)
            && includes(suspended, from: last.instant, to: checkpoint.instant)
        if isConclusive {
            set(
                energy(from: last, to: checkpoint, counter), over: time,
                uncertainBy: last.uncertaintyNanoseconds &+ checkpoint.uncertaintyNanoseconds, suspended, counter)
        } else {
            _ = setUnknown()
        }
        move(to: checkpoint, counter)
        return power
    }

    /// The power while the number is unchanged: the last one for one and a half update periods, after that 0 W. If the
    /// number may have wrapped all the way round meanwhile, 0 W is only the lower bound.
    private mutating func powerWhileUnchanged(
        since last: EnergyCounter.Checkpoint, _ counter: EnergyCounter, _ lastReading: SampleInstant,
        _ suspended: Int64
    ) -> Watts? {
        guard counter.hasMoved else { return nil }
        let unchanged = counter.unchangedNanoseconds(at: lastReading)
        guard
            counter.ambiguousEnergy > ambiguousEnergy
                || unchanged > counter.updateNanoseconds + counter.updateNanoseconds / 2
        else {
            // The power before a suspend is not that of the time since.
            return suspended >= SampleInstant.shortestSuspendNanoseconds ? setUnknown() : power
        }
        if includes(suspended, from: last.instant, to: lastReading) {
            let time = lastReading.boottimeNanoseconds &- last.instant.boottimeNanoseconds
            set(Joules(0), over: max(time, 1), uncertainBy: 0, suspended, counter)
        } else {
            _ = setUnknown()
        }
        // This time now counts as 0 W, so the next step is not averaged over it.
        checkpoint?.instant = lastReading
        checkpoint?.uncertaintyNanoseconds = counter.lastReadingNanoseconds
        ambiguousEnergy = counter.ambiguousEnergy
        return power
    }

    /// Whether the machine was suspended for just as long between two changes as in the snapshot's interval.
    private func includes(_ suspended: Int64, from first: SampleInstant, to last: SampleInstant) -> Bool {
        abs(last.suspendedNanoseconds(since: first) &- suspended) < SampleInstant.shortestSuspendNanoseconds
    }

    private mutating func setUnknown() -> Watts? {
        (power, bounds, isAmbiguous) = (nil, nil, false)
        return nil
    }

    /// Sets the power and its bounds.
    ///
    /// - Parameters:
    ///   - energy: The energy that was used at least.
    ///   - time: The time in nanoseconds in which it was used.
    ///   - uncertainty: By how many nanoseconds the time may be shorter or longer.
    ///   - suspended: For how many nanoseconds of it the machine was suspended.
    private mutating func set(
        _ energy: Joules, over time: Int64, uncertainBy uncertainty: Int64, _ suspended: Int64,
        _ counter: EnergyCounter
    ) {
        let power = energy.power(over: .nanoseconds(time))
        self.power = power
        let ambiguous = counter.ambiguousEnergy - ambiguousEnergy
        isAmbiguous = ambiguous > energy && suspended < SampleInstant.shortestSuspendNanoseconds
        let isLate = uncertainty > time / 100
        guard let power, isLate || ambiguous > Joules(0) else { return bounds = nil }
        // What is read may be as old as the register's update period.
        let open = isLate ? uncertainty &+ Self.registerUpdateNanoseconds : 0
        let low = energy.power(over: .nanoseconds(time &+ open)) ?? power
        // Two late reads may have been right after each other.
        let most = max(power, counter.maximumPower)
        let high = (energy + ambiguous).power(over: .nanoseconds(time &- open)) ?? most
        bounds = (low, isLate ? min(high, most) : high)
    }

    /// Registers are updated about once a millisecond (Intel SDM volume 3, energy status registers).
    private static let registerUpdateNanoseconds: Int64 = 1_000_000

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
        ambiguousEnergy = counter.ambiguousEnergy
    }
}
