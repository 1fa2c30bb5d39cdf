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
    private let nearly: SIMD2<Double>
    private let maker: SIMD2<Double>
    private let makerNearly: SIMD2<Double>

    /// For the logarithms of sockets, cores per socket, and memory per socket.
    private static let lengths = SIMD3(0.4, 0.35, 5.0)
    /// For the logarithm of the frequency.
    private static let megahertzLength = 0.3
    private static let yearsLength = 4.0
    private static let makerYearsLength = 3.0
    /// The same for nearly equal machines, where similarity falls at once with the first difference: for the logarithms
    /// of sockets, cores per socket and memory per socket, and of the frequency and the design power; and for years.
    private static let nearlyLengths = (size: SIMD3(0.6, 0.35, 0.7), others: SIMD3(0.3, 0.3, 4.0))
    /// A typical size, from which slopes are measured.
    private static let centre = SIMD3(0.5, 2.0, 0.0)

    /// Takes the ten numbers of two rows of the tables, for idle and for full load; nil if there are not ten.
    init?(idle: [Double], maximum: [Double]) {
        guard idle.count == 10, maximum.count == 10 else { return nil }
        let pairs = zip(idle, maximum).map { SIMD2($0, $1) }
        (slope, generation, generationSlope, size) = (pairs[0], pairs[1], pairs[2], pairs[3])
        (frequency, processor, nearly, maker, makerNearly) = (pairs[4], pairs[5], pairs[6], pairs[7], pairs[8])
        noise = pairs[9]
    }

    /// How similar two machines are: 0 or more.
    func covariance(_ a: ReferencePoints.Features, _ b: ReferencePoints.Features) -> SIMD2<Double> {
        let slopes = ((a.logSize - Self.centre) * (b.logSize - Self.centre)).sum()
        var result = slope * (1 + slopes)
        if a.generation == b.generation { result += generation + generationSlope * slopes }
        if a.hasSameProcessor(as: b) { result += processor }
        let years = a.year - b.year
        let hasSameMaker = maker != .zero && a.hasSameMaker(as: b)
        if hasSameMaker {
            result += maker * exp(-0.5 * years * years / (Self.makerYearsLength * Self.makerYearsLength))
        }
        guard a.brand == b.brand else { return result }

        let sizes = a.logSize - b.logSize
        let megahertz = a.logMegahertz - b.logMegahertz
        var squares = (sizes / Self.lengths).squaredLength
        squares += years * years / (Self.yearsLength * Self.yearsLength)
        if size != .zero { result += size * exp(-0.5 * squares) }
        squares += megahertz * megahertz / (Self.megahertzLength * Self.megahertzLength)
        if frequency != .zero { result += frequency * exp(-0.5 * squares) }
        if nearly != .zero {
            let others = SIMD3(megahertz, a.logDesign - b.logDesign, years) / Self.nearlyLengths.others
            let squares = (sizes / Self.nearlyLengths.size).squaredLength + others.squaredLength
            result += exp(-squares.squareRoot()) * (hasSameMaker ? nearly + makerNearly : nearly)
        }
        return result
    }
}

extension SIMD<Double> {
    /// The sum of the squares of the numbers.
    var squaredLength: Double { (self * self).sum() }
}
