import Glibc
import PowerSensorsCore

/// What supports an estimate: how similar a machine is to those that the model was fitted to.
struct EstimateSupport: Hashable, Sendable {
    /// What the data have of the processor.
    enum Processor: Int, Sendable {
        /// Machines of the same maker with it, and as many sockets.
        case ofMaker
        /// Machines with it.
        case known
        /// None.
        case unknown
    }

    /// The logarithm of the standard deviation that the most similar machine leaves open, as a mean of idle and full
    /// load.
    let deviation: Double

    let processor: Processor

    /// The number of sockets.
    let sockets: Int

    /// The generation's number; nil if it is not in the data.
    let generation: Int?

    /// The maker's number, 0 for one that is rare in the data; nil if it is not given.
    let maker: Int?

    /// Nothing: a machine of a class without data.
    static let none = EstimateSupport(deviation: 0, processor: .unknown, sockets: 1, generation: nil, maker: nil)
}

/// The 68 % bands of estimates, whose width follows from what supports each of them.
///
/// The logarithm of truth over estimate is between *low · s* and *high · s* in two of three cases, at each tenth of the
/// load, with *ln s = slope · deviation + processor + sockets + generation + maker + ln range*: effects for each group
/// of machines, and, if idle is known, the range between idle and full load as a part of the estimate. `Fitting`
/// determines the effects as a conditional quantile of the errors of machines that were set aside.
struct SupportBands: Sendable {
    /// What is known of a machine. Each case has a row in the tables.
    enum Case: Int, CaseIterable, Sendable { case generation, processor, maker, idle, maximum, anchored }

    /// The numbers of one case.
    private struct Row: Sendable {
        var slope = 0.0
        var processors: [Double] = []
        var sockets: [Double] = []
        var generations: [Double] = []
        var makers: [Double] = []
        var low: [Double] = []
        var high: [Double] = []
    }

    private let rows: [Row]

    /// Takes the rows of the tables; none if the number of their numbers is wrong.
    init(_ numbers: [[Double]], generations: Int, makers: Int) {
        let counts = [1, 3, 3, generations, makers + 1, 11, 11]
        rows = numbers.compactMap { numbers in
            guard numbers.count == counts.reduce(0, +) else { return nil }
            var rest = numbers[...]
            let parts = counts.map { count in
                defer { rest = rest.dropFirst(count) }
                return Array(rest.prefix(count))
            }
            return Row(
                slope: parts[0][0], processors: parts[1], sockets: parts[2], generations: parts[3], makers: parts[4],
                low: parts[5], high: parts[6])
        }
    }

    /// The factors of the estimate between which the truth lies in two of three cases.
    ///
    /// - Parameters:
    ///   - tenth: The load in tenths, from 0 to 10.
    ///   - range: The range between idle and full load as a part of the estimate.
    func band(of row: Case, _ support: EstimateSupport, tenth: Int, range: Double) -> RelativeBand {
        guard rows.indices.contains(row.rawValue) else { return EstimatorModel.bandOfAssumptions }
        let numbers = rows[row.rawValue]
        var logarithm = numbers.slope * support.deviation
        logarithm += numbers.processors[support.processor.rawValue]
        logarithm += numbers.sockets[min(max(support.sockets, 1), 3) - 1]
        if let generation = support.generation { logarithm += numbers.generations[generation] }
        if let maker = support.maker { logarithm += numbers.makers[maker] }
        if row == .idle || row == .anchored { logarithm += log(max(range, 0.01)) }
        let scale = exp(logarithm)
        return RelativeBand(low: exp(numbers.low[tenth] * scale), high: exp(numbers.high[tenth] * scale))
    }
}
