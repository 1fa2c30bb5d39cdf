import Glibc

/// What several runs have in common.
package struct RunStatistics {
    package let mean: Double

    /// The standard deviation of a single run; nil for one run.
    package let deviation: Double?

    /// The interval that holds the true mean in 95 of 100 such series; nil for one run.
    package let interval: ClosedRange<Double>?

    /// The runs that lie far outside of what the others show, from 0. They count like the others.
    package let outliers: [Int]

    /// How many runs have the value.
    package let count: Int

    /// Nil without a value.
    ///
    /// - Parameter all: A value of each run; nil where it is unknown.
    package init?(_ all: [Double?]) {
        let places = all.indices.filter { all[$0] != nil }
        let values = all.compactMap(\.self)
        guard let first = values.first else { return nil }
        self.count = values.count
        let count = Double(values.count)
        guard values.count > 1 else {
            (mean, deviation, interval, outliers) = (first, nil, nil, [])
            return
        }
        let center = values.reduce(0, +) / count
        mean = center
        let spread = (values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / (count - 1)).squareRoot()
        let error = StudentsDistribution.quantile975(degreesOfFreedom: values.count - 1) * spread / count.squareRoot()
        deviation = spread
        interval = (center - error)...(center + error)
        outliers = Self.outliers(values).map { places[$0] }
    }

    /// By the median and the median distance from it: beyond 3.5 robust standard deviations (Iglewicz and Hoaglin, How to
    /// Detect and Handle Outliers, 1993).
    private static func outliers(_ values: [Double]) -> [Int] {
        let center = median(values)
        let distances = values.map { abs($0 - center) }
        let robust = 1.4826 * median(distances)
        if robust <= 0 { return [] }
        return distances.indices.filter { distances[$0] > 3.5 * robust }
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// How a command's runs compare with those of the first command.
package struct RunComparison {
    /// What this command uses, as a multiple of what the first one does.
    package let ratio: Double

    /// The interval that holds the true ratio in 95 of 100 such series; nil for one round.
    package let interval: ClosedRange<Double>?

    /// Whether the interval excludes that both use the same.
    package var isDifferent: Bool { interval.map { !$0.contains(1) } ?? false }

    /// Compares runs of the same rounds, which shared what drifts with time; nil without a round that has both.
    ///
    /// The logarithms of the ratios are averaged, so that it does not matter which command is the first.
    package init?(_ values: [Double?], to first: [Double?]) {
        let logarithms = zip(values, first).compactMap { value, reference -> Double? in
            guard let value, let reference, value > 0, reference > 0 else { return nil }
            return log(value / reference)
        }
        guard let statistics = RunStatistics(logarithms) else { return nil }
        ratio = exp(statistics.mean)
        interval = statistics.interval.map { exp($0.lowerBound)...exp($0.upperBound) }
    }
}

/// Student's t distribution.
package enum StudentsDistribution {
    /// The quantiles of 97.5 % for 1 to 30 degrees of freedom (any table of the distribution).
    private static let quantiles: [Double] = [
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
        2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
        2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
    ]

    /// The value that 97.5 % of the distribution lies below.
    package static func quantile975(degreesOfFreedom count: Int) -> Double {
        if count <= quantiles.count { return quantiles[max(count, 1) - 1] }
        // The first terms of the expansion in 1/n around the normal quantile (Abramowitz and Stegun, 26.7.5).
        let (normal, n) = (1.959964, Double(count))
        let cube = normal * normal * normal
        return normal + (cube + normal) / (4 * n) + (5 * cube * normal * normal + 16 * cube + 3 * normal) / (96 * n * n)
    }
}
