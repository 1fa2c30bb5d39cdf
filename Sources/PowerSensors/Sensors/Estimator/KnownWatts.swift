#if canImport(Glibc)
import Glibc
#endif

/// The watts that are known of a machine at the ends of its load, each for itself.
///
/// One known end is worth more than any modelling: it tells also much of the other.
package struct KnownWatts: Hashable, Sendable {
    /// The watts without load.
    package let idle: Watts?

    /// The watts at full load.
    package let maximum: Watts?

    /// Nothing is known.
    package init() {
        idle = nil
        maximum = nil
    }

    /// Watts that are known; nil where one is no positive number, or idle is above full load.
    package init?(idle: Watts?, maximum: Watts?) {
        for watts in [idle, maximum] {
            if let watts, !(watts.rawValue.isFinite && watts.rawValue > 0) { return nil }
        }
        if let idle, let maximum, idle > maximum { return nil }
        self.idle = idle
        self.maximum = maximum
    }

    /// What an estimate rests on that uses them; nil where nothing is known.
    var basis: ServerEstimate.Basis? {
        switch (idle, maximum) {
        case (nil, nil): nil
        case (_?, nil): .idle
        case (nil, _?): .maximum
        case (_?, _?): .anchored
        }
    }

    /// The logarithms of both ends, with what is known in place of what is estimated.
    ///
    /// - Parameter slopes: How far a known full load moves idle, and a known idle full load.
    func applied(to ends: SIMD2<Double>, slopes: SIMD2<Double>) -> SIMD2<Double> {
        var result = ends
        switch (idle, maximum) {
        case (nil, nil): break
        case (let idle?, nil):
            result.x = log(idle.rawValue)
            result.y = max(ends.y + slopes.y * (result.x - ends.x), result.x)
        case (nil, let maximum?):
            result.y = log(maximum.rawValue)
            result.x = min(ends.x + slopes.x * (result.y - ends.y), result.y)
        case (let idle?, let maximum?): result = SIMD2(log(idle.rawValue), log(maximum.rawValue))
        }
        return result
    }
}
