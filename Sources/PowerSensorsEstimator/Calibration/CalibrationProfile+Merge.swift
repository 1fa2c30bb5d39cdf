public import PowerSensorsCore

/// The profiles of machines of one kind, merged into one.
public struct MergedCalibration: Hashable, Sendable {
    /// Why profiles cannot be merged.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// Fewer than two profiles.
        case tooFew

        /// A profile, by its number from 0, is of other hardware than the first; what differs.
        case otherHardware(Int, String)

        /// A profile, by its number from 0, is of another scope than the first.
        case otherScope(Int, Scope, Scope)

        /// What is wrong, as one line.
        public var description: String {
            switch self {
            case .tooFew: "there must be two profiles at least"
            case .otherHardware(_, let difference): "it is of other hardware than the first: \(difference)"
            case .otherScope(_, let scope, let first): "its scope is \(scope), and the first one's is \(first)"
            }
        }
    }

    /// The profile of the kind: the mean of the machines' powers at each tenth of the load. Its error is ``error``, combined
    /// with the mean of the machines' own.
    public let profile: CalibrationProfile

    /// For each machine, the mean relative error of the profile that the others give, over eleven loads.
    public let errors: [Double]

    /// The mean of ``errors``: how far off the profile is on a machine of the kind that it was not learned on.
    public var error: Double { errors.reduce(0, +) / Double(errors.count) }

    /// Merges the profiles of machines with the same hardware and scope.
    public init(_ profiles: [CalibrationProfile]) throws(Failure) {
        guard let first = profiles.first, profiles.count > 1 else { throw .tooFew }
        for (index, profile) in profiles.enumerated() {
            if let difference = first.hardware.difference(from: profile.hardware) {
                throw .otherHardware(index, difference)
            }
            if profile.scope != first.scope { throw .otherScope(index, profile.scope, first.scope) }
        }
        let powers = profiles.map(\.powers)
        errors = powers.indices.map { left in
            let others = powers.enumerated().filter { $0.offset != left }.map(\.element)
            let pairs = zip(Self.mean(others), powers[left])
            let total = pairs.reduce(0) { $0 + abs($1.0 - $1.1) / max($1.1, 1e-9) }
            return total / Double(powers[left].count)
        }
        let between = errors.reduce(0, +) / Double(errors.count)
        let own = profiles.reduce(0) { $0 + $1.error } / Double(profiles.count)
        profile = CalibrationProfile(
            powers: Self.mean(powers), error: min((between * between + own * own).squareRoot(), 1),
            like: first, machines: profiles.reduce(0) { $0 + $1.machines })
    }

    /// The mean of curves, knot by knot.
    private static func mean(_ curves: [[Double]]) -> [Double] {
        (0..<CalibrationFit.knots).map { knot in
            curves.reduce(0) { $0 + $1[knot] } / Double(curves.count)
        }
    }
}

extension CalibrationProfile {
    /// The watts at each tenth of the load.
    var powers: [Double] { curve.map { idle.rawValue + (maximum - idle).rawValue * $0 } }
}

extension CalibrationProfile.Hardware {
    /// What differs from the hardware of another profile, in words; nil for nothing.
    func difference(from other: CalibrationProfile.Hardware) -> String? {
        if self == other { return nil }
        let isSame =
            vendor == other.vendor && family == other.family && model == other.model && stepping == other.stepping
            && name == other.name
        if !isSame { return "\(other.name) instead of \(name)" }
        return "\(other.sockets ?? 1) sockets, \(other.cores) cores and \(other.threads) threads instead of "
            + "\(sockets ?? 1), \(cores) and \(threads)"
    }
}
