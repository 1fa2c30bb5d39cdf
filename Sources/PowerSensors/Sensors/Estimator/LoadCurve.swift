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

    /// A curve; both numbers are limited to where it never falls.
    package init(jump: Double, slope: Double) {
        self.jump = min(max(jump, 0), 1)
        self.slope = min(max(slope, 0), 4.0 / 3)
    }

    /// The share of the range between idle and full load, from 0 to 1, at a load from 0 to 1.
    ///
    /// It never falls as the load grows. A load outside its range is limited to it; one that is no number is 0.
    package func fraction(at load: Double) -> Double {
        let load = load > 0 ? min(load, 1) : 0
        let jumped = (1 - exp(-load / Self.ramp)) / Self.rampAtFullLoad
        let square = load * load
        return jump * jumped + (1 - jump) * (slope * load + (1 - slope) * square * square)
    }
}
