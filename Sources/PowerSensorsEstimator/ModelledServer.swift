/// What the model needs to know about a whole server.
package struct ModelledServer: Hashable, Sendable {
    /// The processors' generation.
    package var generation: CPUGeneration

    /// The number of populated sockets, at least 1.
    package var sockets: Int

    /// The physical cores of all sockets together, at least one per socket.
    package var cores: Int

    /// The memory in GB of 2³⁰ bytes, as memory is sold.
    package var memoryGigabytes: Double

    /// Whether the processor is desktop-derived and for a single socket, such as a Xeon E3 or an EPYC 4004.
    package var isClient: Bool

    /// Identifies the processor within its generation, as ``ProcessorKey/text``; empty if unknown.
    package var processorKey: String

    /// The processors' nominal frequency in MHz; nil if unknown, and then that of similar processors is assumed.
    package var megahertz: Double?

    /// The design power of one processor in watts (TDP); nil if unknown, and then that of similar processors is assumed.
    package var designPower: Double?

    /// The machine's manufacturer, such as DMI's `sys_vendor`; empty if unknown.
    package var maker: String

    /// Whether ``generation`` only stands for the real one, which is not in the data. Then the machines of that
    /// generation in the data are not used to correct the estimate.
    var hasUnseenGeneration: Bool

    /// What the machine is if it is no server. Then only its class and a few facts count.
    package var small: SmallMachine?

    /// Whether nothing is known of the processor. Then ``generation`` is a usual one, and the band is that of any server.
    package var isUnknown = false

    /// Whether its cores are only those that its generation usually has, which are those of large processors.
    package var areCoresUnknown = false

    /// Whether the stated sockets and cores are hardly a machine's.
    package var isSizeDoubted = false

    /// Whether it is a cloud's: a host whose guests are rented out, or a rented machine.
    package var isInCloud = false

    /// A server whose numbers are limited to those that a server can have.
    package init(
        generation: CPUGeneration, sockets: Int, cores: Int, memoryGigabytes: Double, isClient: Bool,
        processorKey: String = "", megahertz: Double? = nil, designPower: Double? = nil, maker: String = "",
        hasUnseenGeneration: Bool = false
    ) {
        self.generation = generation
        self.sockets = max(sockets, 1)
        self.cores = max(cores, self.sockets)
        // No server in the data has less than 1 GB, and the model uses the logarithm, which has no lower limit.
        self.memoryGigabytes = memoryGigabytes.isFinite ? max(memoryGigabytes, 1) : 1
        self.isClient = isClient
        self.processorKey = processorKey
        self.megahertz = megahertz.flatMap { (100...100_000).contains($0) ? $0 : nil }
        self.designPower = designPower.flatMap { (1...10_000).contains($0) ? $0 : nil }
        self.maker = maker
        self.hasUnseenGeneration = hasUnseenGeneration
    }
}
