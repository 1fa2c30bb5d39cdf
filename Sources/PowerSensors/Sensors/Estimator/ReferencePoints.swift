#if canImport(Glibc)
import Glibc
#endif

/// The machines of the fit, with what each adds to the estimate of a machine that is like it.
///
/// A Gaussian process on the formula's residuals; the fitting program says how the weights are found. Its covariances
/// say how alike two machines are, and must be those of the fitting program.
struct ReferencePoints: Sendable {
    /// One machine of the fit.
    struct Point: Sendable {
        /// What it is alike in.
        let likeness: Likeness

        /// The logarithms of idle over full load, and of watts a core at full load.
        let ends: SIMD2<Double>

        /// What it adds to the logarithms of idle and full load, for each ``Knowledge``.
        let weights: InlineArray<3, SIMD2<Double>>

        /// What it adds to the curve, in the ways in which curves differ.
        let curve: SIMD4<Double>
    }

    /// In what two machines are compared.
    struct Likeness: Sendable {
        var generation: Int
        var maker: Int
        var key: Int
        /// The median year of the generation.
        var year: Double
        /// 0 Intel, 1 AMD, 2 others.
        var brand: Int
        /// The logarithms of sockets, cores a socket, and GB a socket over 32.
        var size: SIMD3<Double>
        /// The logarithm of the frequency in MHz.
        var megahertz: Double
    }

    /// How much is known of a machine.
    enum Knowledge: Int, Sendable { case generation, processor, maker }

    /// The numbers that stand inside the program.
    static let embedded = ReferencePoints()

    let points: [Point]

    /// How far a known full load moves idle, and a known idle full load: parts of logarithms.
    let slopes: SIMD2<Double>

    private let generations: [CPUGeneration: Int]
    private let years: [Double]
    private let makers: [[String]]
    private let keys: [String: Int]
    private let levels: [Variances]
    private let shapes: [[Double]]
    private let bands: [[Double]]

    /// A key's number where it is none of the data's.
    static let noKey = 4095

