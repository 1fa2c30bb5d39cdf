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

    /// The machine. Its name is unchecked.
    package let consumer: Consumer

    /// Its processes; more than one while it migrates from one to another.
    package var processes: [Process]

    /// The energy of the processor packages, or of the whole host if only that is known.
    package var package: Energy

    /// The energy of the memory; nil if the host does not measure it.
    package var dram: Energy?

    /// Whether ``package`` is the energy of the whole host.
    package var isWholeMachine: Bool

    /// Combines a machine, and the process that runs it, with its energy.
    package init(_ consumer: Consumer, package: Energy, dram: Energy? = nil, isWholeMachine: Bool = false) {
        self.consumer = consumer
        self.package = package
        self.dram = dram
        self.isWholeMachine = isWholeMachine
        processes = []
        if let pid = consumer.processID, let start = consumer.startTime, let user = consumer.userID,
            let group = consumer.groupID
        {
            processes.append(
                Process(
                    pid: Int32(clamping: pid), startTime: start, user: UInt32(clamping: user),
                    group: UInt32(clamping: group)))
        }
    }
}
