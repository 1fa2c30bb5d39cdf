package import PowerSensorsCore

// Estimates of machines that the model was not fitted to: those that are no servers, and servers with unknown processors.

extension EstimatorModel {
    /// The band for servers of whose processors nothing is known, or not the cores: a factor of two.
    ///
    /// This is a judgement. Among the servers in the data, whatever their processors, the watts for each core differ by
    /// more than that; those of one size by less.
    package static let bandOfUnknown = RelativeBand(low: 0.5, high: 2)
}

extension ServerEstimate {
    /// The band of a machine that the model was not fitted to, at a load or over all; nil for the others.
    func foreignBand(at load: Double?) -> RelativeBand? {
        if question != nil { return EstimatorModel.bandOfUnknown }
        if let small = server.small { return small.band(at: load, cores: server.cores, known: known) }
        guard server.isUnknown || server.areCoresUnknown, basis != .anchored else { return nil }
        let isKnown = (load == 0 && known.idle != nil) || (load == 1 && known.maximum != nil)
        return isKnown ? RelativeBand(low: 1, high: 1) : EstimatorModel.bandOfUnknown
    }

    /// The class of the machine.
    package var machineClass: MachineClass { server.small?.machineClass ?? .server }
}

extension RelativeBand {
    /// The band that holds both.
    func widened(to other: RelativeBand) -> RelativeBand {
        RelativeBand(low: min(low, other.low), high: max(high, other.high))
    }
}
