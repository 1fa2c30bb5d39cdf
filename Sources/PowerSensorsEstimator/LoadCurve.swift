import Glibc

/// How power rises from idle to full load: a jump on leaving idle, a shallow line, a convex rise at the end.
///
/// Published load curves of servers have had this shape since Sandy Bridge and Milan: the first work ends deep package
/// sleep, and turbo is expensive at the end.
package struct LoadCurve: Hashable, Sendable {
    /// The load within which the jump builds up. This is a choice, not a fit: there are no data below 10 % load.
    private static let ramp = 0.03
    private static let rampAtFullLoad = 1 - exp(-1 / ramp)

    /// The share of the range between idle and full load by which power rises at the first work, from 0 to 1.
    package let jump: Double

    /// How much of the remaining range rises linearly with the load, from 0 to 4/3; the rest rises with the fourth
    /// power of the load. Above 4/3 the curve would fall at the end.
    package let slope: Double

    /// The shares at each tenth of the load: eleven, from 0 to 1, never falling.
    package private(set) var shares: [Double]

    /// A curve with a jump and a slope, which are limited to values with which it never falls.
    package init(jump: Double, slope: Double) {
        self.jump = min(max(jump, 0), 1)
        self.slope = min(max(slope, 0), 4.0 / 3)
        shares = []
        shares = (0...10).map { formula(at: Double($0) / 10) }
    }

    /// A piecewise linear curve through nine shares, at the tenths between idle and full load.
    init(shares: [Double]) {
        self.init(jump: 0, slope: 1)
        self = adding((0..<9).map { $0 < shares.count ? shares[$0] - self.shares[$0 + 1] : 0 })
    }

    /// Adds to the shares at the nine tenths between idle and full load, as far as the curve does not fall.
    func adding(_ residuals: [Double]) -> LoadCurve {
        var curve = self
        var maximum = 0.0
        for (index, residual) in residuals.prefix(9).enumerated() {
            maximum = max(maximum, curve.shares[index + 1] + residual)
            curve.shares[index + 1] = min(maximum, 1)
        }
        return curve
    }

    /// The share of the range between idle and full load, from 0 to 1, at a load from 0 to 1. It never falls as the
    /// load grows.
    ///
    /// A load outside its range is limited to it; NaN is 0.
    package func fraction(at load: Double) -> Double {
        let load = load > 0 ? min(load, 1) : 0
        let tenth = min(Int(load * 10), 9)
        // Below 10 %, the curve follows the formula, scaled to reach the first tenth.
        if tenth == 0 { return load == 0 ? 0 : shares[1] * formula(at: load) / formula(at: 0.1) }
        let (low, high) = (shares[tenth], shares[tenth + 1])
        return low + (high - low) * (load * 10 - Double(tenth))
    }

    /// The fraction by the formula of jump and slope alone.
    private func formula(at load: Double) -> Double {
        let jumped = (1 - exp(-load / Self.ramp)) / Self.rampAtFullLoad
        let square = load * load
        return jump * jumped + (1 - jump) * (slope * load + (1 - slope) * square * square)
    }
}
