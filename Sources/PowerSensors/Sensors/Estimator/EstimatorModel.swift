#if canImport(Glibc)
    import Glibc
#endif

/// What the model needs to know of a whole server.
package struct ModelledServer: Hashable, Sendable {
    /// The processors' generation.
    package var generation: CPUGeneration

    /// The number of sockets with a processor, at least 1.
    package var sockets: Int

    /// The physical cores of all sockets together, at least one a socket.
    package var cores: Int

    /// The memory in GB of 2³⁰ bytes, as memory is sold.
    package var memoryGigabytes: Double

    /// Whether the processor is a desktop-derived one for a single socket, such as a Xeon E3 or an EPYC 4004.
    package var isClient: Bool

    /// Describes a server; numbers are limited to those a server can have.
    package init(
        generation: CPUGeneration,
        sockets: Int,
        cores: Int,
        memoryGigabytes: Double,
        isClient: Bool
    ) {
        self.generation = generation
        self.sockets = max(sockets, 1)
        self.cores = max(cores, self.sockets)
        // A server with less than 1 GB is outside every datum, and the logarithm falls without end.
        self.memoryGigabytes = memoryGigabytes.isFinite ? max(memoryGigabytes, 1) : 1
        self.isClient = isClient
    }
}

/// A server's power at the plug, from idle to full load.
package struct PowerCurve: Hashable, Sendable {
    /// With no work at all.
    package let idle: Watts

    /// With every thread busy; never below ``idle``.
    package let maximum: Watts

    /// How power rises between the two.
    package let shape: LoadCurve

    /// A curve between two powers.
    package init(idle: Watts, maximum: Watts, shape: LoadCurve) {
        self.idle = idle
        self.maximum = max(idle, maximum)
        self.shape = shape
    }

    /// The power at a load, which is limited to 0…1.
    package func power(at load: Double) -> Watts {
        idle + (maximum - idle) * shape.fraction(at: load)
    }

    /// The curve of a part of the server.
    package func scaled(by part: Double) -> PowerCurve {
        PowerCurve(idle: idle * part, maximum: maximum * part, shape: shape)
    }
}

/// The model of tier 1: AC power from generation, sockets, cores and memory.
///
/// On servers it had not seen it was off by 14 % in the mean, over eleven load levels; see
/// ``GenerationCoefficients`` for where its numbers come from. It models the plug: power supply, memory and board
/// are inside it, and nothing may be added.
package enum EstimatorModel {
    /// The tier of this model: 1 knows no processor by its name.
    package static let tier = 1

    /// The spread of the truth about the model: the standard deviation of the logarithm, 68 % within ±19 %.
    private static let logarithmicDeviation = 0.19

    /// The band for a generation that the model was fitted to.
    package static let bandOfKnownGeneration = RelativeBand(
        low: exp(-logarithmicDeviation),
        high: exp(logarithmicDeviation)
    )

    /// The band where the generation is unknown or was not in the data, for every guest, and for what may be one.
    ///
    /// A judgement, no fit. For guests it covers what is assumed of the host's size. What a guest cannot
    /// see is not in it: how many virtual processors the host sold for each of its threads, and what load the
    /// neighbours put on it.
    package static let bandOfAssumptions = RelativeBand(low: 0.65, high: 1.35)

    /// The power of a server.
    package static func curve(of server: ModelledServer) -> PowerCurve {
        let coefficients = server.generation.coefficients
        let sockets = log(Double(server.sockets))
        let cores = log(Double(server.cores) / Double(server.sockets))
        let memory = log(server.memoryGigabytes / Double(server.sockets) / 32)
        let client = server.isClient ? 1.0 : 0.0

        let idleOfSize = 0.8958478903328739 * sockets - 0.07730848985170309 * cores + 0.2850376290047324 * memory
        let maximumOfSize = 0.9944174075086925 * sockets + 0.36059704248550756 * cores + 0.17769398873787165 * memory
        return PowerCurve(
            idle: Watts(
                exp(3.949527828932988 + idleOfSize - 0.23233380657583377 * client + coefficients.idle)
            ),
            maximum: Watts(
                exp(3.943973034164504 + maximumOfSize - 0.03739546557741028 * client + coefficients.maximum)
            ),
            shape: coefficients.curve
        )
    }
}
