/// The model applied to one machine: what was assumed, and the power that follows.
package struct MachineEstimate: Hashable, Sendable {
    /// The part of its host that a guest has.
    package struct PartOfHost: Hashable, Sendable {
        /// The guest's virtual processors.
        package let virtualProcessors: Int

        /// The hardware threads of the host.
        package let hostThreads: Int

        /// The part as a number above 0 and at most 1.
        package var fraction: Double { Double(virtualProcessors) / Double(hostThreads) }
    }

    /// The processor's generation, and how it was found.
    package let match: GenerationMatch

    /// The server that is modelled: the machine itself, or the host that a guest is taken to run on.
    package let server: ModelledServer

    /// A guest's part of the server; nil for a machine that is modelled as a whole.
    package let part: PartOfHost?

    /// The power of the machine; of a guest, its part of the host's.
    ///
    /// A guest is taken to be as busy as its host: the parts of all guests then add up to the host's power
    /// within a few per cent, whatever their sizes.
    package let curve: PowerCurve

    /// How far the truth may lie from the model.
    package let band: RelativeBand

    /// Applies the model to a machine.
    package init(_ machine: MachineDescription) {
        let match = machine.processor.generation
        self.match = match
        if machine.isGuest == true {
            let (server, part) = Self.host(of: machine, match)
            self.server = server
            self.part = part
            curve = EstimatorModel.curve(of: server).scaled(by: part.fraction)
            band = EstimatorModel.bandOfAssumptions
        } else {
            let typical = match.generation.coefficients
            // Without a word on sockets: no socket in the data has more than 192 cores, none of Arm's over 128.
            let sockets = machine.sockets ?? (machine.cores > 128 ? 2 : 1)
            server = ModelledServer(
                generation: match.generation,
                sockets: sockets,
                cores: machine.cores,
                memoryGigabytes: machine.memoryGigabytes ?? typical.gigabytesPerCore * Double(machine.cores),
                isClient: match.isClient
            )
            part = nil
            curve = EstimatorModel.curve(of: server)
            // What may be a guest is modelled as it looks, which for a small guest is far from its part of a host.
            band =
                match.isKnown && machine.isGuest == false
                ? EstimatorModel.bandOfKnownGeneration : EstimatorModel.bandOfAssumptions
        }
    }

    /// What was assumed, in a few words, such as `turin, tier 1, 2/640 part of the host`.
    package var label: String {
        let model = "\(match.generation.rawValue), tier \(EstimatorModel.tier)"
        return part.map { "\(model), \($0.virtualProcessors)/\($0.hostThreads) part of the host" } ?? model
    }

    /// The host that a guest is taken to run on: the usual one of its generation, or one that is large enough.
    private static func host(of guest: MachineDescription, _ match: GenerationMatch) -> (ModelledServer, PartOfHost) {
        let typical = match.generation.coefficients
        var sockets = match.isClient ? 1 : 2
        // Where a generation has both, the usual size is the servers'; its desktop-derived parts had four cores.
        let isMixed = match.isClient && !match.generation.isClientOnly
        var coresPerSocket = isMixed ? min(typical.coresPerSocket, 4) : typical.coresPerSocket

        let threadsPerSocket = coresPerSocket * typical.threadsPerCore
        if guest.threads > sockets * threadsPerSocket {
            if !match.isClient {
                // To the nearest: a little too many for two sockets means larger processors, twice as many four.
                sockets = max(sockets, (guest.threads + threadsPerSocket / 2) / threadsPerSocket)
            }
            let threadsOfCoreRow = sockets * typical.threadsPerCore
            coresPerSocket = max(coresPerSocket, (guest.threads + threadsOfCoreRow - 1) / threadsOfCoreRow)
        }
        let cores = sockets * coresPerSocket
        let server = ModelledServer(
            generation: match.generation,
            sockets: sockets,
            cores: cores,
            memoryGigabytes: typical.gigabytesPerCore * Double(cores),
            isClient: match.isClient
        )
        return (server, PartOfHost(virtualProcessors: guest.threads, hostThreads: cores * typical.threadsPerCore))
    }
}
