import Glibc
import PowerSensorsCore

/// The machines that the model was fitted to, with the correction that each contributes to estimates of similar
/// machines.
///
/// The corrections are a Gaussian process on the errors of the formula. The fitting program, in `Fitting`, computes the
/// weight of each machine. The covariance of two machines says how similar they are; it must be computed as in that
/// program.
package struct ReferencePoints: Sendable {
    /// One machine that the model was fitted to.
    struct Point: Sendable {
        let features: Features

        /// The logarithms of the ratio of idle to full load, and of the watts per core at full load.
        let ends: SIMD2<Double>

        /// Its contributions to the logarithms of idle and full load, for each ``Knowledge``.
        let weights: InlineArray<3, SIMD2<Double>>

        /// Its contributions to the curve: one for each of the five shapes (principal components) in which curves
        /// differ, then zeros.
        let curve: SIMD8<Double>
    }

    /// The features in which two machines are compared.
    struct Features: Sendable {
        /// The number of the generation; nil if it is not in the data.
        var generation: Int?
        /// The number of the machine's manufacturer; nil if there are too few of its machines in the data.
        var maker: Int?
        /// The number of the processor's ``ProcessorKey``; nil if it is not in the data.
        var key: Int?
        /// The median year of the generation.
        var year: Double
        /// 0 Intel, 1 AMD, 2 others; nil if the generation is not in the data.
        var brand: Int?
        /// The logarithms of sockets, cores per socket, and GB per socket over 32.
        var logSize: SIMD3<Double>
        /// The logarithm of the frequency in MHz.
        var logMegahertz: Double
        /// The logarithm of the design power of one processor in watts, assumed from similar processors if it is
        /// unknown.
        var logDesign: Double

        /// Whether both have the same known processor.
        func hasSameProcessor(as other: Self) -> Bool {
            key == other.key && generation == other.generation && key != nil
        }

        /// Whether both have the same known manufacturer.
        func hasSameMaker(as other: Self) -> Bool { maker == other.maker && maker != nil }
    }

    /// How much is known about a machine besides its size: only the generation, also the processor, or also the
    /// manufacturer.
    enum Knowledge: Int, Sendable { case generation, processor, maker }

    /// The points that are built into the program.
    package static let embedded = ReferencePoints()

    let points: [Point]

    /// How much of the correction at full load applies to idle, and how much of that at idle applies to full load, for
    /// ``KnownWatts/applied(to:slopes:)``.
    let slopes: SIMD2<Double>

    /// The bands of estimates.
    let bands: SupportBands

    /// The generations, by their numbers; nil for one that the program does not know.
    private let generations: [CPUGeneration?]
    private let years: [Double]
    private let makers: [[String]]
    /// The keys, by their numbers.
    private let keys: [String]
    /// The variances for each ``Knowledge``.
    private let levels: [Variances]
    /// How similar each point is to itself, with the noise, for each ``Knowledge``.
    private let own: [[SIMD2<Double>]]
    /// For each ``Knowledge``, how idle and full load follow the logarithm of design power, and a processor for little
    /// power.
    private let lines: [(design: SIMD2<Double>, lowPower: SIMD2<Double>)]
    /// The five shapes in which curves differ, at the nine tenths between idle and full load.
    private let shapes: [[Double]]

    private init() {
        generations = EstimatorTables.generations.split(separator: " ").map { CPUGeneration(rawValue: String($0)) }
        years = Self.numbers(EstimatorTables.years).first ?? []
        makers = EstimatorTables.makers.split(separator: ";").map { $0.split(separator: ",").map(String.init) }
        keys = EstimatorTables.keys.split(separator: " ").map(String.init)
        let variances = Self.numbers(EstimatorTables.levels)
        let levels = stride(from: 0, to: variances.count - 1, by: 2).compactMap {
            Variances(idle: variances[$0], maximum: variances[$0 + 1])
        }
        self.levels = levels
        shapes = Self.numbers(EstimatorTables.shapes)
        lines = Self.numbers(EstimatorTables.lines).filter { $0.count == 4 }.map {
            (SIMD2($0[0], $0[1]), SIMD2($0[2], $0[3]))
        }
        bands = SupportBands(
            Self.numbers(EstimatorTables.bands), generations: generations.count, makers: makers.count)
        let slopes = Self.numbers(EstimatorTables.slopes).first ?? []
        self.slopes = slopes.count == 2 ? SIMD2(slopes[0], slopes[1]) : .zero
        let steps = Self.numbers(EstimatorTables.steps).first ?? []
        let points = PointDigits(steps: steps, years: years, generations: generations)
            .points(in: Array(EstimatorTables.points.utf8))
        self.points = points
        own = levels.map { level in points.map { level.covariance($0.features, $0.features) + level.noise } }
    }

    private static func numbers(_ text: String) -> [[Double]] {
        text.split(separator: ";").map { $0.split(separator: " ").compactMap { Double($0) } }
    }

    // MARK: Numbers of names

    /// A manufacturer's number, found by the beginning of its name; nil if there are too few of its machines in the
    /// data.
    func maker(named name: String) -> Int? {
        let name = name.lowercased()
        return makers.firstIndex { $0.contains { name.hasPrefix($0) } }.map { $0 + 1 }
    }

    /// A generation's number, median year and brand; nil if it is not in the data.
    func entry(of generation: CPUGeneration) -> (number: Int, year: Double, brand: Int)? {
        guard let number = generations.firstIndex(of: generation), years.indices.contains(number) else { return nil }
        return (number, years[number], generation.brand)
    }

    /// A key's number; nil if it is not in the data.
    func key(_ key: String) -> Int? { keys.firstIndex(of: key) }

    // MARK: Typical machines

    /// The server generation whose median year is nearest to a year, among those of the same brand as another
    /// generation.
    func generation(nearestTo year: Int, like other: CPUGeneration) -> CPUGeneration? {
        func distance(_ generation: CPUGeneration) -> Double {
            entry(of: generation).map { abs($0.year - Double(year)) } ?? .infinity
        }
        return CPUGeneration.allCases.filter { $0.brand == other.brand && $0 != .other && !$0.isClientOnly }
            .min { distance($0) < distance($1) }
    }

    /// The cores per socket of a processor; nil if it is not in the data.
    func coresPerSocket(of generation: CPUGeneration, key: String) -> Int? {
        // The middle one: some results are of machines with part of their cores.
        let cores = machines(of: generation, key: key).map { Int(exp($0.features.logSize.y).rounded()) }.sorted()
        return cores.isEmpty ? nil : cores[cores.count / 2]
    }

    /// The generation, the key and the cores per socket of each machine in the data whose processor is known.
    package var processors: [(generation: CPUGeneration, key: String, coresPerSocket: Int)] {
        points.compactMap { point in
            guard let key = point.features.key, let generation = point.features.generation.flatMap({ generations[$0] })
            else {
                return nil
            }
            return (generation, keys[key], Int(exp(point.features.logSize.y).rounded()))
        }
    }

    /// The most frequent number of sockets of machines with a processor; nil if it is not in the data.
    func typicalSockets(of generation: CPUGeneration, key: String) -> Int? {
        let counts = Dictionary(grouping: machines(of: generation, key: key)) {
            Int(exp($0.features.logSize.x).rounded())
        }
        .mapValues(\.count)
        return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
    }

    /// The logarithm of the design power in watts of a processor; nil if it is not in the data.
    func logDesign(of generation: CPUGeneration, key: String) -> Double? {
        machines(of: generation, key: key).first?.features.logDesign
    }

    private func machines(of generation: CPUGeneration, key: String) -> [Point] {
        guard let number = generations.firstIndex(of: generation), let key = self.key(key) else { return [] }
        return points.filter { $0.features.generation == number && $0.features.key == key }
    }

    /// How many machines in the data have a server's processor, how many of these have its maker too, and how many its
    /// generation.
    func similar(to server: ModelledServer) -> (processor: Int, maker: Int, generation: Int) {
        let same = machines(of: server.generation, key: server.processorKey)
        let maker = maker(named: server.maker)
        let generation = entry(of: server.generation)?.number
        return (
            same.count, maker == nil ? 0 : same.count { $0.features.maker == maker },
            points.count { $0.features.generation == generation }
        )
    }

    // MARK: Corrections

    /// The correction of the formula: what to add to the logarithms of the watts at idle and full load; and the
    /// logarithm of the standard deviation that the most similar machine leaves open, as a mean of both.
    func correction(for match: ReferenceMatch) -> (ends: SIMD2<Double>, deviation: Double) {
        let level = match.knowledge.rawValue
        guard levels.indices.contains(level) else { return (.zero, 0) }
        let variances = levels[level]
        let own = self.own[level]
        var sum = SIMD2<Double>.zero
        var explained = SIMD2<Double>.zero
        for index in points.indices {
            let covariance = variances.covariance(match.features, points[index].features)
            sum += points[index].weights[level] * covariance
            explained = pointwiseMax(explained, covariance * covariance / own[index])
        }
        if lines.indices.contains(level) {
            let (design, lowPower) = lines[level]
            sum += design * (match.features.logDesign - Self.designCentre)
            if match.isForLittlePower { sum += lowPower }
        }
        let left = variances.covariance(match.features, match.features) + variances.noise - explained
        return (sum, (log(left.x) + log(left.y)) / 4)
    }

    /// The logarithm of the design power, in watts a socket, at which it corrects nothing.
    static let designCentre = log(110.0)

    /// The correction of the curve: what to add to its shares at the nine tenths between idle and full load. The
    /// numbers are those of the fitting program.
    func curve(for match: ReferenceMatch, ends: SIMD2<Double>, cores: Int) -> [Double] {
        let own = SIMD2(ends.x - ends.y, ends.y - log(Double(cores)))
        var sum = SIMD8<Double>.zero
        for point in points {
            let maker = match.features.hasSameMaker(as: point.features) ? 1.0 : 0
            var covariance = maker
            if point.features.generation == match.features.generation {
                let differences = own - point.ends
                let sizes = (match.features.logSize - point.features.logSize) / SIMD3(2, 0.8, 2.5)
                let squares = (differences / SIMD2(0.5, 0.4)).squaredLength + sizes.squaredLength
                let ratio = differences.x / 0.12
                covariance += exp(-0.5 * ratio * ratio) + (2 + 3 * maker) * exp(-squares.squareRoot())
            }
            if covariance > 0 { sum += point.curve * covariance }
        }
        return (0..<9).map { load in
            shapes.indices.prefix(5).reduce(0) { $0 + sum[$1] * shapes[$1][load] }
        }
    }
}

extension CPUGeneration {
    /// The vendor, as the fit distinguishes them: 0 Intel, 1 AMD, 2 others.
    var brand: Int {
        switch self {
        case .k10, .bulldozer, .naples, .rome, .milan, .genoa, .turin, .zenAM5: 1
        case .altra, .other: 2
        default: 0
        }
    }
}
