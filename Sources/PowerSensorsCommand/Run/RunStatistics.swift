import Glibc

/// What several runs have in common.
package struct RunStatistics {
    package let mean: Double

    /// The standard deviation of a single run; nil for one run.
    package let deviation: Double?

    /// The interval that holds the true mean in 95 of 100 such series; nil for one run.
    package let interval: ClosedRange<Double>?

    /// How many runs have the value.
    package let count: Int

    /// Nil without a value.
    ///
    /// - Parameters:
    ///   - all: A value of each run; nil where it is unknown.
    ///   - limits: Between what the truth of each run is, by what can be resolved; empty if the values are certain. The interval is at
    ///     least as wide as these: runs that are the same to the last digit, as of a coarse counter, are not certain for that.
    ///   - least: What no value can be less than.
    ///   - commonError: How far the truth may be from all values alike, in 95 of 100 series, as of a baseline that is subtracted
    ///     from each: no number of runs makes that smaller.
    package init?(
        _ all: [Double?], within limits: [ClosedRange<Double>?] = [], notBelow least: Double = -.infinity,
        commonError: Double = 0
    ) {
        let values = all.compactMap(\.self)
        guard let first = values.first else { return nil }
        self.count = values.count
        let count = Double(values.count)
        guard values.count > 1 else {
            (mean, deviation, interval) = (first, nil, nil)
            return
        }
        let center = values.reduce(0, +) / count
        mean = center
        let spread = (values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / (count - 1)).squareRoot()
        let own = StudentsDistribution.quantile975(degreesOfFreedom: values.count - 1) * spread / count.squareRoot()
        let error = (own * own + commonError * commonError).squareRoot()
        deviation = spread
        let pairs = zip(all, limits).compactMap { value, limit in value.map { ($0, limit) } }
        let isLimited = pairs.contains { $0.1 != nil }
        let known = pairs.map { $1 ?? $0...$0 }
        let low = isLimited ? known.reduce(0) { $0 + $1.lowerBound } / count - commonError : center
        let high = isLimited ? known.reduce(0) { $0 + $1.upperBound } / count + commonError : center
        interval = max(min(center - error, low), min(least, center))...max(center + error, high)
    }

    /// How many runs an outlier needs: fewer do not tell what the others show.
    package static let leastForOutliers = 6

    /// The runs that lie far outside of what the others show, from 0.
    ///
    /// By the generalised test of extreme studentized deviates (Rosner, Technometrics 25, 1983), which for one candidate is that of
    /// Grubbs: noise alone has an outlier in 5 of 100 series. More candidates than one of ten runs would be in more of them.
    ///
    /// - Parameter all: A value of each run; nil where it is unknown.
    package static func outliers(of all: [Double?]) -> [Int] {
        let places = all.indices.filter { all[$0] != nil }
        let values = all.compactMap(\.self)
        if values.count < leastForOutliers { return [] }
        var (left, removed, found) = (Array(values.indices), [Int](), 0)
        for _ in 0..<max(1, min(values.count / 10, 10)) {
            let center = left.reduce(0.0) { $0 + values[$1] } / Double(left.count)
            let squares = left.reduce(0.0) { $0 + (values[$1] - center) * (values[$1] - center) }
            let spread = (squares / Double(left.count - 1)).squareRoot()
            guard spread > 0, let far = left.max(by: { abs(values[$0] - center) < abs(values[$1] - center) }) else {
                break
            }
            removed.append(far)
            if abs(values[far] - center) / spread > greatestDeviate(of: left.count) { found = removed.count }
            left.removeAll { $0 == far }
        }
        return removed.prefix(found).sorted().map { places[$0] }
    }

    /// How many standard deviations from the mean the farthest of so many normally distributed values is in 5 of 100 cases.
    package static func greatestDeviate(of count: Int) -> Double {
        let n = Double(count)
        let t = StudentsDistribution.quantile(exceededWith: 0.05 / n, degreesOfFreedom: count - 2)
        return (n - 1) * t / ((n - 2 + t * t) * n).squareRoot()
    }
}

