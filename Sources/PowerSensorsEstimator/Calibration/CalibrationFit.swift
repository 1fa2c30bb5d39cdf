public import PowerSensorsCore

/// A machine's mean load and power over a time window.
public struct CalibrationPoint: Hashable, Sendable {
    /// The mean load of all processors, from 0 to 1.
    public let load: Double

    /// The mean power.
    public let power: Watts

    /// Creates a point from the mean load, from 0 to 1, and the mean power over the same time.
    public init(load: Double, power: Watts) {
        self.load = load
        self.power = power
    }
}

/// Why measurements do not yield a machine's curve.
public enum CalibrationError: Error, Hashable, CustomStringConvertible {
    /// There are too few usable measurements.
    case tooFewPoints(Int)

    /// The load hardly changed.
    case loadHardlyChanged(from: Double, to: Double)

    /// The power does not rise with the load.
    case powerDoesNotRise

    /// The mean relative error on measurements that the fit did not use is too large.
    case doesNotFit(Double)

    /// What is wrong and what would help, as one line.
    public var description: String {
        switch self {
        case .tooFewPoints(let count):
            "only \(count) measurements are usable, but \(CalibrationFit.fewestPoints) are needed. Measure for longer."
        case .loadHardlyChanged(let from, let to):
            "the load only went from \(fixed(from * 100, decimals: 0)) to \(fixed(to * 100, decimals: 0)) %, but must "
                + "cover half the range from idle to full load. Measure for longer, or under more load. A quota of "
                + "processor time limits the load too."
        case .powerDoesNotRise:
            "the power does not rise with the load, so the sensor does not measure these processors. Choose another "
                + "sensor or scope."
        case .doesNotFit(let error):
            "the curve's mean error is \(fixed(error * 100, decimals: 0)) %: the power depends on something other than "
                + "the load. Choose another sensor or scope."
        }
    }
}

/// The curve of a machine's power over its load, fitted to measurements.
///
/// The curve is piecewise linear. It bends at eleven knots, one at each tenth of the load. It is a least-squares fit of
/// relative errors, with a slight penalty on bends that bridges loads which were not measured. Outliers, which a meter
/// or other virtual machines may cause, count little or nothing (Tukey's weights). The curve never falls, since a
/// machine does not use less power at a higher load.
public struct CalibrationFit: Sendable {
    /// The number of knots.
    static let knots = 11

    /// The fewest measurements that are accepted.
    public static let fewestPoints = 20

    /// The part of the load's range that must be measured.
    static let smallestRange = 0.5

    /// The least ratio of the power at full load to that without load. A smaller rise may be an error of the meter.
    static let smallestRise = 1.02

    /// The largest mean relative error on the tested measurements. With a larger one, the power does not depend on the load.
    static let largestError = 0.5

    /// The penalty on bends, relative to the mean weight that the measurements have per knot. It is a judgement: large
    /// enough to bridge gaps, and small enough not to flatten real bends.
    private static let stiffness = 0.005

    /// The distance from the curve, in standard deviations, from which Tukey's weights ignore a measurement. This is
    /// the usual number, with which a fit without outliers is 95 % as precise as one with equal weights.
    private static let outlierDistance = 4.685

    /// The power at each knot.
    public let powers: [Watts]

    /// The range of measured loads.
    public let loads: ClosedRange<Double>

    /// The mean relative error on measurements that the fit did not use.
    public let error: Double

    /// How many measurements the fit used, and on how many others it was tested.
    public let counts: (used: Int, tested: Int)

    /// Fits a curve to two thirds of the measurements, and tests it on the others.
    ///
    /// - Parameter points: The measurements in chronological order.
    /// - Throws: ``CalibrationError`` if they yield no curve.
    public init(_ points: [CalibrationPoint]) throws(CalibrationError) {
        let usable = points.filter {
            (0...1).contains($0.load) && $0.power.rawValue.isFinite && $0.power.rawValue > 0
        }
        guard usable.count >= Self.fewestPoints else { throw .tooFewPoints(usable.count) }
        let least = usable.map(\.load).min() ?? 0
        let most = usable.map(\.load).max() ?? 0
        guard most - least >= Self.smallestRange else { throw .loadHardlyChanged(from: least, to: most) }

        let used = usable.enumerated().filter { $0.offset % 3 != 2 }.map(\.element)
        let tested = usable.enumerated().filter { $0.offset % 3 == 2 }.map(\.element)
        let curve = Self.rising(Self.robustCurve(used), weights: Self.support(of: used))
        guard let first = curve.first, let last = curve.last, last > first * Self.smallestRise else {
            throw .powerDoesNotRise
        }
        // Below the measured loads the curve is extrapolated, which must not lead to negative power.
        powers = curve.map { Watts(max($0, 0)) }
        loads = least...most
        counts = (used.count, tested.count)
        error =
            tested.map { abs(Self.value(of: curve, at: $0.load) / $0.power.rawValue - 1) }.reduce(0, +)
            / Double(tested.count)
        guard error <= Self.largestError else { throw .doesNotFit(error) }
    }

