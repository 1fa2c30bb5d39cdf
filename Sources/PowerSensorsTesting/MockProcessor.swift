import PowerSensors

/// The processors of a machine, as `proc/cpuinfo` and sysfs describe them.
public struct MockProcessor: Hashable, Sendable {
    /// `GenuineIntel`, `AuthenticAMD` or any other.
    public var vendor: String

    /// The family's number.
    public var family: Int

    /// The model's number in its family.
    public var model: Int

    /// The stepping's number.
    public var stepping: Int

    /// The model name.
    public var name: String

    /// The number of sockets, each with one package.
    public var sockets: Int

    /// The number of cores per socket.
    public var coresPerSocket: Int

    /// The number of threads per core.
    public var threadsPerCore: Int

    /// The frequency at which every thread runs, in MHz.
    public var megahertz = 2000.0

    /// Whether the `hypervisor` flag is set, as in a guest.
    public var isGuest = false

    /// The other flags.
    public var flags = ["fpu", "tsc", "msr", "constant_tsc", "nonstop_tsc"]

    /// Describes the processors.
    public init(
        vendor: String,
        family: Int,
        model: Int,
        stepping: Int,
        name: String,
        sockets: Int = 1,
        coresPerSocket: Int = 2,
        threadsPerCore: Int = 2
    ) {
        self.vendor = vendor
        self.family = family
        self.model = model
        self.stepping = stepping
        self.name = name
        self.sockets = sockets
        self.coresPerSocket = coresPerSocket
        self.threadsPerCore = threadsPerCore
    }

    /// Intel Xeons of the Ice Lake generation.
    public static func intelServer(sockets: Int = 2) -> MockProcessor {
        MockProcessor(
            vendor: "GenuineIntel",
            family: 6,
            model: 106,
            stepping: 6,
            name: "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz",
            sockets: sockets,
            coresPerSocket: 32
        )
    }

    /// AMD EPYCs of the Zen 4 generation.
    public static func amdServer(sockets: Int = 2) -> MockProcessor {
        MockProcessor(
            vendor: "AuthenticAMD",
            family: 25,
            model: 17,
            stepping: 1,
            name: "AMD EPYC 9354 32-Core Processor",
            sockets: sockets,
            coresPerSocket: 32
        )
    }

    /// The processors of a guest that hides the host's model, with one core per socket as in QEMU.
    public static func guest(processors: Int = 2) -> MockProcessor {
        var processor = MockProcessor(
            vendor: "GenuineIntel",
            family: 15,
            model: 107,
            stepping: 1,
            name: "QEMU Virtual CPU version 2.5+",
            sockets: processors,
            coresPerSocket: 1,
            threadsPerCore: 1
        )
        processor.isGuest = true
        return processor
    }

    /// The number of logical processors.
    public var threadCount: Int { sockets * coresPerSocket * threadsPerCore }

    /// Every logical processor. All first threads come before the second ones, as firmware numbers them.
    var logicalProcessors: [(number: Int, socket: Int, core: Int)] {
        (0..<threadCount).map { number in
            let core = number % (sockets * coresPerSocket)
            return (number, core / coresPerSocket, core % coresPerSocket)
        }
    }

    /// The text of `proc/cpuinfo`, in the kernel's form for x86.
    var cpuinfo: String {
        let flags = (self.flags + (isGuest ? ["hypervisor"] : [])).joined(separator: " ")
        return logicalProcessors.map { thread in
            """
            processor\t: \(thread.number)
            vendor_id\t: \(vendor)
            cpu family\t: \(family)
            model\t\t: \(model)
            model name\t: \(name)
            stepping\t: \(stepping)
            cpu MHz\t\t: \(fixed(megahertz, decimals: 3))
            physical id\t: \(thread.socket)
            siblings\t: \(coresPerSocket * threadsPerCore)
            core id\t\t: \(thread.core)
            cpu cores\t: \(coresPerSocket)
            flags\t\t: \(flags)

            """ + "\n"
        }.joined()
    }
}
