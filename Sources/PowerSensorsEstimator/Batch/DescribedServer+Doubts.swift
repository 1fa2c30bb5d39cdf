import Glibc

// Numbers that no machine has are refused, and those that are hardly a machine's are asked about.

extension DescribedServer {
    /// More sockets than any machine has: the largest with one memory have 32 (HPE Superdome Flex).
    private static let mostSockets = 64

    /// More cores than any processor has: the largest have 288 (Xeon 6 with E cores).
    private static let mostCoresPerSocket = 512

    /// Refuses a size that no machine has.
    func checkSize(sockets: Int, cores: Int) throws(Failure) {
        if cores < sockets {
            throw Failure(description: "\(Self.plural(cores, "core")) for \(sockets) sockets: each has one at least")
        }
        if sockets > Self.mostSockets {
            throw Failure(
                description: "\(sockets) sockets are more than a machine has; describe one machine at a time")
        }
        if cores / sockets > Self.mostCoresPerSocket {
            throw Failure(
                description:
                    "\(cores) cores in \(Self.plural(sockets, "socket")) are more than processors have; correct one"
                    + " of the two numbers")
        }
    }

    /// Whether sockets and cores cannot be a machine's: too many sockets with hardly a core, or with an eighth of the
    /// processor's cores or less. Such numbers are a guest's, whose hypervisor shows a socket for each virtual processor.
    func isSizeDoubtful(coresPerSocket: Int?, cores: Int?) -> Bool {
        let sockets = statedSockets ?? 1
        guard let cores, cores >= sockets else { return false }
        let perSocket = cores / sockets
        return (sockets > 8 && perSocket < 4) || coresPerSocket.map { $0 >= 8 && perSocket * 8 <= $0 } == true
    }

    /// Refuses names and numbers that no machine has, and fewer threads than cores.
    func checkProcessor() throws(Failure) {
        if let megahertz = megahertz ?? processor.key.megahertz, !(100...10_000).contains(megahertz) {
            throw Failure(description: "\(megahertz) MHz are no processor's frequency; write the nominal one in MHz")
        }
        if processor.text.utf8.count > NamedProcessor.mostBytes {
            throw Failure(
                description: "a name of \(processor.text.utf8.count) bytes is no processor's; give one of at most"
                    + " \(NamedProcessor.mostBytes)")
        }
        if let memoryGigabytes, !(0.1...100_000).contains(memoryGigabytes) {
            throw Failure(description: "\(memoryGigabytes) GB are no machine's memory; write that of one machine in GB")
        }
        if let designPower, !(1...10_000).contains(designPower) {
            throw Failure(description: "\(designPower) W are no processor's design power; write one socket's in watts")
        }
        if let cores, let threads, threads < cores {
            throw Failure(description: "\(threads) threads for \(cores) cores: each has one at least")
        }
    }

    /// What to ask about numbers that a machine hardly has, and which are not used as they are, or with a wide band.
    package func questions(about server: ModelledServer) -> [String] {
        [nameQuestion, sizeQuestion(server), designQuestion(server)].compactMap { $0 }
    }

    private var nameQuestion: String? {
        guard let sockets, let named = processor.sockets, sockets != named else { return nil }
        return "the name has \(Self.plural(named, "socket")), and \(sockets) are stated beside it, which are used."
            + " Is that right?"
    }

    private func sizeQuestion(_ server: ModelledServer) -> String? {
        guard server.isSizeDoubted else { return nil }
        let estimated = "\(Self.plural(server.sockets, "socket")) with \(Self.plural(server.cores, "core"))"
        if let sockets = statedSockets, let most = processor.name.mostSockets, sockets > most,
            server.sockets == sockets || (cores == nil && threads == nil)
        {
            return
                "\(Self.plural(sockets, "socket")) are more than this processor is made for; estimated as \(estimated)."
                + " Is that right?"
        }
        let stated = cores ?? threads.map { $0 / server.generation.coefficients.threadsPerCore } ?? server.cores
        if stated > server.cores {
            return "\(Self.plural(stated, "core")) are more than such processors have; estimated as \(estimated). "
                + (cores == nil ? "Is that right?" : "Are they threads?")
        }
        guard let sockets = statedSockets, sockets != server.sockets else {
            return
                "\(Self.plural(server.cores, "core")) of so large a processor \(server.cores == 1 ? "looks" : "look") like a guest's, not a machine's;"
                + " estimated as \(estimated). Is that right?"
        }
        return
            "\(Self.plural(sockets, "socket")) of \(Self.plural(server.cores / sockets, "core")) look like a guest's,"
            + " not a machine's; estimated as \(estimated). Is that right?"
    }

    /// The processor's usual design power in watts, if the stated one is far from it: design powers differ by a factor of three
    /// from that of a processor in the data only if they are not one socket's.
    func missedDesign(_ generation: CPUGeneration, _ key: String) -> Double? {
        let named = processor.name.designPower(unlessKnownAs: key, of: generation).map { log($0) }
        guard let statedDesign, let usual = ReferencePoints.embedded.logDesign(of: generation, key: key) ?? named,
            abs(log(statedDesign) - usual) > log(3)
        else { return nil }
        return exp(usual)
    }

    private func designQuestion(_ server: ModelledServer) -> String? {
        guard let statedDesign, server.small == nil, let usual = missedDesign(server.generation, server.processorKey)
        else { return nil }
        return
            "a design power of \(Int(statedDesign)) W is far from the \(Int(usual.rounded())) W of this processor,"
            + " and not used. Is it one socket's?"
    }

    private static func plural(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
