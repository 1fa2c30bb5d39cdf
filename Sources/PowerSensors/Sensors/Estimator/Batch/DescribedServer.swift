/// A server as somebody describes it, where all but the processor's name may be missing.
package struct DescribedServer: Hashable, Sendable {
    /// The processor's name in words.
    package var processor: String

    /// The sockets with a processor; nil for what is usual.
    package var sockets: Int?

    /// The physical cores of all sockets.
    package var cores: Int?

    /// The hardware threads of all sockets; they tell the cores where these are missing.
    package var threads: Int?

    /// The memory in GB.
    package var memoryGigabytes: Double?

    /// The nominal frequency in MHz.
    package var megahertz: Double?

    /// The year of the hardware; it tells the generation where the name does not.
    package var year: Int?

    /// Who built the machine.
    package var maker: String = ""

    /// Describes a server by its processor.
    package init(processor: String) { self.processor = processor }

    /// Why a described server cannot be modelled.
    package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong and what would be right.
        package let description: String
    }

    /// The server with what is missing filled in, and whether its generation is no more than assumed.
    package func modelled() throws(Refusal) -> (server: ModelledServer, isAssumed: Bool) {
        let match = try generation()
        let typical = match.generation.coefficients
        let words = ProcessorKey(processor)
        let key = match.isKnown || match.generation == .other ? words.text : ""
        let points = ReferencePoints.embedded
        // Where a generation has both, the usual size is the servers'; its desktop-derived parts had four cores.
        let isMixed = match.isClient && !match.generation.isClientOnly
        let usualCores =
            points.coresPerSocket(of: match.generation, key: key)
            ?? (isMixed ? min(typical.coresPerSocket, 4) : typical.coresPerSocket)
        let toldCores = self.cores ?? threads.map { max($0 / typical.threadsPerCore, 1) }
        let sockets = self.sockets ?? usualSockets(match, key, cores: toldCores, perSocket: usualCores)
        let cores = toldCores ?? usualCores * sockets
        if cores < sockets { throw Refusal(description: "\(cores) cores are fewer than \(sockets) sockets") }
        let isUnseen = match.basis == .assumed || match.basis == .nearest
        // A machine of twice the sockets has twice the watts.
        let isAssumed = isUnseen || (self.sockets == nil && toldCores == nil)
        let server = ModelledServer(
            generation: match.generation,
            sockets: sockets,
            cores: cores,
            memoryGigabytes: memoryGigabytes ?? typical.gigabytesPerCore * Double(cores),
            isClient: match.isClient,
            processorKey: key,
            megahertz: megahertz ?? words.megahertz,
            maker: maker,
            isOfUnseenGeneration: isUnseen
        )
        return (server, isAssumed)
    }

    /// The sockets of a machine that is not said to have any number: by its cores, by machines of the data with such a processor, or
    /// as its name tells.
    private func usualSockets(_ match: GenerationMatch, _ key: String, cores: Int?, perSocket: Int) -> Int {
        if match.isClient || ProcessorName(processor).isForSingleSocket { return 1 }
        if let cores { return min(max(Int((Double(cores) / Double(perSocket)).rounded()), 1), 8) }
        return ReferencePoints.embedded.usualSockets(of: match.generation, key: key) ?? 2
    }

    /// The generation by the name; else the one of the same vendor that is nearest to the year; else its usual one.
    private func generation() throws(Refusal) -> GenerationMatch {
        let words = ProcessorName(processor)
        if !words.isOfNoProcessor, var match = words.generation {
            match.isClient = match.isClient || words.isClient
            return match
        }
        let name = processor.lowercased()
        let vendor: CPUVendor
        if ["intel", "xeon", "core i", "core 2", "pentium", "celeron"].contains(where: name.contains) {
            vendor = .intel
        } else if ["amd", "epyc", "opteron", "ryzen"].contains(where: name.contains) {
            vendor = .amd
        } else if ["ampere", "neoverse", "graviton", "arm"].contains(where: name.contains) {
            vendor = .arm
        } else {
            throw Refusal(
                description: processor.isEmpty
                    ? "there is no processor's name"
                    : "'\(processor)' names no processor's vendor; write Intel, AMD or Ampere before it"
            )
        }
        let usual = ProcessorIdentity(vendor: vendor, name: "").generation
        guard let year else { return GenerationMatch(usual.generation, usual.basis, isClient: words.isClient) }
        let nearest = ReferencePoints.embedded.generation(nearestTo: year, like: usual.generation)
        return GenerationMatch(nearest ?? usual.generation, .assumed, isClient: words.isClient)
    }
}
