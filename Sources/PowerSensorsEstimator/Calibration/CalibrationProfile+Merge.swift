public import PowerSensorsCore

/// The profiles of machines of one kind, merged into one.
public struct MergedCalibration: Hashable, Sendable {
    /// Why profiles cannot be merged.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// Fewer than two profiles.
        case tooFew

        /// A profile, by its number from 0, is there twice.
        case twice(Int)

        /// A profile, by its number from 0, is of other hardware than the first; what differs.
        case otherHardware(Int, String)

        /// A profile, by its number from 0, is of another scope than the first.
        case otherScope(Int, Scope, Scope)

        /// A profile, by its number from 0, is so far off the median of all, or one of two off the other, that it is of
        /// another kind: the mean relative deviation, above ``largestDeviation``.
        case tooFarOff(Int, Double)

        /// What is wrong, as one line.
        public var description: String {
            switch self {
            case .tooFew: "there must be two profiles at least"
            case .twice: "it is there twice"
            case .otherHardware(_, let difference): "it is of other hardware than the first: \(difference)"
            case .otherScope(_, let scope, let first): "its scope is \(scope), and the first one's is \(first)"
            case .tooFarOff(_, let deviation):
                "it is \(Int(min(deviation * 100, 1e6).rounded())) % off the others, and machines of one kind differ by "
                    + "some per cent"
            }
        }
    }

    /// The profile of the kind: the mean of the machines' powers at each tenth of the load; a profile that is itself merged counts as
    /// its machines. Its error is ``error``, combined
    /// with the mean of the machines' own.
    public let profile: CalibrationProfile

    /// For each machine, the mean relative error of the profile that the others give, over eleven loads.
    public let errors: [Double]

    /// The mean of ``errors``: how far off the profile is on a machine of the kind that it was not learned on.
    public var error: Double { errors.reduce(0, +) / Double(errors.count) }

    /// How far a profile may be from the median of all. This is a judgement: machines of one kind differ by some 3 %, and
    /// should be allowed other memory and fans.
    public static let largestDeviation = 0.25

    /// Merges the profiles of machines with the same hardware and scope.
    public init(_ profiles: [CalibrationProfile]) throws(Failure) {
        guard let first = profiles.first, profiles.count > 1 else { throw .tooFew }
        for (index, profile) in profiles.enumerated() {
            if let difference = first.hardware.difference(from: profile.hardware) {
                throw .otherHardware(index, difference)
            }
            if profile.scope != first.scope { throw .otherScope(index, profile.scope, first.scope) }
        }
        var seen: Set<UInt64> = []
        for (index, profile) in profiles.enumerated() {
            if !seen.isDisjoint(with: profile.fingerprints) { throw .twice(index) }
            seen.formUnion(profile.fingerprints)
        }
        let powers = profiles.map(\.powers)
        if let (index, deviation) = Self.farthest(powers), deviation > Self.largestDeviation {
            throw .tooFarOff(index, deviation)
        }
        let weights = profiles.map { Double($0.machines) }
        let weight = weights.reduce(0, +)
        let sums = (0..<CalibrationFit.knots).map { knot in
            zip(powers, weights).reduce(0) { $0 + $1.0[knot] * $1.1 }
        }
        errors = powers.indices.map { left in
            let others = sums.indices.map { (sums[$0] - powers[left][$0] * weights[left]) / (weight - weights[left]) }
            return Self.deviation(of: others, from: powers[left])
        }
        let between = errors.reduce(0, +) / Double(errors.count)
        let own = profiles.reduce(0) { $0 + $1.error } / Double(profiles.count)
        profile = CalibrationProfile(
            powers: sums.map { $0 / weight }, error: min((between * between + own * own).squareRoot(), 1),
            like: first, members: seen)
    }

    /// The number of the curve that is farthest from the median of all, or from the other of two, and its mean relative
    /// deviation from it.
    private static func farthest(_ powers: [[Double]]) -> (Int, Double)? {
        let median = (0..<CalibrationFit.knots).map { knot in
            let sorted = powers.map { $0[knot] }.sorted()
            return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        }
        let deviations = powers.indices.map {
            Self.deviation(of: powers[$0], from: powers.count == 2 ? powers[1 - $0] : median)
        }
        return zip(deviations.indices, deviations).max { $0.1 < $1.1 }
    }

    /// The mean relative deviation of a curve from another, whose idle power may be nearly 0.
    private static func deviation(of curve: [Double], from other: [Double]) -> Double {
        let least = max((other.last ?? 0) / 100, 1e-9)
        return zip(curve, other).reduce(0) { $0 + abs($1.0 - $1.1) / max($1.1, least) } / Double(other.count)
    }
}

extension CalibrationProfile {
    /// The watts at each tenth of the load.
    var powers: [Double] { curve.map { idle.rawValue + (maximum - idle).rawValue * $0 } }

    /// What tells the machines' own profiles from others: of a merged one, those of its machines.
    var fingerprints: Set<UInt64> { members.isEmpty ? [fingerprint] : members }

    /// A hash of the curve that is the same in every process (FNV-1a of 64 bits).
    private var fingerprint: UInt64 {
        ([idle.rawValue, maximum.rawValue] + curve).reduce(0xcbf2_9ce4_8422_2325) { hash, number in
            (0..<8).reduce(hash) { ($0 ^ (number.bitPattern >> ($1 * 8)) & 0xff) &* 0x100_0000_01b3 }
        }
    }
}

extension CalibrationProfile.Hardware {
    /// What differs from the hardware of another profile, in words; nil for nothing.
    func difference(from other: CalibrationProfile.Hardware) -> String? {
        if self == other { return nil }
        if name != other.name { return "\(other.name) instead of \(name)" }
        if vendor != other.vendor || family != other.family || model != other.model || stepping != other.stepping {
            return "\(other.numbers) instead of \(numbers)"
        }
        return "\(other.sockets ?? 1) sockets, \(other.cores) cores and \(other.threads) threads instead of "
            + "\(sockets ?? 1), \(cores) and \(threads)"
    }

    private var numbers: String {
        func text(_ number: Int?) -> String { number.map { "\($0)" } ?? "unknown" }
        return "\(vendor) family \(text(family)), model \(text(model)), stepping \(text(stepping))"
    }
}
