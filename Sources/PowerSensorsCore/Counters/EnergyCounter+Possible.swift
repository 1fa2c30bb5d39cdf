/// The step between two readings, which is the difference of their counts, and the largest step that is possible.
extension EnergyCounter {
    /// The largest possible step between two readings at the maximum power, plus one count and one update period of
    /// slack.
    @inline(__always)
    func allowedStep(from old: Accepted, _ quietSince: SampleInstant?, to new: Accepted) -> UInt64 {
        let quiet = quietSince.map { old.began.boottimeNanoseconds &- $0.boottimeNanoseconds } ?? 0
        let slack = max(updateNanoseconds, min(quiet, Self.longestQuietNanoseconds))
        let time = Double(elapsedNanoseconds(from: old.began, to: new.ended)) + Double(slack)
        return UInt64(clamping: time * maximumCountsPerNanosecond).saturatingAdd(1)
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

    /// Whether the machine was not suspended between two readings: then both clocks advanced alike, to within 0.1 s.
    @inline(__always)
    func wasAwake(from old: Accepted, to new: Accepted) -> Bool {
        let awake = new.ended.monotonicNanoseconds &- old.began.monotonicNanoseconds
        return elapsedNanoseconds(from: old.began, to: new.ended) &- awake < 100_000_000
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
