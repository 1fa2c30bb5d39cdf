#if Exporters
import PowerSensors
import PowerSensorsExporters

/// An estimate for people: a line for each load, then what it is based on.
struct EstimateText {
    let estimate: ServerEstimate

    /// The instance whose part of the server's power is shown; nil for all of it.
    let instance: DescribedInstance?

    /// Whether the processor generation or the number of sockets is only assumed.
    let isAssumed: Bool

    /// Whether the number of cores is taken from the processor's name.
    let hasNamedCores: Bool

    /// Whether the number of cores is that of this machine or processor, and not only usual.
    let areCoresKnown: Bool

    /// Whether the sockets are only assumed.
    let areSocketsAssumed: Bool

    /// Whether the memory is only assumed.
    let isMemoryAssumed: Bool

    let loads: [Double]

    var text: String {
        var text = ""
        for load in loads {
            let watts = estimate.curve.power(at: load).rawValue * (instance?.part ?? 1)
            let band = estimate.band(at: load, isAssumed: isAssumed)
            text += "\(fixed(load * 100, decimals: 0)) %".leftPadded(6)
            text += "\(fixed(watts, decimals: 1)) W".leftPadded(12)
            text += "   (\(fixed(watts * band.low, decimals: 1)) to \(fixed(watts * band.high, decimals: 1)) W)\n"
        }
        let server = estimate.server
        let part = instance.map { $0.text + "\n" } ?? ""
        if let small = server.small { return text + words(for: small) + part }
        text += """
            Estimated (\(estimate.method)) from \(estimate.inputs.joined(separator: ", ")).
            Machine: server, \(server.sockets) socket\(server.sockets == 1 ? "" : "s")\
            \(areSocketsAssumed ? " (assumed)" : ""), \(server.cores) cores\
            \(hasNamedCores ? " (\(server.cores / max(server.sockets, 1)) a socket by its name)" : "")\
            \(areCoresKnown ? "" : " (assumed)"), \
            \(fixed(server.memoryGigabytes, decimals: 0)) GB\
            \(isMemoryAssumed ? " (assumed)" : ""); load profile \(estimate.profile.name).
            The band contains the true value two times out of three\(basis).
            \(estimate.advice(isAssumed: isAssumed, isForGuest: isPart))

            """
        return text + part
    }

    /// The last lines for a machine that is no server. Its memory does not count.
    private func words(for small: SmallMachine) -> String {
        let cores =
            areCoresKnown ? "\(estimate.server.cores) cores\(hasNamedCores ? " by its name" : "")" : "cores unknown"
        return """
            Estimated (\(estimate.method)) from \(estimate.inputs.joined(separator: ", ")).
            Machine: \(small.machineClass.rawValue), \(small.processor), \(cores), no graphics card at work; \
            load profile \(estimate.profile.name).
            The band contains the true value two times out of three; it is its class's, whose machines differ much.
            \(narrowing)

            """
    }

    /// Which facts would leave less of a class's band.
    private var narrowing: String {
        switch (estimate.known.idle, estimate.known.maximum) {
        case (nil, nil): "Measured at the plug, --idle-watts and --max-watts leave little of the band."
        case (_?, nil): "Measured at the plug, --max-watts would narrow it most."
        case (nil, _?): "Measured at the plug, --idle-watts would narrow it most."
        case (_?, _?): "Only its own measured curve would narrow it: powersensors calibrate."
        }
    }

    /// Whether it is the part of a guest, and not of a whole machine.
    private var isPart: Bool { (instance?.part ?? 1) < 1 }

    /// What the band is based on, as the end of a sentence.
    private var basis: String {
        if estimate.question != nil { return "; the known watts are doubtful, and the band is a factor of two" }
        if estimate.server.isUnknown, estimate.basis != .anchored {
            return "; the processor is unknown, so a usual server is assumed, and the band is a factor of two"
        }
        if estimate.server.areCoresUnknown, estimate.basis != .anchored {
            return
                "; the processor's cores are unknown, so those of a usual one are assumed, and the band is a factor of two"
        }
        if isAssumed, estimate.basis != .anchored {
            return "; the generation or the size is assumed, and the band is a judgement"
        }
        if estimate.profile == .powersave, estimate.server.isInCloud {
            return "; the data have no rented machines, and the band is a judgement"
        }
        if estimate.isJudged { return "; for this load profile, the band is a judgement" }
        return switch estimate.basis {
        case .unseenProcessor, .makerOfUnseenProcessor: ", for a processor of which the model has no data"
        default: ""
        }
    }
}
#endif
