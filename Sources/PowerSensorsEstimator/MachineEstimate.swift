package import PowerSensorsCore
package import PowerSensorsMachine

/// The model applied to one machine: what is assumed, and the resulting power.
package struct MachineEstimate: Hashable, Sendable {
    /// A guest's part of its host.
    package struct PartOfHost: Hashable, Sendable {
        /// The guest's virtual processors.
        package let virtualProcessors: Int

        /// The host's hardware threads.
        package let hostThreads: Int

        /// How many virtual processors the host provides for each of its hardware threads.
        let overcommit: Double

        /// The guest's part of the host's memory; nil if only processors count.
        let memory: Double?

        /// The part as a number above 0 and at most 1.
        package var fraction: Double {
            let processors = Double(virtualProcessors) / (Double(hostThreads) * overcommit)
            return min(memory.map { 0.75 * processors + 0.25 * $0 } ?? processors, 1)
        }
    }

    /// The processor's generation, and how it was found.
    let match: GenerationMatch

    /// The server that is modelled: the machine itself, or the host that a guest is assumed to run on.
    package let server: ModelledServer

    /// A guest's part of the server; nil for a machine that is modelled as a whole.
    package let part: PartOfHost?

    /// How the server's power was found.
    package let method: ServerEstimate

    /// The calibration that replaces the model, if there is one.
    let calibration: CalibrationProfile?

    /// The cloud's host that is assumed by the instance type; nil for none, and if it cannot be the guest's.
    let cloudHost: CloudHost?

    /// Whether more virtual processors are sold than the host has threads, by a factor that is not given.
    let isOvercommitUnknown: Bool

    /// The power of the machine; for a guest, its part of the host's.
    package let curve: PowerCurve

    /// The factors of the estimate between which the true power lies in two of three cases.
    package let band: RelativeBand

    /// Applies the model to a machine.
    ///
    /// - Parameters:
    ///   - machine: The machine.
    ///   - known: The known watts of the whole server; for a guest, of its host.
    ///   - profile: How load and power are related; nil for what is usual.
    ///   - calibration: A calibration of the server. It makes the other parameters irrelevant.
    ///   - host: What is known of a guest's host.
    package init(
        _ machine: MachineDescription, known: KnownWatts = KnownWatts(), profile: LoadProfile? = nil,
        calibration: CalibrationProfile? = nil, host: GuestHost = GuestHost()
    ) {
        var machine = machine
        let name = ProcessorName(machine.processor.name)
        // The name of a rented machine says what the firmware of Arm does not.
        if machine.isGuest == nil, let type = machine.instanceType(host) { machine.isGuest = !type.isWholeMachine }
        var match = machine.processor.generation
        var cloudHost: CloudHost?
        let part: PartOfHost?
        var server: ModelledServer
        if machine.isGuest == true {
            var known = host
            known.threads = host.threads ?? calibration?.hardware.threads
            if known.threads == nil, let sized = machine.cloudHost(host) {
                let itsMatch = match.basis == .assumed ? sized.match : match
                if let found = Self.host(of: machine, itsMatch, known, on: sized) {
                    (server, part) = found
                    (cloudHost, match) = (sized, itsMatch)
                } else {
                    (server, part) = Self.host(of: machine, match, known)
                }
            } else {
                (server, part) = Self.host(of: machine, match, known)
            }
        } else {
            let typical = match.generation.coefficients
            // The kernel reports no sockets on Arm, where no socket in the data has more than 128 cores.
            let sockets = machine.sockets ?? (machine.cores > 128 ? 2 : 1)
            // Without the cores' numbers, every thread of cpuinfo looks like a core, but the name may say how many
            // there are.
            let named = name.coresPerSocket.map { $0 * sockets }
            let cores = min(machine.cores, named ?? machine.cores)
            server = ModelledServer(
                generation: match.generation, sockets: sockets, cores: cores,
                memoryGigabytes: machine.memoryGigabytes ?? typical.gigabytesPerCore * Double(cores),
                isClient: match.isClient, maker: machine.isGuest == false ? machine.maker : "")
            part = nil
        }
        // The name of a hypervisor's generic processor model does not identify a processor.
        if match.isKnown, !name.isHypervisorModel {
            let key = ProcessorKey(machine.processor.name)
            server.processorKey = key.text
            server.megahertz = key.megahertz
        }
        server.designPower = name.designPower(unlessKnownAs: server.processorKey, of: match.generation)
        server.hasUnseenGeneration = match.isGuessed
        server.small = cloudHost == nil ? SmallMachine(of: machine) : nil
        // A hypervisor's generic processor is on a usual host.
        server.isUnknown = match.basis == .assumed && machine.isGuest != true && !name.isGeneric
        server.isInCloud = machine.isInCloud(host)
        method = EstimatorModel.estimate(
            of: server, known: known, profile: profile ?? .usual(isInCloud: server.isInCloud))
        self.match = match
        self.cloudHost = cloudHost
        self.server = server
        self.part = part
        self.calibration = calibration
        isOvercommitUnknown =
            part != nil && host.overcommit == 1 && machine.instanceType(host)?.isBurstable == true
        let total = calibration?.powerCurve ?? method.curve
        curve = part.map { total.ofGuest(part: $0.fraction, hostLoad: host.load) } ?? total
        if let calibration {
            // For other hardware, or for a guest on the hardware, a calibration is no better than an assumption.
            let applies = machine.isGuest == false && calibration.hardware.mismatch(with: machine) == nil
            band =
                applies ? calibration.band : calibration.band.widened(to: EstimatorModel.bandOfAssumptions)
        } else if let foreign = method.foreignBand(at: nil) {
            band = part == nil ? foreign : foreign.widened(to: EstimatorModel.bandOfAssumptions)
        } else {
            // A machine that may be a guest is modelled as a whole server, which is far too much for a small guest.
            let isAssumed = !match.isKnown || machine.isGuest != false
            let isAnchored = known.basis == .anchored && machine.isGuest == false
            band = isAssumed && !isAnchored ? EstimatorModel.bandOfAssumptions : method.band
        }
    }

    /// The assumptions in a few words, such as `turin, tier 1, 2 of 640 host threads`.
    package var label: String {
        var words = [server.isUnknown ? "unknown processor" : match.generation.rawValue, method.method]
        words += method.inputs.dropFirst(4)
        if let small = server.small { words = [small.label] }
        if let calibration { words = ["calibrated by \(calibration.sensor)"] }
        if let part { words.append("\(part.virtualProcessors) of \(part.hostThreads) host threads") }
        if calibration == nil, method.profile != .powersave { words.append(method.profile.name) }
        return words.joined(separator: ", ")
    }

    /// The host that a guest is assumed to run on: the known one, else a typical one of its generation, or a larger one
    /// if necessary.
    private static func host(
        of guest: MachineDescription, _ match: GenerationMatch, _ known: GuestHost
    ) -> (ModelledServer, PartOfHost) {
        let typical = match.generation.coefficients
        var sockets = match.isClient ? 1 : 2
        let name = ProcessorName(guest.processor.name)
        let key = name.isHypervisorModel ? "" : ProcessorKey(guest.processor.name).text
        var coresPerSocket = match.coresPerSocket(of: name, key: key) ?? match.typicalCoresPerSocket
        // With overcommit, a guest may have more processors than its host has threads.
        let least = Int((Double(guest.threads) / known.overcommit).rounded(.up))
        let threadsPerSocket = coresPerSocket * typical.threadsPerCore
        if known.threads == nil, least > sockets * threadsPerSocket {
            if !match.isClient {
                // This rounds: slightly more threads than two sockets have mean larger processors, and twice as many
                // mean four sockets.
                sockets = max(sockets, (least + threadsPerSocket / 2) / threadsPerSocket)
            }
            let threadsOfOneCoreEach = sockets * typical.threadsPerCore
            coresPerSocket = max(coresPerSocket, (least + threadsOfOneCoreEach - 1) / threadsOfOneCoreEach)
        }
        let threads = known.threads.map { max($0, least) }
        let cores = threads.map { max($0 / typical.threadsPerCore, 1) } ?? sockets * coresPerSocket
        let server = ModelledServer(
            generation: match.generation, sockets: min(sockets, cores), cores: cores,
            memoryGigabytes: known.memoryGigabytes ?? typical.gigabytesPerCore * Double(cores),
            isClient: match.isClient)
        let memory = known.memoryGigabytes.flatMap { total in
            guest.memoryGigabytes.map { min($0 / total, 1) }
        }
        let part = PartOfHost(
            virtualProcessors: guest.threads, hostThreads: threads ?? cores * typical.threadsPerCore,
            overcommit: known.overcommit, memory: memory)
        return (server, part)
    }
}
