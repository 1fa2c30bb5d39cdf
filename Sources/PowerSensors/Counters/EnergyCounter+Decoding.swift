extension EnergyCounter {
    mutating func adopt(_ encoding: CounterEncoding) {
        self.encoding = encoding
        maximumCountsPerNanosecond = maximumPower.rawValue / encoding.unit.joules.rawValue * 1e-9
        unambiguousNanoseconds = longestSafeNanoseconds
        if case .microjoules = encoding.form { learner = StepLearner() }
    }

    @inline(__always)
    mutating func decode(_ number: UInt64) -> UInt64? {
        guard let count = encoding.count(of: number) else { return nil }
        switch encoding.form {
        case .counts, .unbounded: break
        case .microjoules(let range): observe(number, range: range)
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

    private mutating func observe(_ number: UInt64, range: UInt64) {
        learner?.observe(number)
        guard let modulus = learner?.modulus(range: range) else { return }
        encoding = encoding.ending(at: modulus.nanojoules - 1)
        unambiguousNanoseconds = longestSafeNanoseconds
        modulusUncertainty = modulus.uncertainty
    }
}

extension EnergyUnit {
    /// The energy of a number of counts in nJ, rounded up, so that a sum never shrinks by being converted.
    fileprivate func nanojoules(of counts: UInt64) -> UInt64 {
        let scaled = UInt128(counts) * UInt128(numerator) * 1_000_000_000
        let lower = UInt128(denominator)
        return UInt64(clamping: (scaled + lower - 1) / lower)
    }
}