    // MARK: The curve

    /// The knot below a load, and how far the load is from it to the next, from 0 to 1.
    private static func position(of load: Double) -> (knot: Int, part: Double) {
        let position = load * Double(knots - 1)
        let knot = min(Int(position), knots - 2)
        return (knot, position - Double(knot))
    }

    /// A curve's power at a load, given its power at each knot.
    static func value(of curve: [Double], at load: Double) -> Double {
        let (knot, part) = position(of: load)
        return curve[knot] * (1 - part) + curve[knot + 1] * part
    }

    /// How many measurements are near each knot. One between two knots counts in part for both.
    ///
    /// - Parameter weights: What each measurement counts; nil for 1.
    static func support(of points: [CalibrationPoint], weights: [Double]? = nil) -> [Double] {
        // A knot without measurements counts almost nothing, but not 0, since ``rising(_:weights:)`` divides by the
        // sums.
        var support = [Double](repeating: 1e-6, count: knots)
        for (index, point) in points.enumerated() {
            let (knot, part) = position(of: point.load)
            let weight = weights?[index] ?? 1
            support[knot] += weight * (1 - part)
            support[knot + 1] += weight * part
        }
        return support
    }

    /// Fits a curve by least squares, and 20 times again. Each time, measurements far from the previous curve have less weight.
    ///
    /// - Parameter counts: What each measurement counts besides; nil for 1.
    static func robustCurve(_ points: [CalibrationPoint], counts: [Double]? = nil) -> [Double] {
        let counts = counts ?? Array(repeating: 1, count: points.count)
        var curve = fitted(points, weights: counts)
        for _ in 0..<20 {
            let residuals = points.map { abs(value(of: curve, at: $0.load) / $0.power.rawValue - 1) }
            // The median of a normal distribution's magnitudes is 0.6745 of its standard deviation.
            let deviation = residuals.sorted()[residuals.count / 2] / 0.6745
            // No meter is so good that an error of 2 % is an outlier. Without this minimum, the ends of a curve that
            // fits almost exactly would be ignored as outliers.
            let scale = outlierDistance * max(deviation, 0.02)
            let weights = zip(residuals, counts).map { residual, count in
                let distance = min(residual / scale, 1)
                return count * (1 - distance * distance) * (1 - distance * distance)
            }
            curve = fitted(points, weights: weights)
        }
        return curve
    }

    /// Fits a curve by weighted least squares of relative errors, with the penalty on bends.
    ///
    /// Each row of the matrix is the equation for one knot; its last column is the right-hand side.
    private static func fitted(_ points: [CalibrationPoint], weights: [Double]) -> [Double] {
        var matrix = [[Double]](repeating: Array(repeating: 0, count: knots + 1), count: knots)
        var total = 0.0
        for (point, robustWeight) in zip(points, weights) {
            let (knot, part) = position(of: point.load)
            let weight = robustWeight / (point.power.rawValue * point.power.rawValue)
            total += weight
            for (row, rowFactor) in [(knot, 1 - part), (knot + 1, part)] {
                matrix[row][knot] += weight * rowFactor * (1 - part)
                matrix[row][knot + 1] += weight * rowFactor * part
                matrix[row][knots] += weight * rowFactor * point.power.rawValue
            }
        }
        let penalty = stiffness * total / Double(knots)
        for middle in 1..<(knots - 1) {
            let bend = [(middle - 1, 1.0), (middle, -2.0), (middle + 1, 1.0)]
            for (row, rowFactor) in bend {
                for (column, columnFactor) in bend { matrix[row][column] += penalty * rowFactor * columnFactor }
            }
        }
        return solved(matrix)
    }

    /// Solves the equations by Gaussian elimination. They have a solution, since the penalty and measurements at two
    /// different loads make the matrix positive definite.
    private static func solved(_ system: [[Double]]) -> [Double] {
        var rows = system
        let count = rows.count
        for pivot in 0..<count {
            for row in (pivot + 1)..<count {
                let factor = rows[row][pivot] / rows[pivot][pivot]
                for column in pivot...count { rows[row][column] -= factor * rows[pivot][column] }
            }
        }
        var solution = [Double](repeating: 0, count: count)
        for row in stride(from: count - 1, through: 0, by: -1) {
            let known = ((row + 1)..<count).reduce(0) { $0 + rows[row][$1] * solution[$1] }
            solution[row] = (rows[row][count] - known) / rows[row][row]
        }
        return solution
    }

    /// The nearest curve that never falls (the pool-adjacent-violators algorithm): where the curve falls between
    /// neighbouring knots, all of them get their weighted mean.
    static func rising(_ curve: [Double], weights: [Double]) -> [Double] {
        var pools: [(value: Double, weight: Double, count: Int)] = []
        for (value, weight) in zip(curve, weights) {
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
