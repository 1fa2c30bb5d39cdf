#if canImport(Glibc)
import Glibc
#endif

/// A server's estimated power, with how it was found and how far off it may be.
package struct ServerEstimate: Hashable, Sendable {
    /// What an estimate rests on. Each has a band of its own, found on machines that the fit had not seen.
    package enum Basis: Int, CaseIterable, Sendable {
        /// The generation and the size alone.
        case generation

        /// The processor too, of which the data have results.
        case processor

        /// The processor too, but the data have no results of it.
        case unseenProcessor

        /// The processor and the machine's maker.
        case maker

        /// The machine's maker, and a processor of which the data have no results.
        case makerOfUnseenProcessor

        /// The known watts at idle.
        case idle

        /// The known watts at full load.
        case maximum

        /// The known watts at both ends.
        case anchored
    }

    /// The server.
    package let server: ModelledServer

    /// The watts that were known.
    package let known: KnownWatts

    /// How load and power belong together.
    package let profile: LoadProfile

    /// What the estimate rests on.
    package let basis: Basis

    /// The estimated power over the load.
    package let curve: PowerCurve

    /// 1 where only the generation is known, 2 where more is.
    package var tier: Int { basis == .generation ? 1 : 2 }

    /// The tier in words: `tier 1`, `tier 2`, or `anchored` where both ends are known.
    package var method: String {
        switch known.basis {
        case nil: "tier \(tier)"
        case .anchored: "anchored"
        default: "tier \(tier) with one known end"
        }
    }

    /// What of the server the estimate uses, such as `generation, sockets, cores, memory, processor 8380`.
    package var inputs: [String] {
        var inputs = ["generation \(server.generation.rawValue)", "sockets", "cores", "memory"]
        let isByName = PlaceAmongPoints(server, among: .embedded).knowledge != .generation
        if isByName { inputs.append("processor \(server.processorKey)") }
        if isByName, server.megahertz != nil { inputs.append("frequency") }
        if isByName, ReferencePoints.embedded.maker(named: server.maker) != 0 { inputs.append("maker") }
        if known.idle != nil { inputs.append("idle watts") }
        if known.maximum != nil { inputs.append("maximum watts") }
        return inputs
    }

    /// Between which factors of the estimate the truth lies about two times out of three, over all loads.
    package var band: RelativeBand {
        profile == .powersaveHost
            ? ReferencePoints.embedded.band(of: basis, column: 11) : EstimatorModel.bandOfAssumptions
    }

    /// The same at one load, limited to 0…1; a known end has no band.
    package func band(at load: Double) -> RelativeBand {
        let points = ReferencePoints.embedded
        let load = load > 0 ? min(load, 1) : 0
        if profile != .powersaveHost {
            let isKnown = load == 0 && known.idle != nil || load == 1 && known.maximum != nil
            return isKnown ? RelativeBand(low: 1, high: 1) : EstimatorModel.bandOfAssumptions
        }
        let tenth = min(Int(load * 10), 9)
        let part = load * 10 - Double(tenth)
        let (low, high) = (points.band(of: basis, column: tenth), points.band(of: basis, column: tenth + 1))
        return RelativeBand(
            low: low.low + (high.low - low.low) * part,
            high: low.high + (high.high - low.high) * part
        )
    }
}
