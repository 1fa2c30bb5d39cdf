import Glibc
package import PowerSensorsCore

/// A machine's known watts at idle and at full load. Either may be missing.
///
/// Even one of them improves an estimate more than any modelling, since it also says much about the other.
package struct KnownWatts: Hashable, Sendable {
    /// The watts without load.
    package let idle: Watts?

    /// The watts at full load.
    package let maximum: Watts?

    /// Nothing is known.
    package init() { (idle, maximum) = (nil, nil) }

    /// Known watts; nil if one is not a positive number, or idle is above full load.
    package init?(idle: Watts?, maximum: Watts?) {
        for watts in [idle, maximum] {
            if let watts, !(watts.rawValue.isFinite && watts.rawValue > 0) { return nil }
        }
        if let idle, let maximum, idle > maximum { return nil }
        self.idle = idle
        self.maximum = maximum
    }

    /// The basis of an estimate that uses them; nil if nothing is known.
    var basis: ServerEstimate.Basis? {
        switch (idle, maximum) {
        case (nil, nil): nil
        case (_?, nil): .idle
        case (nil, _?): .maximum
        case (_?, _?): .anchored
        }
    }

    /// A question about watts that are five times what such a machine should use, or a fifth of it: kilowatts, or those of a part;
    /// and about two that are hardly different.
    ///
    /// - Parameter usual: What is estimated for such a machine without known watts.
    func question(usual: PowerCurve) -> String? {
        for (end, known, usual) in [("idle", idle, usual.idle), ("full load", maximum, usual.maximum)] {
            guard let known, abs(log(known / usual)) > log(5) else { continue }
            return
                "the known \(Self.text(known)) at \(end) are far from the \(Self.text(usual)) that are usual for such a"
                + " machine. Are they those of the whole machine?"
        }
        guard let idle, let maximum, maximum < idle * 1.1, usual.maximum > usual.idle * 1.5 else { return nil }
        return
            "the known \(Self.text(maximum)) at full load are hardly more than the \(Self.text(idle)) at idle. Was the"
            + " machine idle, and was it busy?"
    }

    private static func text(_ watts: Watts) -> String { fixed(watts.rawValue, decimals: 1) + " W" }

    /// Replaces the logarithms of the estimated watts, at idle and at full load, by those of the known watts. If only
    /// one is known, the other is corrected in the same direction.
    ///
    /// - Parameter slopes: How much of the correction at full load applies to idle, and how much of that at idle
    ///   applies to full load.
    func applied(to ends: SIMD2<Double>, slopes: SIMD2<Double>) -> SIMD2<Double> {
        switch (idle.map { log($0.rawValue) }, maximum.map { log($0.rawValue) }) {
        case (nil, nil): ends
        case (let idle?, nil): SIMD2(idle, max(ends.y + slopes.y * (idle - ends.x), idle))
        case (nil, let maximum?): SIMD2(min(ends.x + slopes.x * (maximum - ends.y), maximum), maximum)
        case (let idle?, let maximum?): SIMD2(idle, maximum)
        }
    }
}
