import Glibc

/// How strongly the errors of the formula correlate for similar machines, as variances of the logarithm of watts. There
/// is one set for each ``ReferencePoints/Knowledge``.
///
/// The lengths say how far two machines may differ in a feature and still count as similar. All numbers are those of
/// the fitting program, in `Fitting`.
struct Variances: Sendable {
    private let slope: Double
    private let generation: Double
    private let generationSlope: Double
    private let size: Double
    private let frequency: Double
    private let processor: Double
    private let maker: Double
    private let makerInGeneration: Double

    /// For the logarithms of sockets, cores per socket, and memory per socket.
    private static let lengths = SIMD3(0.4, 0.35, 5.0)
    /// For the logarithm of the frequency.
    private static let megahertzLength = 0.3
    private static let yearsLength = 4.0
    private static let makerYearsLength = 3.0
    /// A typical size, from which slopes are measured.
    private static let centre = SIMD3(0.5, 2.0, 0.0)

    /// Takes the eight numbers of a row of the tables; nil if there are not eight.
    init?(_ numbers: [Double]) {
        guard numbers.count == 8 else { return nil }
        (slope, generation, generationSlope, size) = (numbers[0], numbers[1], numbers[2], numbers[3])
        (frequency, processor, maker, makerInGeneration) = (numbers[4], numbers[5], numbers[6], numbers[7])
    }

    /// How similar two machines are: 0 or more.
    func covariance(_ a: ReferencePoints.Features, _ b: ReferencePoints.Features) -> Double {
        let slopes = ((a.logSize - Self.centre) * (b.logSize - Self.centre)).sum()
        let isSameGeneration = a.generation == b.generation
        var result = slope * (1 + slopes)
        if isSameGeneration { result += generation + generationSlope * slopes }
        let years = (a.year - b.year) * (a.year - b.year)
        var near = 0.0
        if a.brand == b.brand {
            let differences = (a.logSize - b.logSize) / Self.lengths
            let squares = (differences * differences).sum() + years / (Self.yearsLength * Self.yearsLength)
            near = exp(-0.5 * squares)
            var variance = size
            if frequency > 0 {
                let difference = (a.logMegahertz - b.logMegahertz) / Self.megahertzLength
                variance += frequency * exp(-0.5 * difference * difference)
            }
            result += near * variance
        }
        if processor > 0, a.hasSameProcessor(as: b) { result += processor }
        if maker > 0, a.hasSameMaker(as: b) {
            result += maker * exp(-0.5 * years / (Self.makerYearsLength * Self.makerYearsLength))
            // Within a generation, `near` only depends on the size, as the years are equal.
            if isSameGeneration { result += makerInGeneration * near }
        }
        return result
    }
}
