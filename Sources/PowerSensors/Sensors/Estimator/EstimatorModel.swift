#if canImport(Glibc)
import Glibc
#endif

/// The model of AC power at the plug: a formula of generation and size, and what machines of the fit differ from it.
///
/// Power supply, memory and board are inside it, and nothing may be added. How far off it is, by what is known of a
/// machine, is in the guide; see ``GenerationCoefficients`` for where its numbers come from.
package enum EstimatorModel {
    /// The band where the generation is unknown or was not in the data, for every guest, and for what may be one.
    ///
    /// A judgement, no fit. For guests it covers what is assumed of the host's size. What a guest cannot
    /// see is not in it: how many virtual processors the host sold for each of its threads, and what load the
    /// neighbours put on it.
    package static let bandOfAssumptions = RelativeBand(low: 0.65, high: 1.35)

    /// The power of a server by the formula alone, about which ``ReferencePoints`` tells the rest.
    package static func formula(of server: ModelledServer) -> PowerCurve {
        let logarithms = logarithms(of: server)
        return PowerCurve(
            idle: Watts(exp(logarithms.x)),
            maximum: Watts(exp(logarithms.y)),
            shape: server.generation.coefficients.curve
        )
    }

    /// The estimate of a server's power.
    ///
    /// - Parameters:
    ///   - server: The machine.
    ///   - known: The watts that are known of it; between both ends only the curve is estimated.
    ///   - profile: How its load and power belong together.
    package static func estimate(
        of server: ModelledServer,
        known: KnownWatts = KnownWatts(),
        profile: LoadProfile = .powersaveHost
    ) -> ServerEstimate {
        let points = ReferencePoints.embedded
        let place = PlaceAmongPoints(server, among: points)
        let knowledge = place.knowledge
        var ends = logarithms(of: server)
        let isOfFit = place.isInData
        if isOfFit { ends += points.ends(of: place, knowing: knowledge) }
        ends.y = max(ends.x, ends.y)
        ends = known.applied(to: ends, slopes: points.slopes)

        var shape = profile.shape ?? server.generation.coefficients.curve
        if profile.shape == nil, isOfFit {
            shape = shape.adding(points.curve(of: place, ends: ends, cores: server.cores))
        }
        var idle = known.idle ?? Watts(exp(ends.x))
        let maximum = known.maximum ?? Watts(exp(ends.y))
        if known.idle == nil { idle = min(max(idle, maximum * profile.leastIdle), maximum) }
        return ServerEstimate(
            server: server,
            known: known,
            profile: profile,
            basis: known.basis ?? place.basis,
            curve: PowerCurve(idle: idle, maximum: maximum, shape: shape)
        )
    }

    /// The logarithms of the watts at idle and full load, by the formula.
    private static func logarithms(of server: ModelledServer) -> SIMD2<Double> {
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
