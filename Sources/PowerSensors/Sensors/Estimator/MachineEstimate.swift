/// The model applied to one machine: what was assumed, and the power that follows.
package struct MachineEstimate: Hashable, Sendable {
    /// The part of its host that a guest has.
    package struct PartOfHost: Hashable, Sendable {
        /// The guest's virtual processors.
        package let virtualProcessors: Int

        /// The hardware threads of the host.
        package let hostThreads: Int

        /// How many virtual processors the host sells for each of its threads.
        package let overcommit: Double

        /// The guest's part of the host's memory; nil where it goes by processors alone.
        package let memory: Double?

        /// The part as a number above 0 and at most 1.
        package var fraction: Double {
            let processors = Double(virtualProcessors) / (Double(hostThreads) * overcommit)
            return min(memory.map { 0.75 * processors + 0.25 * $0 } ?? processors, 1)
        }
    }

    /// The processor's generation, and how it was found.
    package let match: GenerationMatch

    /// The server that is modelled: the machine itself, or the host that a guest is taken to run on.
    package let server: ModelledServer

    /// A guest's part of the server; nil for a machine that is modelled as a whole.
    package let part: PartOfHost?

    /// How the server's power was found.
    package let method: ServerEstimate

    /// What was learned of the server, where that takes the model's place.
    package let calibration: CalibrationProfile?

    /// The power of the machine; of a guest, its part of the host's.
    ///
    /// A guest is taken to be as busy as its host: the parts of all guests then add up to the host's power
    /// within a few per cent, whatever their sizes.
    package let curve: PowerCurve

    /// How far the truth may lie from the model.
    package let band: RelativeBand

    /// Applies the model to a machine.
    ///
    /// - Parameters:
    ///   - machine: What the kernel says of it.
    ///   - known: The watts that are known of the whole server: of a guest, of its host.
    ///   - profile: How load and power belong together.
    ///   - calibration: What was learned of the server; it makes the rest of no account.
    ///   - host: What is known of a guest's host.
    package init(
        _ machine: MachineDescription,
        known: KnownWatts = KnownWatts(),
        profile: LoadProfile = .powersaveHost,
        calibration: CalibrationProfile? = nil,
        host: GuestHost = GuestHost()
    ) {
        let match = machine.processor.generation
        self.match = match
        let part: PartOfHost?
        var server: ModelledServer
        if machine.isGuest == true {
            var known = host
            known.threads = host.threads ?? calibration?.hardware.threads
            (server, part) = Self.host(of: machine, match, known)
        } else {
            let typical = match.generation.coefficients
            // Without a word on sockets: no socket in the data has more than 192 cores, none of Arm's over 128.
            let sockets = machine.sockets ?? (machine.cores > 128 ? 2 : 1)
            server = ModelledServer(
                generation: match.generation,
                sockets: sockets,
                cores: machine.cores,
                memoryGigabytes: machine.memoryGigabytes ?? typical.gigabytesPerCore * Double(machine.cores),
                isClient: match.isClient,
                maker: machine.isGuest == false ? machine.maker : ""
            )
            part = nil
        }
        // A hypervisor's own name for a processor names no processor.
        let words = ProcessorName(machine.processor.name)
        if match.isKnown, !words.isHypervisorModel {
            let key = ProcessorKey(machine.processor.name)
            server.processorKey = key.text
            server.megahertz = key.megahertz
        }
        server.isOfUnseenGeneration = match.basis == .nearest || match.basis == .assumed
        let estimate = EstimatorModel.estimate(of: server, known: known, profile: profile)
        self.server = server
        self.part = part
        method = estimate
        self.calibration = calibration
        let whole = calibration?.powerCurve ?? estimate.curve
        curve = part.map { whole.ofGuest(part: $0.fraction, hostLoad: host.load) } ?? whole
        // What may be a guest is modelled as it looks, which for a small guest is far from its part of a host.
        let isAssumed = !match.isKnown || machine.isGuest != false
        if let calibration {
            // What was forced on other hardware, or on a part of it, is no better than an assumption.
            let isOfThis = machine.isGuest == false && calibration.hardware.mismatch(with: machine) == nil
            band = isOfThis ? calibration.band : EstimatorModel.bandOfAssumptions
        } else {
            let isAnchored = known.basis == .anchored && machine.isGuest == false
            band = isAssumed && !isAnchored ? EstimatorModel.bandOfAssumptions : estimate.band
        }
    }

    /// What was assumed, in a few words, such as `turin, tier 1, 2/640 part of the host`.
    package var label: String {
        var words = [match.generation.rawValue, method.method]
        words += method.inputs.dropFirst(4)
        if let calibration { words = ["calibrated by \(calibration.sensor)"] }
        if let part { words.append("\(part.virtualProcessors)/\(part.hostThreads) part of the host") }
        if method.profile != .powersaveHost { words.append(method.profile.name) }
        return words.joined(separator: ", ")
    }

    /// The host that a guest is taken to run on: what is known of it, else the usual one of its generation, or one that is
    /// large enough.
    private static func host(
        of guest: MachineDescription, _ match: GenerationMatch, _ known: GuestHost
    ) -> (ModelledServer, PartOfHost) {
        let typical = match.generation.coefficients
        var sockets = match.isClient ? 1 : 2
        // Where a generation has both, the usual size is the servers'; its desktop-derived parts had four cores.
        let isMixed = match.isClient && !match.generation.isClientOnly
        var coresPerSocket = isMixed ? min(typical.coresPerSocket, 4) : typical.coresPerSocket

        // Overselling lets a guest have more processors than its host has threads, if only in part.
        let least = Int((Double(guest.threads) / known.overcommit).rounded(.up))
        let threadsPerSocket = coresPerSocket * typical.threadsPerCore
        if known.threads == nil, least > sockets * threadsPerSocket {
            if !match.isClient {
                // To the nearest: a little too many for two sockets means larger processors, twice as many four.
                sockets = max(sockets, (least + threadsPerSocket / 2) / threadsPerSocket)
            }
            let threadsOfCoreRow = sockets * typical.threadsPerCore
            coresPerSocket = max(coresPerSocket, (least + threadsOfCoreRow - 1) / threadsOfCoreRow)
        }
        let threads = known.threads.map { max($0, least) }
        let cores = threads.map { max($0 / typical.threadsPerCore, 1) } ?? sockets * coresPerSocket
        let server = ModelledServer(
            generation: match.generation,
            sockets: min(sockets, cores),
            cores: cores,
            memoryGigabytes: known.memoryGigabytes ?? typical.gigabytesPerCore * Double(cores),
            isClient: match.isClient
        )
        let memory = known.memoryGigabytes.flatMap { whole in
            guest.memoryGigabytes.map { min($0 / whole, 1) }
        }
        let part = PartOfHost(
            virtualProcessors: guest.threads, hostThreads: threads ?? cores * typical.threadsPerCore,
            overcommit: known.overcommit, memory: memory)
        return (server, part)
    }
}
