/// The energy, power and status of one channel, accumulated over all samples.
package struct ChannelState {
    /// The channel's `id`.
    let id: String

    /// The host figure that the channel is added to.
    let scope: Scope?

    /// Whether the channel may be absent without being lost.
    private let isIntermittent: Bool

    /// Whether the channel is a counter rather than a gauge.
    let isCounter: Bool

    /// The energy of a counter; a gauge's is never read. Every look into an optional of this size would copy all of it.
    private(set) var energyCounter: EnergyCounter

    /// The energy of a counter; nil for a gauge.
    package var counter: EnergyCounter? { isCounter ? energyCounter : nil }

    /// The energy of a gauge that shows power; nil for other channels.
    package private(set) var integrator: PowerIntegrator?

    private(set) var status = ReadingStatus.warmingUp

    /// The latest value of a gauge.
    private(set) var value = 0.0

    /// When the channel was last read, if its readings carry an instant.
    private var stamp = SampleInstant(boottimeNanoseconds: .min, monotonicNanoseconds: .min)

    /// The state of a channel that has not been read.
    init(_ channel: Channel) {
        id = channel.id
        scope = channel.countsIn
        isIntermittent = channel.isIntermittent
        switch channel.encoding {
        case .counter(let encoding):
            isCounter = true
            energyCounter = EnergyCounter(
                encoding: encoding, maximumPower: channel.maximumPower,
                refreshInterval: channel.carriesInstants ? .zero : channel.refreshInterval)
            // A counter that is known to work may be 0 at first, for example a sum that starts when it is opened.
            energyCounter.hasMoved = channel.isKnownToCount
        case .gauge:
            isCounter = false
            energyCounter = EnergyCounter(encoding: .unbounded)
            if channel.quantity == .power, channel.provenance != .nominal {
                integrator = PowerIntegrator(
                    maximumPower: channel.maximumPower, isIntermittent: channel.isIntermittent)
            }
        }
    }

    /// The energy counted so far; nil for a channel that counts none.
    var energy: Joules? { isCounter ? energyCounter.energy : integrator?.energy }

    /// Whether the channel is a counter that has been 0 since its first reading.
    var isEmpty: Bool { isCounter && energyCounter.checkpoint != nil && !energyCounter.hasMoved }

    /// Whether an energy or a power has been read at least once.
    var wasRead: Bool { isCounter ? energyCounter.checkpoint != nil : integrator?.power != nil }

    /// Whether the channel currently adds nothing to a sum, such as one of two batteries while the other discharges, or a
    /// card that sleeps.
    var isIdle: Bool { status == .asleep || (isIntermittent && status == .absent) }

    /// Whether a status means that the source is lost, rather than warming up, implausible once, asleep, or intermittent.
    func isLoss(_ status: ReadingStatus) -> Bool {
        switch status {
        case .absent: !isIntermittent
        case .forbidden, .io, .stale: true
        case .ok, .warmingUp, .partial, .implausible, .asleep, .ambiguous: false
        }
    }

    // MARK: Topologies

    /// Continues the total that the channel had in an earlier topology, even if it is now read through another
    /// mechanism.
    ///
    /// - Parameters:
    ///   - old: The channel's state in the earlier topology.
    ///   - startsOver: Whether the energy in between is left out, since another channel has counted it.
    /// - Returns: Whether there was a total of the same kind.
    mutating func resume(from old: ChannelState, startsOver: Bool) -> Bool {
        // A reader that goes on may repeat a reading that has been counted.
        stamp = old.stamp
        if isCounter, old.isCounter {
            if !startsOver, old.energyCounter.encoding.showsLike(energyCounter.encoding) {
                energyCounter = old.energyCounter
            } else {
                energyCounter.resume(from: old.energyCounter)
            }
        } else if integrator != nil, let kept = old.integrator {
            integrator = kept
            if startsOver { integrator?.interrupt() }
        } else {
            return false
        }
        return true
    }

    /// Records that there is nothing to read, or that a topology does not have the channel.
    mutating func recordAbsence() { integrator?.recordAbsence() }

    // MARK: Samples

    /// Records a reading. No allocation.
    ///
    /// - Returns: What it did to the counter; nil if there was nothing to count.
    @inline(__always)
    mutating func record(_ reading: Reading, _ began: SampleInstant, _ ended: SampleInstant) -> EnergyCounter.Outcome? {
        // The fast path for nearly every reading: a count that was read during the sample.
        guard isCounter, let number = reading.countOfSample else { return recordOther(reading, began, ended) }
        let outcome = energyCounter.advance(to: number, began: began, ended: ended)
        status = Self.status(after: outcome)
        return outcome
    }

    /// Records every other reading: a gauge's, one with its own instant, or one without a number.
    private mutating func recordOther(
        _ reading: Reading, _ began: SampleInstant, _ ended: SampleInstant
    ) -> EnergyCounter.Outcome? {
        guard reading.status == .ok else {
            if reading.status == .absent { recordAbsence() }
            if reading.status == .asleep { integrator?.recordSleep(monotonicNanoseconds: began.monotonicNanoseconds) }
            status = reading.status
            return nil
        }
        // The reading of a slow source carries its own instant.
        let stamped = reading.stamp(near: ended)
        // A slow source's reading is repeated for several samples, but its counter restarts only once.
        let isRepeated = stamped?.boottimeNanoseconds == stamp.boottimeNanoseconds
        if let stamped { resolve(stamped) }
        let taken = stamped == nil ? began : stamp
        let (began, ended) = stamped == nil ? (began, ended) : stampBounds(reading.uncertaintyNanoseconds)
        if isCounter, let number = reading.count {
            let outcome =
                reading.kind == .newCount && !isRepeated
                ? energyCounter.restart(at: number, began: began, ended: ended)
                : energyCounter.advance(to: number, began: began, ended: ended)
            status = Self.status(after: outcome)
            return outcome
        }
        guard !isCounter, let value = reading.value else {
            status = .implausible
            return nil
        }
        self.value = value
        integrator?.advance(to: Watts(value), monotonicNanoseconds: taken.monotonicNanoseconds)
        status = .ok
        return nil
    }

    /// Records the instant of a reading that was taken before the sample, never earlier than the previous one.
    ///
    /// A reading carries only boot time. The monotonic time is computed back from now, which is wrong by the time for
    /// which the machine was suspended in between, so the first result is kept.
    private mutating func resolve(_ read: SampleInstant) {
        if stamp.boottimeNanoseconds == read.boottimeNanoseconds { return }
        stamp.boottimeNanoseconds = read.boottimeNanoseconds
        stamp.monotonicNanoseconds = max(stamp.monotonicNanoseconds, read.monotonicNanoseconds)
    }

    /// The instants between which the number with the latest stamp was read.
    private func stampBounds(_ uncertainty: Int64) -> (SampleInstant, SampleInstant) {
        (stamp.advanced(byNanoseconds: -uncertainty), stamp.advanced(byNanoseconds: uncertainty))
    }

    private static func status(after outcome: EnergyCounter.Outcome) -> ReadingStatus {
        switch outcome {
        case .baseline: .warmingUp
        case .absent: .absent
        case .counted, .ambiguous, .reset: .ok
        case .implausible: .implausible
        }
    }
}
