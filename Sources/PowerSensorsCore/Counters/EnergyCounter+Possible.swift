/// The step between two readings, which is the difference of their counts, and the largest step that is possible.
extension EnergyCounter {
    /// The longest time whose energy a source may show in a single step; a longer pause does not justify a larger step.
    static let longestQuietNanoseconds: Int64 = 10_000_000_000

    /// For how long a restarted counter may have counted at the maximum power before the clocks go on: a machine that
    /// hibernates starts, and reads its memory back, before that.
    static let longestStartNanoseconds: Int64 = 10_000_000_000

    /// Half the time in which the register can wrap at the maximum power.
    func safeNanoseconds() -> Int64 {
        Int64(clamping: UInt64(clamping: Double(encoding.countsOfShortestTurn) / maximumCountsPerNanosecond / 2))
    }

    /// The largest possible step between two readings at the maximum power, plus one count and one update period of
    /// slack.
    @inline(__always)
    func allowedStep(from old: Accepted, _ quietSince: SampleInstant?, to new: Accepted) -> UInt64 {
        largestStep(in: elapsedNanoseconds(from: old.began, to: new.ended), after: old, quietSince)
    }

    /// The largest possible step in a time after a reading.
    @inline(__always)
    private func largestStep(in time: Int64, after old: Accepted, _ quietSince: SampleInstant?) -> UInt64 {
        let quiet = quietSince.map { old.began.boottimeNanoseconds &- $0.boottimeNanoseconds } ?? 0
        let slack = max(updateNanoseconds, min(quiet, Self.longestQuietNanoseconds))
        return UInt64(clamping: (Double(time) + Double(slack)) * maximumCountsPerNanosecond).saturatingAdd(1)
    }

    /// Whether the counter may have restarted at 0 during a suspend, so that the step to its new number shows nothing.
    ///
    /// A fall beyond what a restarted counter can have counted since is a wrap: the counter went on. The kernel's sum does not
    /// show the register, and a restart changes the sum by up to half its range in either direction.
    func mayHaveRestarted(_ step: UInt64, fell: Bool, from old: Accepted, to new: Accepted) -> Bool {
        let most = largestStep(in: awakeNanoseconds(from: old, to: new) + Self.longestStartNanoseconds, after: old, nil)
        return encoding.isKernelSum ? fell || step > most : fell && new.count <= most
    }

    /// How much more energy than a step across a suspend there was at most if the counter restarted at 0 and has come past
    /// its previous number since; 0 if it cannot have.
    func energyOfRestart(
        beyond step: UInt64, fell: Bool, _ quietSince: SampleInstant?, from old: Accepted, to new: Accepted
    ) -> UInt64 {
        guard step > 0, !fell, !encoding.isKernelSum, encoding.lastCount.rawValue != .max else { return 0 }
        let most = largestStep(in: awakeNanoseconds(from: old, to: new), after: old, quietSince)
        return new.count <= most && step < most ? most - step : 0
    }

    /// The time between two readings for which the machine was not suspended.
    private func awakeNanoseconds(from old: Accepted, to new: Accepted) -> Int64 {
        max(new.ended.monotonicNanoseconds &- old.began.monotonicNanoseconds, 0)
    }

    /// How many more times the register may have wrapped between two readings than the step shows.
    @inline(__always)
    func furtherTurns(beyond step: UInt64, from old: Accepted, to new: Accepted) -> UInt64 {
        let elapsed = Double(elapsedNanoseconds(from: old.began, to: new.ended))
        let most = UInt64(clamping: elapsed * maximumCountsPerNanosecond)
        // A range of 2⁶⁴ cannot wrap twice.
        guard most > step, most - step > encoding.lastCount.rawValue else { return 0 }
        return (most - step) / (encoding.lastCount.rawValue + 1)
    }

    /// Whether a reading is a possible continuation of an implausible one.
    func follows(_ suspect: Accepted, _ now: Accepted) -> Bool {
        modularStep(from: suspect.count, to: now.count) <= allowedStep(from: suspect, nil, to: now)
    }

    /// The time between two instants, suspended time included.
    @inline(__always)
    func elapsedNanoseconds(from began: SampleInstant, to ended: SampleInstant) -> Int64 {
        max(ended.boottimeNanoseconds &- began.boottimeNanoseconds, 0)
    }

    /// For how long of the time awake the number has been unchanged at an instant.
    package func unchangedNanoseconds(at instant: SampleInstant) -> Int64 {
        checkpoint.map { instant.monotonicNanoseconds &- $0.instant.monotonicNanoseconds } ?? 0
    }

    /// Whether the machine was not suspended between two readings.
    @inline(__always)
    func wasAwake(from old: Accepted, to new: Accepted) -> Bool {
        new.ended.suspendedNanoseconds(since: old.began) < SampleInstant.shortestSuspendNanoseconds
    }

    /// The counts from one to another, modulo the register's range: if the count fell, it has wrapped once.
    @inline(__always)
    func modularStep(from old: UInt64, to new: UInt64) -> UInt64 {
        if encoding.isKernelSum { return stepOfSum(from: old, to: new) }
        return new >= old ? new - old : encoding.lastCount.rawValue - old + new + 1
    }

    /// The counts between two of the kernel's sums, which are only wrong by whole wraps of the register.
    func stepOfSum(from old: UInt64, to new: UInt64) -> UInt64 {
        let counts = Int64(bitPattern: new &- old) >> Int64(stepShift)
        return counts >= 0 ? UInt64(counts) : UInt64(bitPattern: counts) & encoding.lastCount.rawValue
    }

    /// Whether a counter has decreased. The kernel's sums may be negative, and wrap at 2⁶⁴.
    @inline(__always)
    func hasFallen(from old: UInt64, to new: UInt64) -> Bool {
        encoding.isKernelSum ? Int64(bitPattern: new &- old) < 0 : new < old
    }
}

extension UInt64 {
    /// The sum, or the largest number if that does not fit.
    package func saturatingAdd(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// The nearest representable integer; 0 for NaN.
    init(clamping value: Double) {
        // 2⁶⁴ itself no longer fits, and every Double below it does.
        self = value.isNaN || value <= 0 ? 0 : (value < 18_446_744_073_709_551_616 ? UInt64(value) : .max)
    }
}
