import Glibc
import PowerSensorsCore

extension CalibrationFit {
    /// What a bin counts at most, in windows: a machine that is idle for days says no more of being idle after some
    /// minutes, and the other loads must count too.
    private static let mostWeight = 200.0

    /// Fits a curve to what was learned at each load, as ``init(_:)`` does to single measurements.
    ///
    /// - Throws: ``CalibrationError`` if it yields no curve.
    public init(_ bins: CalibrationBins) throws(CalibrationError) {
        let filled = bins.used.filter { $0.windows > 0 }
        let points = filled.compactMap(\.point)
        let tests = bins.tested.filter { $0.windows > 0 }
        guard bins.windows >= Self.fewestPoints, !points.isEmpty, !tests.isEmpty else {
            throw .tooFewPoints(bins.windows)
        }
        let seen = (points + tests.compactMap(\.point)).map(\.load)
        let (least, most) = (seen.min() ?? 0, seen.max() ?? 0)
        guard most - least >= Self.smallestRange else { throw .loadHardlyChanged(from: least, to: most) }

        let weights = filled.map { min($0.windows, Self.mostWeight) }
        let curve = Self.rising(
            Self.robustCurve(points, counts: weights), weights: Self.support(of: points, weights: weights))
        guard let first = curve.first, let last = curve.last, last > first * Self.smallestRise else {
            throw .powerDoesNotRise
        }
        let error = Self.error(of: curve, on: tests)
        guard error <= Self.largestError else { throw .doesNotFit(error) }
        powers = curve.map { Watts(max($0, 0)) }
        loads = least...most
        counts = (bins.windows - bins.windows / 3, bins.windows / 3)
        self.error = error
    }

    /// Of the loads at which a profile was learned, the part that a fit must have seen to replace it wherever it fits
    /// better.
    private static let usualPart = 0.8

    /// Whether a profile of the same hardware is better kept than replaced by this fit: it fits what was learned as well,
    /// or it is hardly off, and was learned at more loads.
    package func isWorse(than profile: CalibrationProfile, on bins: CalibrationBins) -> Bool {
        func width(_ loads: ClosedRange<Double>) -> Double { loads.upperBound - loads.lowerBound }
        let isNarrower = width(loads) < Self.usualPart * width(profile.loads)
        return profile.error(on: bins) <= (isNarrower ? max(error, ProfileDrift.leastDeviation) : error)
    }

    /// The mean relative error of a curve on the windows of some bins, of which each bin weighs at most as much as in the
    /// fit.
    fileprivate static func error(of curve: [Double], on bins: [CalibrationBins.Bin]) -> Double {
        var sum = 0.0
        var weights = 0.0
        for bin in bins {
            guard let point = bin.point else { continue }
            let bias = value(of: curve, at: point.load) / point.power.rawValue - 1
            let deviation = bin.deviation / point.power.rawValue
            let weight = min(bin.windows, mostWeight)
            sum += weight * meanMagnitude(mean: bias, deviation: deviation)
            weights += weight
        }
        return weights > 0 ? sum / weights : .infinity
    }

    /// The mean magnitude of a number with a normal distribution.
    private static func meanMagnitude(mean: Double, deviation: Double) -> Double {
        guard deviation > 0 else { return abs(mean) }
        let distance = mean / deviation
        return deviation * (2 / Double.pi).squareRoot() * exp(-distance * distance / 2)
            + mean * erf(distance / 2.0.squareRoot())
    }
}

extension CalibrationProfile {
    /// How far off it is on what was learned: the mean relative error on the windows that test a fit, as that of
    /// ``CalibrationFit/error``.
    public func error(on bins: CalibrationBins) -> Double {
        CalibrationFit.error(of: powers, on: bins.tested.filter { $0.windows > 0 })
    }
}
