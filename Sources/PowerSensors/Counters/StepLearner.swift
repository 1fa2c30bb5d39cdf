/// Finds out in what steps a counter of µJ moves, when its range does not tell.
///
/// The modulus is the range plus one step, so the step decides what a wrap adds. Every number that the counter
/// shows rules out the units that cannot show it; the coarsest that is left is the step, once so many numbers
/// fitted that chance is out of the question.
struct StepLearner: Hashable, Sendable {
    /// Every unit that a RAPL driver is known to use, in nJ, the coarsest first; 1 µJ, which fits all, last.
    private static let candidates: [UInt64] = {
        let binary = (0...19).map { UInt64(1_000_000_000) >> UInt64($0) }
        let microjoules = (0...15).map { UInt64(1000) << UInt64($0) }
        return Set(binary + microjoules + [15_300]).sorted(by: >)
    }()

    private var fitting: [UInt64]
    private var previous: UInt64?
    private var observations = 0

    init() { fitting = Self.candidates }

    /// Takes a number into account that the counter showed, in µJ.
    mutating func observe(_ number: UInt64) {
        guard number != previous else { return }
        previous = number
        observations += 1
        if fitting.count > 1 { fitting.removeAll { !Self.shows(number, $0) } }
    }

    /// The modulus in nJ that a counter of this range has, and by how much it may be greater than that.
    func modulus(range: UInt64) -> (nanojoules: UInt64, uncertainty: UInt64) {
        let finest = (range + 1) * 1000
        guard let step = fitting.first, step > 1000 else { return (finest, 0) }
        let modulus = Self.modulus(range: range, step: step)
        if areProof(observations, ofUnit: step) { return (modulus, 0) }
        return (min(finest, modulus), max(finest, modulus) - min(finest, modulus))
    }

    /// The range is the greatest number, or a limit above it where it is not itself one of the numbers.
    private static func modulus(range: UInt64, step: UInt64) -> UInt64 {
        let last = shows(range, step) ? (range * 1000).dividedRoundingUp(by: step) : range * 1000 / step
        return (last + 1) * step
    }

    private static func shows(_ number: UInt64, _ step: UInt64) -> Bool {
        (number * 1000).dividedRoundingUp(by: step) * step / 1000 == number
    }
}

/// Whether so many different numbers that all fit a unit cannot fit it by chance.
///
/// One number in (unit ÷ 1 µJ) fits, so each is evidence of log₂ of that; one mistake in a million is accepted.
func areProof(_ observations: Int, ofUnit nanojoules: UInt64) -> Bool {
    Double(observations) * (Double(nanojoules) / 1000).lowerLogarithm2 >= 20
}

extension Double {
    /// A lower bound of the base-2 logarithm, exact for powers of two.
    fileprivate var lowerLogarithm2: Double { Double(exponent) + (significand - 1) }
}
