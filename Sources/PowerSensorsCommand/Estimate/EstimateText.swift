#if Exporters
import PowerSensors

/// An estimate for people: a line a load, then what it rests on.
struct EstimateText {
    /// The estimate.
    let estimate: ServerEstimate

    /// Whether the generation is no more than assumed.
    let isAssumed: Bool

    /// The loads to tell.
    let loads: [Double]

    /// The lines.
    var text: String {
        var text = ""
        for load in loads {
            let watts = estimate.curve.power(at: load).rawValue
            let band = band(at: load)
            text += padded("\(digits(load * 100, 0)) %", 6) + padded("\(digits(watts, 1)) W", 12)
            text += "   (\(digits(watts * band.low, 1)) to \(digits(watts * band.high, 1)) W)\n"
        }
        let server = estimate.server
        text += """
            Estimated, \(estimate.method): by \(estimate.inputs.joined(separator: ", ")).
            Taken: \(server.sockets) × socket, \(server.cores) cores, \(digits(server.memoryGigabytes, 0)) GB; load profile \
            \(estimate.profile.name).
            The truth lies in the band two times out of three\(basis).

            """
        return text
    }

    private func band(at load: Double) -> RelativeBand {
        guard isAssumed, estimate.basis != .anchored else { return estimate.band(at: load) }
        let isKnown = load == 0 && estimate.known.idle != nil || load == 1 && estimate.known.maximum != nil
        return isKnown ? RelativeBand(low: 1, high: 1) : EstimatorModel.bandOfAssumptions
    }

    private var basis: String {
        if isAssumed { return "; the generation is assumed, and the band a judgement" }
        if estimate.profile != .powersaveHost { return "; for this load profile that is a judgement" }
        return switch estimate.basis {
        case .unseenProcessor, .makerOfUnseenProcessor: ", for a processor of which the model has no data"
        default: ""
        }
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(width - text.count, 0)) + text
    }

    /// A number above 0 with so many digits after its point.
    private func digits(_ value: Double, _ places: Int) -> String {
        if places == 0 { return "\(Int(value.rounded()))" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
#endif
