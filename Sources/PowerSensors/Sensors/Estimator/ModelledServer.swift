/// What the model needs to know of a whole server.
package struct ModelledServer: Hashable, Sendable {
    /// The processors' generation.
    package var generation: CPUGeneration

    /// The number of sockets with a processor, at least 1.
    package var sockets: Int

    /// The physical cores of all sockets together, at least one a socket.
    package var cores: Int

    /// The memory in GB of 2³⁰ bytes, as memory is sold.
    package var memoryGigabytes: Double

    /// Whether the processor is a desktop-derived one for a single socket, such as a Xeon E3 or an EPYC 4004.
    package var isClient: Bool

    /// What tells the processor from others of its generation, as ``ProcessorName/key`` says it; empty where unknown.
    package var processorKey: String

    /// The processors' nominal frequency in MHz; nil where unknown, for that of like processors.
    package var megahertz: Double?

    /// The machine's maker in words, such as DMI's `sys_vendor`; empty where unknown.
    package var maker: String

    /// Whether the generation only stands for one that the data do not have: then machines of it tell little.
    package var isOfUnseenGeneration: Bool

    /// Describes a server; numbers are limited to those a server can have.
    package init(
        generation: CPUGeneration,
        sockets: Int,
        cores: Int,
        memoryGigabytes: Double,
        isClient: Bool,
        processorKey: String = "",
        megahertz: Double? = nil,
        maker: String = "",
        isOfUnseenGeneration: Bool = false
    ) {
        self.generation = generation
        self.sockets = max(sockets, 1)
        self.cores = max(cores, self.sockets)
        // A server with less than 1 GB is outside every datum, and the logarithm falls without end.
        self.memoryGigabytes = memoryGigabytes.isFinite ? max(memoryGigabytes, 1) : 1
        self.isClient = isClient
        self.processorKey = processorKey
        self.megahertz = megahertz.flatMap { (100...100_000).contains($0) ? $0 : nil }
        self.maker = maker
        self.isOfUnseenGeneration = isOfUnseenGeneration
    }
}
