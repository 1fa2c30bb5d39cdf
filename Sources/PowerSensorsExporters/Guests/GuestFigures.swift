package import PowerSensors

/// The energy that the host attributes to one virtual machine, and the machine's identity.
package struct GuestFigures: Sendable {
    /// A process that runs the machine.
    package struct Process: Hashable, Sendable {
        /// The process ID.
        package let pid: Int32

        /// The start time from `/proc/PID/stat`, which distinguishes processes that reuse an ID.
        package let startTime: UInt64

        /// The user that it runs as.
        package let user: UInt32

        /// The group that it runs as.
        package let group: UInt32

        package init(pid: Int32, startTime: UInt64, user: UInt32, group: UInt32) {
            self.pid = pid
            self.startTime = startTime
            self.user = user
            self.group = group
        }
    }

    /// Energy and its bounds since the host began to count for the machine, in nanojoules modulo 2⁶⁴.
    package struct Energy: Hashable, Sendable {
        /// The energy; nil while it is unknown.
        package var nanojoules: UInt64?

        /// The lower bound.
        package var low: UInt64

        /// The upper bound.
        package var high: UInt64

        /// Whether the energy is known, and if not, why.
        package var status: ReadingStatus

        /// Creates an energy; omitted bounds equal the energy itself.
        package init(nanojoules: UInt64?, low: UInt64? = nil, high: UInt64? = nil, status: ReadingStatus = .ok) {
            self.nanojoules = nanojoules
            self.low = low ?? nanojoules ?? 0
            self.high = high ?? nanojoules ?? 0
            self.status = status
        }
    }

    /// The machine's name, unchecked.
    package var name: String

    /// The name's namespace, such as Kubernetes'; empty if there is none.
    package var namespace: String

    /// The machine's UUID; empty if there is none.
    package var uuid: String

    /// Its processes; more than one while it migrates from one to another.
    package var processes: [Process]

    /// The path of its control group, such as `/machine.slice/machine-qemu…scope`; nil if it is unknown.
    package var controlGroup: String?

    /// The energy of the processor packages, or of the whole host if only that is known.
    package var package: Energy

    /// The energy of the memory; nil if the host does not measure it.
    package var dram: Energy?

    /// Whether ``package`` is the energy of the whole host.
    package var isWholeMachine: Bool

    package init(
        name: String, namespace: String = "", uuid: String = "", processes: [Process], controlGroup: String?,
        package: Energy, dram: Energy? = nil, isWholeMachine: Bool = false
    ) {
        self.name = name
        self.namespace = namespace
        self.uuid = uuid
        self.processes = processes
        self.controlGroup = controlGroup
        self.package = package
        self.dram = dram
        self.isWholeMachine = isWholeMachine
    }
}
