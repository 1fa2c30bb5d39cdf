/// A machine as a user describes it: everything but the processor's name may be missing.
package struct DescribedServer: Hashable, Sendable {
    /// The processor.
    package var processor: NamedProcessor

    /// The class of the machine; nil to find it by the processor's name.
    package var machineClass: MachineClass?

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

    /// The design power of one processor in watts.
    package var designPower: Double?

    /// The year of the hardware. It determines the generation if the name does not.
    package var year: Int?

    /// The machine's manufacturer.
    package var maker: String = ""

    /// Whether it is a cloud's. A described processor that only clouds buy new makes it one too.
    package var isInCloud = false

    package init(processor: String) { self.init(processor: NamedProcessor(processor)) }

    package init(processor: NamedProcessor) { self.processor = processor }

    /// Why a machine cannot be modelled.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, and what would be right.
        package let description: String
    }

    /// The machine with typical values for what is missing, and whether its generation or size is only assumed.
    package func modelled() throws(Failure) -> (server: ModelledServer, isAssumed: Bool) {
        try checkProcessor()
        let (name, words) = (processor.name, processor.key)
        let isOfData = name.maker.map(Self.isInData) == true
        let found = try machineClass(name)
        if let small = SmallMachine(found.0, by: found.1, name: name) { return (try modelled(small, name), false) }

        let match = generation(name)
        let typical = match.generation.coefficients
        let key = (match.isKnown || match.generation == .other) && !name.isHypervisorModel ? words.text : ""
        let size = try Size(of: self, match, key: key)
        var server = ModelledServer(
            generation: match.generation, sockets: size.sockets, cores: size.cores,
            memoryGigabytes: memoryGigabytes ?? typical.gigabytesPerCore * Double(size.cores), isClient: match.isClient,
            processorKey: key, megahertz: megahertz ?? words.megahertz,
            designPower: missedDesign(match.generation, key) == nil
                ? statedDesign ?? name.designPower(unlessKnownAs: key, of: match.generation) : nil,
            maker: maker,
            hasUnseenGeneration: match.isGuessed)
        server.isUnknown = match.basis == .assumed && (year == nil || !isOfData)
        server.areCoresUnknown = !server.isUnknown && !match.isClient && size.areCoresUnknown
        server.isSizeDoubted = size.isDoubted
        server.isInCloud = isInCloud || CloudHost.isCloudProcessor(name, words)
        return (server, match.isGuessed || size.isDoubted || !size.isKnown)
    }

    /// Whether the modelled machine has the cores that the processor's name states.
    package func hasNamedCores(in server: ModelledServer) -> Bool {
        cores == nil && threads == nil && processor.name.statesCores
            && processor.name.coresPerSocket.map { $0 * server.sockets } == server.cores
    }

    /// Whether the number of cores is given, or that of this very processor.
    package var areCoresKnown: Bool {
        cores != nil || threads != nil || namedCores != nil
    }

    /// The cores that this very processor has, by its name or by the tables.
    private var namedCores: Int? {
        if let cores = processor.name.coresPerSocket { return cores }
        return processor.name.generation.flatMap {
            GenerationMatch($0, .name).coresPerSocket(of: processor.name, key: processor.key.text)
        }
    }

    /// Whether the sockets of the modelled machine are the given ones, or that of a processor for one.
    package func areSocketsKnown(in server: ModelledServer) -> Bool {
        processor.name.isForSingleSocket || statedSockets == server.sockets
    }

    /// The given design power, or that beside the processor's name.
    var statedDesign: Double? { designPower ?? processor.designPower }

    /// The given sockets, or those beside the processor's name, as in `2 x AMD EPYC 7763`.
    var statedSockets: Int? { sockets ?? processor.sockets }

    // MARK: Class and generation

    /// The class of the machine, and what it is found by.
    private func machineClass(_ name: ProcessorName) throws(Failure) -> (MachineClass, MachineClass.Basis) {
        if let machineClass { return (machineClass, .given) }
        if name.isGeneric {
            throw Failure(
                description: "'\(processor.text)' is a hypervisor's, and says nothing of the machine; \(Self.advice)")
        }
        // The data have some servers with processors of desktops.
        if let generation = name.generation, name.line != .server,
            ReferencePoints.embedded.coresPerSocket(of: generation, key: processor.key.text) != nil
        {
            return (.server, .line)
        }
        guard let found = MachineClass(line: name.line) else {
            throw Failure(
                description: processor.text.isEmpty
                    ? "the processor's name is missing"
                    : "'\(processor.text)' is no processor that is known here; \(Self.advice)")
        }
        return (found, .line)
    }

    private static let advice =
        "write its name as the maker does, such as 'AMD Ryzen 7 7840U' or 'Intel Xeon Gold 6248', or give the class:"
        + " \(MachineClass.allCases.map(\.rawValue).joined(separator: ", "))"

    /// A machine that is no server.
    private func modelled(_ small: SmallMachine, _ name: ProcessorName) throws(Failure) -> ModelledServer {
        let sockets = statedSockets ?? 1
        let cores =
            self.cores ?? threads.map { max($0 / 2, 1) } ?? namedCores ?? small.typicalCores
        try checkSize(sockets: sockets, cores: cores)
        var server = ModelledServer(
            generation: name.generation ?? name.nearestGeneration ?? .other, sockets: sockets, cores: cores,
            memoryGigabytes: memoryGigabytes ?? 2 * Double(cores), isClient: true, maker: maker,
            hasUnseenGeneration: true)
        server.small = small
        // A workstation may have two processors.
        let processors = small.machineClass == .workstation ? min(sockets, 2) : 1
        server.small?.nominalWatts = (statedDesign ?? small.nominalWatts).map { $0 * Double(processors) }
        server.isInCloud = isInCloud
        return server
    }

    /// A server's processor generation, found by its name; if that is not possible, the generation of the vendor that is
    /// nearest to the year; without a year, a typical one of the vendor, or of all if the vendor is not in the data.
    func generation(_ name: ProcessorName) -> GenerationMatch {
        if !name.isGeneric {
            if let generation = name.generation { return GenerationMatch(generation, .name, isClient: name.isClient) }
            if let nearest = name.nearestGeneration {
                return GenerationMatch(nearest, .nearest, isClient: name.isClient)
            }
        }
        guard let maker = name.maker, Self.isInData(maker) else { return .usualServer }
        let typical: CPUGeneration = maker == .intel ? .cascadeLake : maker == .amd ? .milan : .altra
        guard var year else { return GenerationMatch(typical, .assumed, isClient: name.isClient) }
        // There were none before.
        if name.isScalable { year = max(year, 2018) }
        let nearest = ReferencePoints.embedded.generation(nearestTo: year, like: typical)
        return GenerationMatch(nearest ?? typical, .assumed, isClient: name.isClient)
    }

    private static func isInData(_ maker: ProcessorName.Maker) -> Bool {
        [.intel, .amd, .ampere, .arm, .amazon].contains(maker)
    }
}
