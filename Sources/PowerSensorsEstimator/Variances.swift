import Glibc

/// How strongly the errors of the formula correlate for similar machines, as variances of the logarithm of watts, at
/// idle and at full load. There is one set for each ``ReferencePoints/Knowledge``.
///
/// The lengths say how far two machines may differ in a feature and still count as similar. All numbers are those of
/// the fitting program, in `Fitting`.
struct Variances: Sendable {
    /// What remains between identical machines.
    let noise: SIMD2<Double>

    private let slope: SIMD2<Double>
    private let generation: SIMD2<Double>
    private let generationSlope: SIMD2<Double>
    private let size: SIMD2<Double>
    private let frequency: SIMD2<Double>
    private let processor: SIMD2<Double>
    private let maker: SIMD2<Double>
    private let makerInGeneration: SIMD2<Double>

    /// For the logarithms of sockets, cores per socket, and memory per socket.
    private static let lengths = SIMD3(0.4, 0.35, 5.0)
    /// For the logarithm of the frequency.
    private static let megahertzLength = 0.3
    private static let yearsLength = 4.0
    private static let makerYearsLength = 3.0
    /// A typical size, from which slopes are measured.
    private static let centre = SIMD3(0.5, 2.0, 0.0)

    /// Takes the nine numbers of two rows of the tables, for idle and for full load; nil if there are not nine.
    init?(idle: [Double], maximum: [Double]) {
        guard idle.count == 9, maximum.count == 9 else { return nil }
        let pairs = zip(idle, maximum).map { SIMD2($0, $1) }
        (slope, generation, generationSlope, size) = (pairs[0], pairs[1], pairs[2], pairs[3])
        (frequency, processor, maker, makerInGeneration) = (pairs[4], pairs[5], pairs[6], pairs[7])
        noise = pairs[8]
    }

    /// How similar two machines are: 0 or more.
    func covariance(_ a: ReferencePoints.Features, _ b: ReferencePoints.Features) -> SIMD2<Double> {
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
            if frequency != .zero {
                let difference = (a.logMegahertz - b.logMegahertz) / Self.megahertzLength
                variance += frequency * exp(-0.5 * difference * difference)
            }
            result += near * variance
        }
        if a.hasSameProcessor(as: b) { result += processor }
        if maker != .zero, a.hasSameMaker(as: b) {
            result += maker * exp(-0.5 * years / (Self.makerYearsLength * Self.makerYearsLength))
            // Within a generation, `near` only depends on the size, as the years are equal.
            if isSameGeneration { result += makerInGeneration * near }
        }
        return result
    }
}
