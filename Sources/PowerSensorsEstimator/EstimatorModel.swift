import Glibc
package import PowerSensorsCore

/// The model of AC power at the plug: a formula of the processor generation and the machine's size, corrected by how
/// much the formula is off for similar machines among those that the model was fitted to.
///
/// The power includes power supply, memory and board, so nothing must be added. `Docs/Estimator.md` says how far off
/// the model is, depending on what is known about a machine. See ``GenerationCoefficients`` for the source of its
/// numbers.
package enum EstimatorModel {
    /// The band for unknown or unseen generations, for guests, and for machines that may be guests.
    ///
    /// This is a judgement, not a fit. For guests it covers what is assumed of the host's size, but not what a guest
    /// cannot see: how many virtual processors the host has sold for each thread, and the load of the neighbours.
    package static let bandOfAssumptions = RelativeBand(low: 0.65, high: 1.35)

    /// A server's estimated power.
    ///
    /// - Parameters:
    ///   - server: The machine.
    ///   - known: Its known watts. If both ends are known, only the curve between them is estimated.
    ///   - profile: How its load and power are related.
    package static func estimate(
        of server: ModelledServer, known: KnownWatts = KnownWatts(), profile: LoadProfile = .powersave
    ) -> ServerEstimate {
        var estimate = believed(server, known, profile)
        if known.basis != nil {
            estimate.question = known.question(usual: believed(server, KnownWatts(), profile).curve)
        }
        return estimate
    }

    /// The estimate, whatever the watts are that are known.
    private static func believed(
        _ server: ModelledServer, _ known: KnownWatts, _ profile: LoadProfile
    ) -> ServerEstimate {
        if let small = server.small { return small.estimate(of: server, known: known, profile: profile) }
        let points = ReferencePoints.embedded
        let match = ReferenceMatch(server, among: points)
        var ends = logarithms(of: server)
        let correction = points.correction(for: match)
        if match.isInData { ends += correction.ends }
        ends.y = max(ends.x, ends.y)
        ends = known.applied(to: ends, slopes: points.slopes)

        var shape = profile.shape ?? server.generation.coefficients.curve
        if profile.shape == nil, match.isInData {
            shape = shape.adding(points.curve(for: match, ends: ends, cores: server.cores))
        }
        var idle = known.idle ?? Watts(exp(ends.x))
        let maximum = known.maximum ?? max(Watts(exp(ends.y)) * profile.excess(of: server), known.idle ?? Watts(0))
        if known.idle == nil { idle = min(max(idle, maximum * profile.minimumIdle), maximum) }
        return ServerEstimate(
            server: server, known: known, profile: profile, basis: known.basis ?? match.basis,
            support: match.support(sockets: server.sockets, deviation: correction.deviation),
            curve: PowerCurve(idle: idle, maximum: maximum, shape: shape))
    }

    /// The logarithms of the watts at idle and full load, by the formula.
    package static func logarithms(of server: ModelledServer) -> SIMD2<Double> {
        let coefficients = server.generation.coefficients
        let sockets = log(Double(server.sockets))
        let cores = log(Double(server.cores) / Double(server.sockets))
        let memory = log(server.memoryGigabytes / Double(server.sockets) / 32)
        let client = server.isClient ? 1.0 : 0.0

        let idleOfSize = 0.8958478903328739 * sockets - 0.07730848985170309 * cores + 0.2850376290047324 * memory
        let maximumOfSize = 0.9944174075086925 * sockets + 0.36059704248550756 * cores + 0.17769398873787165 * memory
        return SIMD2(
            3.949527828932988 + idleOfSize - 0.23233380657583377 * client + coefficients.idle,
            3.943973034164504 + maximumOfSize - 0.03739546557741028 * client + coefficients.maximum
        )
    }
}
