/// A machine's load and power over one window of time.
package struct CalibrationPoint: Hashable, Sendable {
    /// The mean load of all processors, from 0 to 1.
    package let load: Double

    /// The mean power.
    package let power: Watts

    /// A window's means.
    package init(load: Double, power: Watts) {
        self.load = load
        self.power = power
    }
}

/// Why a machine's curve cannot be told from what was measured.
package enum CalibrationError: Error, Hashable, CustomStringConvertible {
    /// Fewer windows than a curve needs.
    case tooFewPoints(Int)

    /// The load hardly changed.
    case loadHardlyChanged(from: Double, to: Double)

    /// The power does not rise with the load.
    case powerDoesNotRise

    /// The curve is this far off what it was not fitted to, in the mean.
    case doesNotFit(Double)

    /// What is wrong and what mends it, as one line.
    package var description: String {
        switch self {
        case .tooFewPoints(let count):
            "only \(count) measurements could be used; \(CalibrationFit.fewestPoints) are needed. Measure for longer."
        case .loadHardlyChanged(let from, let to):
            "the load only went from \(Int(from * 100)) to \(Int(to * 100)) %; half the range from idle to full load is "
                + "needed. Watch for longer, or leave out --passive. A quota of processor time holds the load down, too."
        case .powerDoesNotRise:
            "the power does not rise with the load, so the sensor does not measure these processors. Choose another by "
                + "--sensor or --scope."
        case .doesNotFit(let error):
            "the curve is off by \(Int((error * 100).rounded())) % in the mean: the power follows something else than the load. "
                + "Choose another sensor by --sensor or --scope."
        }
    }
}

