/// How a counter's numbers are converted to register counts, and how the unit is learned from them.
extension EnergyCounter {
    /// Uses another encoding from now on, and recomputes what depends on it.
    mutating func adopt(_ encoding: CounterEncoding) {
        self.encoding = encoding
        maximumCountsPerNanosecond = maximumPower.rawValue / encoding.unit.joules.rawValue * 1e-9
        longestSafeNanoseconds = safeNanoseconds()
        stepShift = encoding.stepShift
        if case .microjoules = encoding.form { learner = StepLearner() }
    }

    /// The count for a number; nil if the number is impossible. It is also evidence for or against the assumed unit.
    @inline(__always)
    mutating func decode(_ number: UInt64) -> UInt64? {
        guard let count = encoding.count(of: number) else { return nil }
        switch encoding.form {
        case .counts, .unbounded: break
        case .microjoules(let range): observe(number, range: range)
        case .kernelSum(let exponent, let shift): observe(number, exponent: exponent, shift: shift)
        case .truncatedNanojoules, .truncatedFraction:
            guard encoding.number(of: count) == number else {
                return decodeMisfit(number)
            }
            if !unitIsProven, number != previous?.number { proveUnit() }
        }
        return count
    }

    /// Handles a number that is impossible in the assumed unit: a glitch if the unit is proven, else a sign that the
    /// unit is wrong.
    private mutating func decodeMisfit(_ number: UInt64) -> UInt64? {
        if unitIsProven { return nil }
        misfits += 1
        if misfits == 1, previous != nil { return nil }
        fallBackToMicrojoules()
        return decode(number)
    }

    /// Counts one more number as evidence that the unit derived from the range is correct.
    private mutating func proveUnit() {
        fittingNumbers += 1
        misfits = 0
        let nanojoules = UInt64(encoding.unit.joules.rawValue * 1e9)
        // Below 1 µJ every number fits, so no proof is possible or needed.
        unitIsProven = nanojoules < 1000 || isProof(fittingNumbers, ofUnit: nanojoules)
    }

    /// One of the first numbers is impossible in the unit derived from the range: from here on the unit is unknown.
    private mutating func fallBackToMicrojoules() {
        let old = encoding
        let range = old.number(of: old.lastCount.rawValue)
        adopt(.microjoules(range: range))
        convertTotals(from: old.unit)
        for accepted in [previous, suspect] {
            if let accepted { observe(accepted.number, range: range) }
        }
        if let number = previous?.number { previous?.count = encoding.count(of: number) ?? 0 }
        if let number = suspect?.number { suspect?.count = encoding.count(of: number) ?? 0 }
    }

    /// Learns the register's unit from the low bits that are never set in the kernel's sum.
    ///
    /// Each number without these bits is at least one bit of evidence; the error probability is 1 in 16 million.
    private mutating func observe(_ number: UInt64, exponent: Int, shift: Int?) {
        guard number != previous?.number else { return }
        if let shift {
            // The given register unit is wrong: learn it from the numbers instead.
            if number.trailingZeroBitCount < shift { changeShift(from: shift, to: nil, exponent) }
            return
        }
        seenBits |= number
        fittingNumbers += 1
        guard fittingNumbers >= 24, seenBits != 0 else { return }
        changeShift(from: 0, to: min(seenBits.trailingZeroBitCount, 32), exponent)
    }

    /// Changes the register's unit: `new` is the number of low bits of the sum that are below it; nil if unknown.
    private mutating func changeShift(from old: Int, to new: Int?, _ exponent: Int) {
        let unit = encoding.unit
        adopt(.kernelSum(exponent: exponent, registerExponent: new.map { exponent - $0 }))
        fittingNumbers = 0
        seenBits = 0
        // Every sum so far is a multiple of the unit that was learned, so nothing is rounded.
        convertTotals(from: unit)
    }

    /// Converts what was counted in another unit, rounded up, so that a total never becomes smaller.
    mutating func convertTotals(from unit: EnergyUnit) {
        total = encoding.unit.counts(of: total, in: unit)
        ambiguous = encoding.unit.counts(of: ambiguous, in: unit)
        // Whatever adds to the total also moves the checkpoint there.
        checkpoint?.total = total
    }

    /// Learns the step of a counter in µJ, from which its exact modulus follows.
    private mutating func observe(_ number: UInt64, range: UInt64) {
        learner?.observe(number)
        guard let modulus = learner?.modulus(range: range) else { return }
        encoding = encoding.ending(at: modulus.nanojoules - 1)
        longestSafeNanoseconds = safeNanoseconds()
        modulusUncertainty = modulus.uncertainty
    }
}

extension EnergyUnit {
    /// The energy of a number of counts in whole nJ, rounded down; a quarter of the type's range on overflow.
    package func wholeNanojoules(of counts: UInt64) -> UInt128 {
        let (scaled, overflow) = (UInt128(counts) * UInt128(numerator)).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max / 4 : scaled / UInt128(denominator)
    }

    /// Converts counts of another unit to counts of this unit, rounded up; `UInt64.max` on overflow.
    func counts(of counts: UInt64, in other: EnergyUnit) -> UInt64 {
        // Dividing by the common power of two first avoids an overflow for units that differ by a power of two.
        let common = min(denominator.trailingZeroBitCount, other.denominator.trailingZeroBitCount)
        let (scaled, overflow) = (UInt128(counts) * UInt128(other.numerator))
            .multipliedReportingOverflow(by: UInt128(denominator >> UInt64(common)))
        let lower = UInt128(other.denominator >> UInt64(common)) * UInt128(numerator)
        guard !overflow, scaled <= .max - (lower - 1) else { return .max }
        return UInt64(clamping: (scaled + lower - 1) / lower)
    }
}
