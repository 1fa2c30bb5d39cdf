#if canImport(Glibc)
import Glibc
#endif

/// How power rises from idle to full load: a jump on leaving idle, a shallow line, a convex rise at the end.
///
/// Published load curves of servers show this shape since Sandy Bridge and Milan: deep package sleep ends with
/// the first work, and turbo is dear at the end.
package struct LoadCurve: Hashable, Sendable {
    /// The load within which the jump builds up. Below 10 % load there are no data: it is a choice, no fit.
    private static let ramp = 0.03
    private static let rampAtFullLoad = 1 - exp(-1 / ramp)

    /// The share of the range between idle and full load that the first work costs, from 0 to 1.
    package let jump: Double

    /// The straight part of what is left, the rest rising with the fourth power; from 0 to 4/3.
    package let slope: Double

    /// The shares at each tenth of the load: eleven, from 0 to 1, none below the one before.
    package private(set) var shares: [Double]

    /// A curve; both numbers are limited to where it never falls.
    package init(jump: Double, slope: Double) {
        self.jump = min(max(jump, 0), 1)
        self.slope = min(max(slope, 0), 4.0 / 3)
        shares = []
        shares = (0...10).map { formula(at: Double($0) / 10) }
    }

    /// A curve through these points, straight between them: nine shares for the tenths between idle and full load.
    package init(shares: [Double]) {
        self.init(jump: 0, slope: 1)
        var residuals = [Double](repeating: 0, count: 9)
        for (index, share) in shares.prefix(9).enumerated() { residuals[index] = share - self.shares[index + 1] }
        self = adding(residuals)
    }

    /// The curve with this much added at the nine tenths between idle and full load, limited to where it never falls.
    package func adding(_ residuals: [Double]) -> LoadCurve {
        var curve = self
        var greatest = 0.0
        for (index, residual) in residuals.prefix(9).enumerated() {
            greatest = max(greatest, curve.shares[index + 1] + residual)
            curve.shares[index + 1] = min(greatest, 1)
        }
        return curve
    }

    /// The share of the range between idle and full load, from 0 to 1, at a load from 0 to 1.
    ///
    /// It never falls as the load grows. A load outside its range is limited to it; one that is no number is 0.
    package func fraction(at load: Double) -> Double {
        let load = load > 0 ? min(load, 1) : 0
        let tenth = min(Int(load * 10), 9)
        // Below 10 % the first tenth is reached as the formula's own curve reaches it.
        if tenth == 0 { return load == 0 ? 0 : shares[1] * formula(at: load) / formula(at: 0.1) }
        let (low, high) = (shares[tenth], shares[tenth + 1])
        return low + (high - low) * (load * 10 - Double(tenth))
    }

    private func formula(at load: Double) -> Double {
        let jumped = (1 - exp(-load / Self.ramp)) / Self.rampAtFullLoad
        let square = load * load
        return jump * jumped + (1 - jump) * (slope * load + (1 - slope) * square * square)
    }
}
