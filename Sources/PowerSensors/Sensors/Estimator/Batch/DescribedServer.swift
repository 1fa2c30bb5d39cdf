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
        let sockets = self.sockets ?? (match.isClient ? 1 : 2)
        let usualCores =
            ReferencePoints.embedded.coresPerSocket(of: match.generation, key: key) ?? typical.coresPerSocket
        let cores = self.cores ?? threads.map { max($0 / typical.threadsPerCore, 1) } ?? usualCores * sockets
        if cores < sockets { throw Refusal(description: "\(cores) cores are fewer than \(sockets) sockets") }
        let isAssumed = match.basis == .assumed || match.basis == .nearest
        let server = ModelledServer(
            generation: match.generation,
            sockets: sockets,
            cores: cores,
            memoryGigabytes: memoryGigabytes ?? typical.gigabytesPerCore * Double(cores),
            isClient: match.isClient,
            processorKey: key,
            megahertz: megahertz ?? words.megahertz,
            maker: maker,
            isOfUnseenGeneration: isAssumed
        )
        return (server, isAssumed)
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
        if ["intel", "xeon"].contains(where: name.contains) {
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
        guard let year else { return usual }
        let nearest = ReferencePoints.embedded.generation(nearestTo: year, like: usual.generation)
        return GenerationMatch(nearest ?? usual.generation, .assumed, isClient: words.isClient)
    }
}