/// Which of several runs have a mean: those whose figure is of the same kind as the first.
package struct ComparableRuns<Kind: Equatable> {
    /// The kind of the others; nil where there is no figure.
    package let kind: Kind?

    private let kinds: [Kind?]

    /// - Parameters:
    ///   - kinds: The kind of each run's figure; nil for a run without one.
    ///   - kind: The kind to have; nil for the first one.
    package init(_ kinds: [Kind?], asOf kind: Kind? = nil) {
        self.kinds = kinds
        self.kind = kind ?? kinds.lazy.compactMap(\.self).first
    }

    /// The runs whose figure is of another kind, from 0.
    package var leftOut: [Int] { kinds.indices.filter { kinds[$0] != nil && kinds[$0] != kind } }

    /// The values without those of another kind.
    package func values(_ all: [Double?]) -> [Double?] { zip(all, kinds).map { $1 == kind ? $0 : nil } }
}

/// How a command's runs compare with those of the first command.
package struct RunComparison {
    /// What this command uses, as a multiple of what the first one does.
    package let ratio: Double

    /// The interval that holds the true ratio in 95 of 100 such series, from 0 to infinity where nothing is resolved; nil for one
    /// round.
    package let interval: ClosedRange<Double>?

    /// Whether the interval excludes that both use the same; nil without an interval.
    package var isDifferent: Bool? { interval.map { !$0.contains(1) } }

    /// Compares runs of the same rounds, which shared what drifts with time; nil without a round that has both.
    ///
    /// The logarithms of the ratios are averaged, so that it does not matter which command is the first.
    ///
    /// - Parameters:
    ///   - values: A value of each run; nil where it is unknown.
    ///   - limits: Between what the truth of each run is; empty if the values are certain.
    ///   - first: The values of the first command.
    ///   - firstLimits: Between what the truths of these are.
    package init?(
        _ values: [Double?], within limits: [ClosedRange<Double>?] = [], to first: [Double?],
        within firstLimits: [ClosedRange<Double>?] = []
    ) {
        var logarithms: [Double] = []
        // How far the truth may be below and above the mean of the logarithms.
        var (below, above) = (0.0, 0.0)
        for index in 0..<min(values.count, first.count) {
            guard let value = values[index], let reference = first[index], value > 0, reference > 0 else { continue }
            logarithms.append(log(value / reference))
            let (own, other) = (Self.open(limits, index, value), Self.open(firstLimits, index, reference))
            below += own.below + other.above
            above += own.above + other.below
        }
        guard let statistics = RunStatistics(logarithms) else { return nil }
        ratio = exp(statistics.mean)
        guard let interval = statistics.interval else {
            self.interval = nil
            return
        }
        // The truths of all runs may lie on the same side.
        let count = Double(logarithms.count)
        let low = min(interval.lowerBound, statistics.mean - below / count)
        self.interval = exp(low)...exp(max(interval.upperBound, statistics.mean + above / count))
    }

    /// How far the logarithm of the truth may be from that of a value; infinitely far if it may be 0.
    private static func open(
        _ limits: [ClosedRange<Double>?], _ index: Int, _ value: Double
    ) -> (below: Double, above: Double) {
        guard index < limits.count, let limit = limits[index] else { return (0, 0) }
        return (max(log(value / max(limit.lowerBound, 0)), 0), max(log(limit.upperBound / value), 0))
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

    /// What the size of a variable is more than with a probability above 0.
    static func quantile(exceededWith probability: Double, degreesOfFreedom count: Int) -> Double {
        var (low, high) = (0.0, 1.0)
        while excess(over: high, count) > probability, high < 1e12 { high *= 2 }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if excess(over: middle, count) > probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// With which probability the size of a variable is more than a value: the sums of Abramowitz and Stegun, 26.7.3 and 26.7.4.
    private static func excess(over value: Double, _ count: Int) -> Double {
        let (angle, isEven) = (atan(value / Double(count).squareRoot()), count % 2 == 0)
        let square = cos(angle) * cos(angle)
        var term = isEven ? 1 : cos(angle)
        var sum = count == 1 ? 0 : term
        for power in stride(from: isEven ? 2 : 3, through: count - 2, by: 2) {
            term *= Double(power - 1) / Double(power) * square
            sum += term
        }
        let part = sin(angle) * sum
        return 1 - (isEven ? part : (angle + part) * 2 / .pi)
    }

    /// The value that 97.5 % of the distribution lies below.
    package static func quantile975(degreesOfFreedom count: Int) -> Double {
        if count <= quantiles.count { return quantiles[max(count, 1) - 1] }
        // The first terms of the expansion in 1/n around the normal quantile (Abramowitz and Stegun, 26.7.5).
        let (normal, n) = (1.959964, Double(count))
        let cube = normal * normal * normal
        return normal + (cube + normal) / (4 * n) + (5 * cube * normal * normal + 16 * cube + 3 * normal) / (96 * n * n)
    }
}
