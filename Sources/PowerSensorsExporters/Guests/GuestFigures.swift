package import PowerSensors

/// What one virtual machine used, as its host found out.
package struct GuestFigures: Sendable {
    /// A process that runs the machine.
    package struct Process: Hashable, Sendable {
        /// Its number.
        package let pid: Int32

        /// When it started, as `/proc/PID/stat` says it: numbers are used again, numbers and starts are not.
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

    /// An energy with its bounds since its host began to count for the machine, in nanojoules modulo 2⁶⁴.
    package struct Energy: Hashable, Sendable {
        /// The energy; nil while it is not known.
        package var nanojoules: UInt64?

        /// The least that it may truly be.
        package var low: UInt64

        /// The most that it may truly be.
        package var high: UInt64

        /// Whether it is known and, where not, why.
        package var status: ReadingStatus

        /// An energy with its bounds; those left out are the energy itself.
        package init(nanojoules: UInt64?, low: UInt64? = nil, high: UInt64? = nil, status: ReadingStatus = .ok) {
            self.nanojoules = nanojoules
            self.low = low ?? nanojoules ?? 0
            self.high = high ?? nanojoules ?? 0
            self.status = status
        }
    }

    /// The machine's name, as whoever started it chose it: anything at all.
    package var name: String

    /// What the name belongs to, such as a namespace of Kubernetes; empty where there is none.
    package var namespace: String

    /// The machine's identity; empty where it has none.
    package var uuid: String

    /// Its processes: more than one while it moves from one to the other.
    package var processes: [Process]

    /// The path of its control group, such as `/machine.slice/machine-qemu…scope`; nil where it is not known.
    package var controlGroup: String?

    /// What the processor packages used for it, or the whole machine where only that is known.
    package var package: Energy

    /// What their memory used for it; nil where the host cannot tell.
    package var dram: Energy?

    /// Whether ``package`` is of the whole machine.
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