    private init() {
        var generations: [CPUGeneration: Int] = [:]
        for (index, name) in EstimatorTables.generations.split(separator: " ").enumerated() {
            if let generation = CPUGeneration(rawValue: String(name)) { generations[generation] = index }
        }
        self.generations = generations
        years = Self.numbers(EstimatorTables.years).first ?? []
        makers = EstimatorTables.makers.split(separator: ";").map { $0.split(separator: ",").map(String.init) }
        keys = Dictionary(
            EstimatorTables.keys.split(separator: " ").enumerated().map { (String($1), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        levels = Self.numbers(EstimatorTables.levels).compactMap(Variances.init)
        shapes = Self.numbers(EstimatorTables.shapes)
        bands = Self.numbers(EstimatorTables.bands)
        let slopes = Self.numbers(EstimatorTables.slopes).first ?? []
        self.slopes = slopes.count == 2 ? SIMD2(slopes[0], slopes[1]) : .zero
        let brands = generations.reduce(into: [Int: Int]()) { $0[$1.value] = $1.key.brand }
        points = PointDigits(steps: Self.numbers(EstimatorTables.steps).first ?? [], years: years, brands: brands)
            .points(in: Array(EstimatorTables.points.utf8))
    }

    private static func numbers(_ text: String) -> [[Double]] {
        text.split(separator: ";").map { $0.split(separator: " ").compactMap { Double($0) } }
    }

    /// The number of a machine's maker, by how its name begins; 0 for none that the data have results enough of.
    func maker(named name: String) -> Int {
        let name = name.lowercased()
        return (makers.firstIndex { $0.contains { name.hasPrefix($0) } } ?? -1) + 1
    }

    /// A generation's number, its median year and its maker; nil where the data have none of it.
    func place(of generation: CPUGeneration) -> (number: Int, year: Double, brand: Int)? {
        guard let number = generations[generation], years.indices.contains(number) else { return nil }
        return (number, years[number], generation.brand)
    }

    /// The generation of the same maker as another whose median year is nearest to a year.
    func generation(nearestTo year: Int, like other: CPUGeneration) -> CPUGeneration? {
        CPUGeneration.allCases.filter { $0.brand == other.brand && $0 != .other && !$0.isClientOnly }.min { a, b in
            func distance(_ generation: CPUGeneration) -> Double {
                place(of: generation).map { abs($0.year - Double(year)) } ?? .infinity
            }
            return distance(a) < distance(b)
        }
    }

    /// The cores a socket of a processor of the data; nil where they have none of it.
    func coresPerSocket(of generation: CPUGeneration, key: String) -> Int? {
        guard let number = generations[generation], let key = keys[key] else { return nil }
        let point = points.first { $0.likeness.generation == number && $0.likeness.key == key }
        return point.map { Int(exp($0.likeness.size.y).rounded()) }
    }

    /// The sockets that machines of the data have with a processor, the most frequent number; nil where they have none of it.
    func usualSockets(of generation: CPUGeneration, key: String) -> Int? {
        guard let number = generations[generation], let key = keys[key] else { return nil }
        let same = points.filter { $0.likeness.generation == number && $0.likeness.key == key }
        let counts = Dictionary(grouping: same) { Int(exp($0.likeness.size.x).rounded()) }.mapValues(\.count)
        return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
    }

    /// A key's number; ``noKey`` where the data have none.
    func key(_ key: String) -> Int { keys[key] ?? Self.noKey }

    /// What to add to the logarithms of idle and full load.
    func ends(of place: PlaceAmongPoints, knowing knowledge: Knowledge) -> SIMD2<Double> {
        guard levels.indices.contains(knowledge.rawValue) else { return .zero }
        let variances = levels[knowledge.rawValue]
        var sum = SIMD2<Double>.zero
        for index in points.indices {
            let covariance = variances.covariance(place.likeness, points[index].likeness)
            sum += points[index].weights[knowledge.rawValue] * covariance
        }
        return sum
    }

    /// What to add to the curve's shares at the nine tenths between idle and full load.
    func curve(of place: PlaceAmongPoints, ends: SIMD2<Double>, cores: Int) -> [Double] {
        let own = SIMD2(ends.x - ends.y, ends.y - log(Double(cores)))
        var sum = SIMD4<Double>.zero
        for point in points where point.likeness.generation == place.likeness.generation {
            let differences = (own - point.ends) / SIMD2(0.12, 0.2)
            let squares = differences * differences
            let ratio = exp(-0.5 * squares.x)
            var covariance = 1.5 + 2 * ratio + 0.75 * exp(-0.5 * squares.y)
            if place.likeness.isOfProcessor(point.likeness) { covariance += 0.5 * ratio }
            if place.likeness.isOfMaker(point.likeness) { covariance += 0.75 }
            sum += point.curve * covariance
        }
        return (0..<9).map { load in
            shapes.indices.prefix(4).reduce(0) { $0 + sum[$1] * shapes[$1][load] }
        }
    }

    /// The factors between which the truth lies, for a tenth of the load, or with 11 for all loads.
    func band(of basis: ServerEstimate.Basis, column: Int) -> RelativeBand {
        let row = basis.rawValue * 2
        return RelativeBand(low: exp(bands[row][column]), high: exp(bands[row + 1][column]))
    }
}

extension ReferencePoints.Likeness {
    /// Whether both have the same known processor.
    func isOfProcessor(_ other: Self) -> Bool {
        key == other.key && generation == other.generation && key != ReferencePoints.noKey
    }

    /// Whether both are of the same known maker.
    func isOfMaker(_ other: Self) -> Bool { maker == other.maker && maker != 0 }
}

extension CPUGeneration {
    /// Who makes it, as the fit tells them apart: 0 Intel, 1 AMD, 2 others.
    var brand: Int {
        switch self {
        case .k10, .bulldozer, .naples, .rome, .milan, .genoa, .turin, .zenAM5: 1
        case .altra, .other: 2
        default: 0
        }
    }
}
