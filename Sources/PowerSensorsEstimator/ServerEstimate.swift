import Glibc
package import PowerSensorsCore

/// A server's estimated power, what the estimate is based on, and how far off it may be.
package struct ServerEstimate: Hashable, Sendable {
    /// What an estimate is based on.
    package enum Basis: Int, CaseIterable, Sendable {
        /// The processor generation and the size.
        case generation

        /// Generation, size, and a processor that is in the data.
        case processor

        /// Generation, size, and a processor that is not in the data.
        case unseenProcessor

        /// Generation, size, the machine's manufacturer, and a processor that is in the data.
        case maker

        /// Generation, size, the machine's manufacturer, and a processor that is not in the data.
        case makerOfUnseenProcessor

        /// Known watts at idle.
        case idle

        /// Known watts at full load.
        case maximum

        /// Known watts at idle and at full load.
        case anchored
    }

    package let server: ModelledServer

    /// The known watts.
    package let known: KnownWatts

    /// How load and power are related.
    package let profile: LoadProfile

    package let basis: Basis

    /// What supports the estimate, which determines its band.
    let support: EstimateSupport

    /// The estimated power over the load.
    package let curve: PowerCurve

    /// What to ask about the known watts, which are used, with the band of an unknown machine; nil if they are believed.
    package var question: String?

    /// 1 if only generation and size are known, else 2.
    package var tier: Int { basis == .generation ? 1 : 2 }

    /// The tier in words: `tier 1`, `tier 2`, or `anchored` if both ends are known.
    package var method: String {
        if let small = server.small { return "curve of \(small.machineClass.plural)" }
        return switch known.basis {
        case nil: "tier \(tier)"
        case .anchored: "anchored"
        default: "tier \(tier) with one known end"
        }
    }

    /// What the estimate takes into account, such as `generation turin`, `sockets`, `cores`, `memory`, `processor
    /// 8380`.
    package var inputs: [String] {
        let generation = server.isUnknown ? "unknown generation" : "generation \(server.generation.rawValue)"
        var inputs = [generation, "sockets", "cores", "memory"]
        if let small = server.small { inputs = small.inputs }
        let points = ReferencePoints.embedded
        if server.small == nil, ReferenceMatch(server, among: points).knowledge != .generation {
            inputs.append("processor \(server.processorKey)")
            if server.megahertz != nil { inputs.append("frequency") }
            if server.designPower != nil { inputs.append("design power") }
            if points.maker(named: server.maker) != nil { inputs.append("maker") }
        }
        if known.idle != nil { inputs.append("idle watts") }
        if known.maximum != nil { inputs.append("maximum watts") }
        return inputs
    }

    /// The factors of the estimate between which the truth lies about two times out of three, over all loads: the mean
    /// of those at the loads whose watts are not known.
    package var band: RelativeBand {
        if let band = foreignBand(at: nil) { return band }
        if isJudged { return EstimatorModel.bandOfAssumptions }
        let bands = ((known.idle == nil ? 0 : 1)...(known.maximum == nil ? 10 : 9)).map(fittedBand)
        func mean(_ end: (RelativeBand) -> Double) -> Double {
            exp(bands.reduce(0) { $0 + log(end($1)) } / Double(bands.count))
        }
        return RelativeBand(low: mean(\.low), high: mean(\.high))
    }

    /// The band at one load, which is limited to 0…1. Known watts have no error.
    ///
    /// - Parameters:
    ///   - load: The load.
    ///   - isAssumed: Whether the generation or the size is only assumed, which does not matter if both ends are known.
    package func band(at load: Double, isAssumed: Bool = false) -> RelativeBand {
        if let band = foreignBand(at: load) { return band }
        let load = load > 0 ? min(load, 1) : 0
        if isJudged || (isAssumed && basis != .anchored) { return judgedBand(at: load) }
        let tenth = min(Int(load * 10), 9)
        let part = load * 10 - Double(tenth)
        let (low, high) = (fittedBand(tenth: tenth), fittedBand(tenth: tenth + 1))
        return RelativeBand(
            low: low.low + (high.low - low.low) * part, high: low.high + (high.high - low.high) * part)
    }

    /// Whether the band is a judgement, since the data are of machines that run by `powersave`, and none of them is rented out.
    package var isJudged: Bool { profile != .powersave || server.isInCloud }

    /// The band of assumptions, which the known watts limit.
    private func judgedBand(at load: Double) -> RelativeBand {
        let (band, watts) = (EstimatorModel.bandOfAssumptions, curve.power(at: load).rawValue)
        if (load == 0 && known.idle != nil) || (load == 1 && known.maximum != nil) {
            return RelativeBand(low: 1, high: 1)
        }
        guard watts > 0 else { return band }
        let (least, most) = ((known.idle?.rawValue ?? 0) / watts, (known.maximum?.rawValue ?? .infinity) / watts)
        return RelativeBand(low: min(max(band.low, least), 1), high: max(min(band.high, most), 1))
    }

    /// The band at a tenth of the load, as fitted.
    private func fittedBand(tenth: Int) -> RelativeBand {
        let watts = curve.power(at: Double(tenth) / 10).rawValue
        let range = (curve.maximum.rawValue - curve.idle.rawValue) / watts
        return ReferencePoints.embedded.bands.band(of: bandCase, support, tenth: tenth, range: range)
    }

    private var bandCase: SupportBands.Case {
        switch basis {
        case .generation: .generation
        case .idle: .idle
        case .maximum: .maximum
        case .anchored: .anchored
        default: server.maker.isEmpty ? .processor : .maker
        }
    }
}