/// The curve of a machine's power over its load, fitted to measurements.
///
/// It is a line of eleven knots, at each tenth of the load: least squares on the measurements, with a slight penalty on bends
/// that bridges loads that were not seen. Errors count as parts of the power, as those of meters do. What lies far off the
/// curve counts little or nothing (Tukey's weights), since meters and neighbours have their moments; and the curve never
/// falls, as the power of no machine does.
package struct CalibrationFit: Hashable, Sendable {
    /// The loads at which the curve has its knots: each tenth.
    package static let knots = 11

    /// Fewer than this are no curve.
    package static let fewestPoints = 20

    /// Half the range must have been seen, or the rest would be invented.
    private static let smallestRange = 0.5

    /// How stiff the line is between loads that were not seen, in weights of a knot's mean number of measurements.
    private static let stiffness = 0.005

    /// From where on Tukey's weights leave a measurement out, in standard deviations.
    private static let outlier = 4.685

    /// The power at each knot.
    package let powers: [Watts]

    /// The loads between which measurements lie.
    package let loads: ClosedRange<Double>

    /// The mean difference from the measurements that the fit did not use, as a part of them.
    package let error: Double

    /// How many measurements the fit used, and how many it was tried on.
    package let counts: (used: Int, tried: Int)

    /// Fits a curve to two thirds of the measurements, and tries it on the others.
    ///
    /// - Parameter points: The measurements, in the order of time.
    package init(_ points: [CalibrationPoint]) throws(CalibrationError) {
        let usable = points.filter {
            (0...1).contains($0.load) && $0.power.rawValue.isFinite && $0.power.rawValue > 0
        }
        guard usable.count >= Self.fewestPoints else { throw .tooFewPoints(usable.count) }
        let least = usable.map(\.load).min() ?? 0
        let most = usable.map(\.load).max() ?? 0
        guard most - least >= Self.smallestRange else { throw .loadHardlyChanged(from: least, to: most) }

        let used = usable.enumerated().filter { $0.offset % 3 != 2 }.map(\.element)
        let tried = usable.enumerated().filter { $0.offset % 3 == 2 }.map(\.element)
        let knots = Self.rising(Self.robustLine(used), weights: Self.weights(of: used))
        guard let first = knots.first, let last = knots.last, last > first * 1.02 else { throw .powerDoesNotRise }
        // What is drawn on beneath the loads that were seen must not lead below 0.
        powers = knots.map { Watts(max($0, 0)) }
        loads = least...most
        counts = (used.count, tried.count)
        error =
            tried.map { abs(Self.value(of: knots, at: $0.load) / $0.power.rawValue - 1) }.reduce(0, +)
            / Double(tried.count)
        guard error <= 0.5 else { throw .doesNotFit(error) }
    }

    package static func == (left: CalibrationFit, right: CalibrationFit) -> Bool {
        left.powers == right.powers && left.loads == right.loads && left.error == right.error
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(powers) }

    // MARK: The line

    /// The knots on both sides of a load, and how far it lies between them.
    private static func place(_ load: Double) -> (knot: Int, part: Double) {
        let position = load * Double(knots - 1)
        let knot = min(Int(position), knots - 2)
        return (knot, position - Double(knot))
    }

    private static func value(of line: [Double], at load: Double) -> Double {
        let (knot, part) = place(load)
        return line[knot] * (1 - part) + line[knot + 1] * part
    }

    /// How many measurements each knot stands for.
    private static func weights(of points: [CalibrationPoint]) -> [Double] {
        var weights = [Double](repeating: 1e-6, count: knots)
        for point in points {
            let (knot, part) = place(point.load)
            weights[knot] += 1 - part
            weights[knot + 1] += part
        }
        return weights
    }

    /// Least squares, again and again with less weight for what lies far off.
    private static func robustLine(_ points: [CalibrationPoint]) -> [Double] {
        var line = fitted(points, weights: Array(repeating: 1, count: points.count))
        for _ in 0..<20 {
            let residuals = points.map { abs(value(of: line, at: $0.load) / $0.power.rawValue - 1) }
            // The median of a normal distribution's sizes is 0.6745 of its standard deviation.
            let deviation = residuals.sorted()[residuals.count / 2] / 0.6745
            // No meter is so good that what lies two per cent off is wild; without that floor a clean curve loses its ends.
            let scale = outlier * max(deviation, 0.02)
            let weights = residuals.map { residual in
                let distance = min(residual / scale, 1)
                return (1 - distance * distance) * (1 - distance * distance)
            }
            line = fitted(points, weights: weights)
        }
        return line
    }

    /// The line of least squares and slight bends.
    private static func fitted(_ points: [CalibrationPoint], weights: [Double]) -> [Double] {
        var matrix = [[Double]](repeating: Array(repeating: 0, count: knots + 1), count: knots)
        var total = 0.0
        for (point, robust) in zip(points, weights) {
            let (knot, part) = place(point.load)
            let weight = robust / (point.power.rawValue * point.power.rawValue)
            total += weight
            let (left, right) = (1 - part, part)
            matrix[knot][knot] += weight * left * left
            matrix[knot][knot + 1] += weight * left * right
            matrix[knot + 1][knot] += weight * left * right
            matrix[knot + 1][knot + 1] += weight * right * right
            matrix[knot][knots] += weight * left * point.power.rawValue
            matrix[knot + 1][knots] += weight * right * point.power.rawValue
        }
        let penalty = stiffness * total / Double(knots)
        for middle in 1..<(knots - 1) {
            let bend = [(middle - 1, 1.0), (middle, -2.0), (middle + 1, 1.0)]
            for (row, left) in bend {
                for (column, right) in bend { matrix[row][column] += penalty * left * right }
            }
        }
        return solved(matrix)
    }

    /// Gauss' elimination; the penalty and two different loads make the matrix positive definite.
    private static func solved(_ system: [[Double]]) -> [Double] {
        var rows = system
        let count = rows.count
        for pivot in 0..<count {
            for row in (pivot + 1)..<max(count, pivot + 1) {
                let factor = rows[row][pivot] / rows[pivot][pivot]
                for column in pivot...count { rows[row][column] -= factor * rows[pivot][column] }
            }
        }
        var solution = [Double](repeating: 0, count: count)
        for row in stride(from: count - 1, through: 0, by: -1) {
            let known = ((row + 1)..<max(count, row + 1)).reduce(0) { $0 + rows[row][$1] * solution[$1] }
            solution[row] = (rows[row][count] - known) / rows[row][row]
        }
        return solution
    }

    /// The nearest line that never falls: neighbours that do are pooled (the pool-adjacent-violators algorithm).
    private static func rising(_ line: [Double], weights: [Double]) -> [Double] {
        var pools: [(value: Double, weight: Double, count: Int)] = []
        for (value, weight) in zip(line, weights) {
            pools.append((value, weight, 1))
            while pools.count > 1, pools[pools.count - 2].value > pools[pools.count - 1].value {
                let last = pools.removeLast()
                let before = pools.removeLast()
                let weight = before.weight + last.weight
                let value = (before.value * before.weight + last.value * last.weight) / weight
                pools.append((value, weight, before.count + last.count))
            }
        }
        return pools.flatMap { Array(repeating: $0.value, count: $0.count) }
    }
}
