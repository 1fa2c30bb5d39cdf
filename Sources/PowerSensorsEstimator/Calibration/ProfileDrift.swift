import PowerSensorsCore

/// Notices that a machine's power is no longer what its calibration profile says of its load, as after memory or cards were
/// added, firmware was changed, or fans age.
///
/// It compares the energy that was measured with what the profile expects, over the last hour by default, in a dozen sums.
public struct ProfileDrift: Sendable {
    /// A beginning or an end of a drift.
    public enum Change: Hashable, Sendable {
        /// The profile no longer fits, by this part of what it expects: 0.09 where 9 % more is measured.
        case began(Double)

        /// It fits again.
        case ended(Double)
    }

    /// The sums of a part of the time.
    private struct Slot {
        var seconds = 0.0
        var measured = 0.0
        var expected = 0.0
    }

    /// The number of parts of the time that is looked at.
    private static let slotCount = 12

    /// The least part of the energy by which a profile must be off before that is told. Machines of one kind differ by about
    /// 3 %, and so may one machine in another season.
    static let leastDeviation = 0.05

    private let curve: PowerCurve
    /// From which deviation on the profile does not fit.
    private let limit: Double
    private let slotSeconds: Double
    /// The oldest first; the last is being filled.
    private var slots = [Slot()]

    /// Whether the profile does not fit.
    public private(set) var isDrifted = false

    /// Watches a profile.
    ///
    /// - Parameters:
    ///   - profile: What is expected.
    ///   - time: Over which time to compare.
    public init(_ profile: CalibrationProfile, over time: Duration = .seconds(3600)) {
        curve = profile.powerCurve
        limit = max(Self.leastDeviation, 3 * profile.error)
        slotSeconds = max(time.seconds, 1) / Double(Self.slotCount)
    }

    /// By which part the measured energy exceeds the expected one; negative where it is less. Nil until half of the time is
    /// known.
    public var deviation: Double? {
        let seconds = slots.reduce(0) { $0 + $1.seconds }
        let expected = slots.reduce(0) { $0 + $1.expected }
        guard seconds >= slotSeconds * Double(Self.slotCount) / 2, expected > 0 else { return nil }
        return slots.reduce(0) { $0 + $1.measured } / expected - 1
    }

    /// Takes in the mean load and power of a time, and returns whether a drift begins or ends with it. It ends when the
    /// deviation is half of what began it.
    public mutating func record(_ point: CalibrationPoint, over time: Duration) -> Change? {
        let seconds = time.seconds
        guard seconds > 0, (0...1).contains(point.load), point.power.rawValue.isFinite else { return nil }
        if slots[slots.count - 1].seconds >= slotSeconds {
            slots.append(Slot())
            if slots.count > Self.slotCount { slots.removeFirst() }
        }
        slots[slots.count - 1].seconds += seconds
        slots[slots.count - 1].measured += point.power.rawValue * seconds
        slots[slots.count - 1].expected += curve.power(at: point.load).rawValue * seconds
        guard let deviation else { return nil }
        if !isDrifted, abs(deviation) > limit {
            isDrifted = true
            return .began(deviation)
        }
        if isDrifted, abs(deviation) < limit / 2 {
            isDrifted = false
            return .ended(deviation)
        }
        return nil
    }

    /// The drift in a few words, such as `this profile no longer fits: 9 % off over the last hour`; nil while it fits.
    public var text: String? {
        guard isDrifted, let deviation else { return nil }
        let minutes = Int((slots.reduce(0) { $0 + $1.seconds } / 60).rounded())
        // The sums reach back an hour, less the part that is not full yet.
        let time = minutes >= 55 && minutes <= 65 ? "hour" : minutes > 1 ? "\(minutes) minutes" : "minute"
        return
            "this profile no longer fits: \(Int(min(abs(deviation) * 100, 9999).rounded())) % off over the last \(time)"
            + ", with \(deviation > 0 ? "more" : "less") power measured than expected"
    }
}
