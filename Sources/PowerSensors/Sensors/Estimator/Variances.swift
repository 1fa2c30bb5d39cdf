#if canImport(Glibc)
import Glibc
#endif

/// How strongly machines are alike, in variances of the logarithm of watts; one set for each level of knowledge.
///
/// The lengths within which machines are alike are those of the fitting program.
struct Variances: Sendable {
    private let slope: Double
    private let generation: Double
    private let generationSlope: Double
    private let size: Double
    private let frequency: Double
    private let processor: Double
    private let maker: Double
    private let makerOfGeneration: Double

    private static let lengths = SIMD3(0.4, 0.35, 5.0)
    private static let megahertzLength = 0.3
    private static let yearsLength = 4.0
    private static let yearsLengthOfMaker = 3.0
    private static let centre = SIMD3(0.5, 2.0, 0.0)

    /// Takes the eight numbers of a row; nil where they are not eight.
    init?(_ numbers: [Double]) {
        guard numbers.count == 8 else { return nil }
        slope = numbers[0]
        generation = numbers[1]
        generationSlope = numbers[2]
        size = numbers[3]
        frequency = numbers[4]
        processor = numbers[5]
        maker = numbers[6]
        makerOfGeneration = numbers[7]
    }

    /// How alike two machines are.
    func covariance(_ a: ReferencePoints.Likeness, _ b: ReferencePoints.Likeness) -> Double {
        let slopes = ((a.size - Self.centre) * (b.size - Self.centre)).sum()
        let isSame = a.generation == b.generation
        var result = slope * (1 + slopes)
        if isSame { result += generation + generationSlope * slopes }
        let years = (a.year - b.year) * (a.year - b.year)
        var near = 0.0
        if a.brand == b.brand {
            let differences = (a.size - b.size) / Self.lengths
            let squares = (differences * differences).sum() + years / (Self.yearsLength * Self.yearsLength)
            near = exp(-0.5 * squares)
            var variance = size
            if frequency > 0 {
                let difference = (a.megahertz - b.megahertz) / Self.megahertzLength
                variance += frequency * exp(-0.5 * difference * difference)
            }
            result += near * variance
        }
        if processor > 0, a.isOfProcessor(b) { result += processor }
        if maker > 0, a.isOfMaker(b) {
            result += maker * exp(-0.5 * years / (Self.yearsLengthOfMaker * Self.yearsLengthOfMaker))
            // Of one generation there is no difference of years in `near`.
            if isSame { result += makerOfGeneration * near }
        }
        return result
    }
}
