/// Finds out the step of a counter in µJ, which is the energy of one count, from its numbers, if its range does not
/// show it.
///
/// The modulus, which a wrap adds, is the range plus one step. Every number rules out the units in which it is
/// impossible. The coarsest remaining unit is the step, once so many numbers have been possible in it that this cannot
/// be chance.
struct StepLearner: Hashable, Sendable {
    /// Every unit that a RAPL driver is known to use, in nJ, the coarsest first. The last is 1 µJ, which fits every
    /// number.
    private static let candidates: [UInt64] = {
        let binary = (0...19).map { UInt64(1_000_000_000) >> UInt64($0) }
        let microjoules = (0...15).map { UInt64(1000) << UInt64($0) }
        return Set(binary + microjoules + [15_300]).sorted(by: >)
    }()

    /// The units that no number has ruled out: one bit for each of ``candidates``. An array would make every copy of a
    /// counter count references.
    private var fitting = (UInt64(1) << UInt64(StepLearner.candidates.count)) - 1
    private var previous: UInt64?
    private var observations = 0

    /// The coarsest unit that no number has ruled out, in nJ.
    private var step: UInt64 { Self.candidates[fitting.trailingZeroBitCount] }

    /// Rules out the units in which a number of the counter, in µJ, is impossible.
    mutating func observe(_ number: UInt64) {
        guard number != previous else { return }
        previous = number
        observations += 1
        for (index, unit) in Self.candidates.dropLast().enumerated() {
            let bit = UInt64(1) << UInt64(index)
            if fitting & bit != 0, !Self.shows(number, unit) { fitting &= ~bit }
        }
    }

    /// The modulus in nJ of a counter with this range, and how much larger it may be.
    func modulus(range: UInt64) -> (nanojoules: UInt64, uncertainty: UInt64) {
        let finest = (range + 1) * 1000
        guard step > 1000 else { return (finest, 0) }
        let modulus = Self.modulus(range: range, step: step)
        if isProof(observations, ofUnit: step) { return (modulus, 0) }
        return (min(finest, modulus), max(finest, modulus) - min(finest, modulus))
    }

    /// The modulus in nJ for a step. The range is the highest number or, if it is not a possible number itself, an
    /// upper limit of it.
    private static func modulus(range: UInt64, step: UInt64) -> UInt64 {
        let last = shows(range, step) ? (range * 1000).dividedRoundingUp(by: step) : range * 1000 / step
        return (last + 1) * step
    }

    /// Whether a number is possible with a step: it is a multiple of the step, rounded down to 1 µJ.
    private static func shows(_ number: UInt64, _ step: UInt64) -> Bool {
        (number * 1000).dividedRoundingUp(by: step) * step / 1000 == number
    }
}

/// Whether a number of observations that all fit a unit proves the unit.
///
/// By chance one number in (unit ÷ 1 µJ) fits, so each is log₂ of that in bits of evidence; the error probability is
/// one in a million.
func isProof(_ observations: Int, ofUnit nanojoules: UInt64) -> Bool {
    Double(observations) * (Double(nanojoules) / 1000).lowerLogarithm2 >= 20
}

extension Double {
    /// A lower bound of the base-2 logarithm, exact for powers of two.
    fileprivate var lowerLogarithm2: Double { Double(exponent) + (significand - 1) }
}
