extension EnergyCounter {
    mutating func adopt(_ encoding: CounterEncoding) {
        self.encoding = encoding
        maximumCountsPerNanosecond = maximumPower.rawValue / encoding.unit.joules.rawValue * 1e-9
        longestSafeNanoseconds = safeNanoseconds()
        stepShift = encoding.stepShift
        if case .microjoules = encoding.form { learner = StepLearner() }
    }

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

    /// A number that the unit cannot show is a glitch, unless the unit itself is still in doubt.
    private mutating func decodeMisfit(_ number: UInt64) -> UInt64? {
        if unitIsProven { return nil }
        misfits += 1
        if misfits == 1, previous != nil { return nil }
        fallBackToMicrojoules()
        return decode(number)
    }

    /// Takes one more number for evidence that the unit is what the range promised.
    private mutating func proveUnit() {
        fittingNumbers += 1
        misfits = 0
        let nanojoules = UInt64(encoding.unit.joules.rawValue * 1e9)
        // Below 1 µJ every number fits, so there is nothing to doubt.
        unitIsProven = nanojoules < 1000 || areProof(fittingNumbers, ofUnit: nanojoules)
    }

    /// The unit that the range promised cannot show one of the first numbers: from here on µJ are all that is known.
    private mutating func fallBackToMicrojoules() {
        let old = encoding
        let range = old.number(of: old.lastCount.rawValue)
        adopt(.microjoules(range: range))
        // From here on the unit is 1 nJ.
        total = old.unit.nanojoules(of: total)
        ambiguous = old.unit.nanojoules(of: ambiguous)
        if let mark { self.mark?.total = old.unit.nanojoules(of: mark.total) }
        for accepted in [previous, suspect] {
            if let accepted { observe(accepted.number, range: range) }
        }
        if let number = previous?.number { previous?.count = encoding.count(of: number) ?? 0 }
        if let number = suspect?.number { suspect?.count = encoding.count(of: number) ?? 0 }
    }

    /// Learns from the low bits of a sum which of them the register never sets.
    ///
    /// Each number that sets none of them is evidence worth a bit at least; one mistake in 16 million is accepted.
    private mutating func observe(_ number: UInt64, exponent: Int, shift: Int?) {
        guard number != previous?.number else { return }
        if let shift {
            // Whoever told the register's unit was wrong: from here on the numbers themselves have to.
            if number.trailingZeroBitCount < shift { changeShift(from: shift, to: nil, exponent) }
            return
        }
        seenBits |= number
        fittingNumbers += 1
        guard fittingNumbers >= 24, seenBits != 0 else { return }
        changeShift(from: 0, to: min(seenBits.trailingZeroBitCount, 32), exponent)
    }

    private mutating func changeShift(from old: Int, to new: Int?, _ exponent: Int) {
        let unit = encoding.unit
        adopt(.kernelSum(exponent: exponent, registerExponent: new.map { exponent - $0 }))
        fittingNumbers = 0
        seenBits = 0
        // Every sum so far is a multiple of the unit that was learned, so nothing is rounded.
        total = encoding.unit.counts(of: total, in: unit)
        ambiguous = encoding.unit.counts(of: ambiguous, in: unit)
        if let mark { self.mark?.total = encoding.unit.counts(of: mark.total, in: unit) }
    }

    private mutating func observe(_ number: UInt64, range: UInt64) {
        learner?.observe(number)
        guard let modulus = learner?.modulus(range: range) else { return }
        encoding = encoding.ending(at: modulus.nanojoules - 1)
        longestSafeNanoseconds = safeNanoseconds()
        modulusUncertainty = modulus.uncertainty
    }
}

extension EnergyUnit {
    /// The energy of a number of counts in nJ, rounded up, so that a sum never shrinks by being converted.
    fileprivate func nanojoules(of counts: UInt64) -> UInt64 { EnergyUnit.nanojoules(1).counts(of: counts, in: self) }

    /// The energy of a number of counts in whole nJ, rounded down; the greatest number where that is too many.
    func wholeNanojoules(of counts: UInt64) -> UInt128 {
        let (scaled, overflow) = (UInt128(counts) * UInt128(numerator)).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max / 4 : scaled / UInt128(denominator)
    }

    /// How many counts of this unit a number of counts of another one is, rounded up; the greatest number where that
    /// is too many.
    func counts(of counts: UInt64, in other: EnergyUnit) -> UInt64 {
        // Units that differ by a factor of two to the n shift, which cannot overflow on the way.
        let common = min(denominator.trailingZeroBitCount, other.denominator.trailingZeroBitCount)
        let (scaled, overflow) = (UInt128(counts) * UInt128(other.numerator))
            .multipliedReportingOverflow(by: UInt128(denominator >> UInt64(common)))
        let lower = UInt128(other.denominator >> UInt64(common)) * UInt128(numerator)
        guard !overflow, scaled <= .max - (lower - 1) else { return .max }
        return UInt64(clamping: (scaled + lower - 1) / lower)
    }
}
