import PowerSensorsMachine

/// A server as a user describes it: everything but the processor's name may be missing.
package struct DescribedServer: Hashable, Sendable {
    /// The processor's model name.
    package var processor: String

    /// The populated sockets.
    package var sockets: Int?

    /// The physical cores of all sockets.
    package var cores: Int?

    /// The hardware threads of all sockets. They determine the cores if these are missing.
    package var threads: Int?

    /// The memory in GB.
    package var memoryGigabytes: Double?

    /// The nominal frequency in MHz.
    package var megahertz: Double?

    /// The year of the hardware. It determines the generation if the name does not.
    package var year: Int?

    /// The machine's manufacturer.
    package var maker: String = ""

    package init(processor: String) { self.processor = processor }

    /// Why a server cannot be modelled.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, and what would be right.
        package let description: String
    }

    /// The server with typical values for what is missing, and whether its generation or size is only assumed.
    package func modelled() throws(Failure) -> (server: ModelledServer, isAssumed: Bool) {
        let match = try generation()
        let typical = match.generation.coefficients
        let words = ProcessorKey(processor)
        let key = match.isKnown || match.generation == .other ? words.text : ""
        let namedCores = ProcessorName(processor).coresPerSocket
        let typicalCores =
            namedCores ?? ReferencePoints.embedded.coresPerSocket(of: match.generation, key: key)
            ?? match.typicalCoresPerSocket
        let knownCores = self.cores ?? threads.map { max($0 / typical.threadsPerCore, 1) }
        let sockets = self.sockets ?? typicalSockets(match, key, cores: knownCores, perSocket: typicalCores)
        let cores = knownCores ?? typicalCores * sockets
        if cores < sockets { throw Failure(description: "\(cores) cores are fewer than \(sockets) sockets") }
        let server = ModelledServer(
            generation: match.generation, sockets: sockets, cores: cores,
            memoryGigabytes: memoryGigabytes ?? typical.gigabytesPerCore * Double(cores), isClient: match.isClient,
            processorKey: key, megahertz: megahertz ?? words.megahertz, maker: maker,
            hasUnseenGeneration: match.isGuessed)
        // Without sockets and cores, the size is only assumed, and a machine with twice the sockets uses twice the
        // power. Of a processor for a single socket, the name may show the cores.
        let isSizeKnown = self.sockets != nil || knownCores != nil || (hasNamedCores && isForSingleSocket(match))
        return (server, match.isGuessed || !isSizeKnown)
    }

    /// Whether the number of cores is taken from the processor's name.
    package var hasNamedCores: Bool {
        cores == nil && threads == nil && ProcessorName(processor).coresPerSocket != nil
    }

    private func isForSingleSocket(_ match: GenerationMatch) -> Bool {
        match.isClient || ProcessorName(processor).isForSingleSocket
    }

    /// The number of sockets to assume if it is not given: 1 if the processor's name says so, else from the number of
    /// cores or, without that, what machines with this processor have in the data.
    private func typicalSockets(_ match: GenerationMatch, _ key: String, cores: Int?, perSocket: Int) -> Int {
        if isForSingleSocket(match) { return 1 }
        if let cores { return min(max(Int((Double(cores) / Double(perSocket)).rounded()), 1), 8) }
        return ReferencePoints.embedded.typicalSockets(of: match.generation, key: key) ?? 2
    }

    /// The processor's generation, found by its name; if that is not possible, the generation of the vendor that is
    /// nearest to the year; without a year, a typical generation of the vendor.
    private func generation() throws(Failure) -> GenerationMatch {
        let words = ProcessorName(processor)
        if !words.isGeneric, let generation = words.generation {
            return GenerationMatch(generation, .name, isClient: words.isClient)
        }
        let name = processor.lowercased()
        let vendors: [(vendor: CPUVendor, words: [String])] = [
            (.intel, ["intel", "xeon", "core i", "core 2", "pentium", "celeron"]),
            (.amd, ["amd", "epyc", "opteron", "ryzen"]), (.arm, ["ampere", "neoverse", "graviton", "arm"]),
        ]
        guard let vendor = vendors.first(where: { $0.words.contains { name.contains($0) } })?.vendor else {
            throw Failure(
                description: processor.isEmpty
                    ? "the processor's name is missing"
                    : "'\(processor)' does not name the processor's vendor; write Intel, AMD or Ampere before it")
        }
        let typical = ProcessorIdentity(vendor: vendor, name: "").generation
        guard let year else { return GenerationMatch(typical.generation, typical.basis, isClient: words.isClient) }
        let nearest = ReferencePoints.embedded.generation(nearestTo: year, like: typical.generation)
        return GenerationMatch(nearest ?? typical.generation, .assumed, isClient: words.isClient)
    }
}
