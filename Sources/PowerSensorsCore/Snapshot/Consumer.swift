/// A process, control group or virtual machine to which a share of the energy is attributed.
public struct Consumer: Hashable, Sendable {
    /// The kind of a consumer.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// The word in output: `process`, `cgroup` or `vm`.
        public let name: String

        /// A process, including its threads.
        public static let process = Kind(name: "process")

        /// A control group that has processes; nested groups with processes are consumers of their own.
        public static let controlGroup = Kind(name: "cgroup")

        /// A virtual machine: the processes of its hypervisor.
        public static let virtualMachine = Kind(name: "vm")

        /// Every kind, processes first.
        public static let all: [Kind] = [.process, .controlGroup, .virtualMachine]

        /// The same as ``name``.
        public var description: String { name }
    }

    /// Whether it is a process, a control group or a virtual machine.
    public let kind: Kind

    /// The kernel's name of a process (comm, 15 bytes at most; never a command line), a control group's path, or the
    /// name of a virtual machine. It is chosen by the program that created the consumer: escape it before showing it.
    public let name: String

    /// The Kubernetes namespace of a virtual machine; empty if it has none.
    public package(set) var namespace = ""

    /// The UUID of a virtual machine; empty if unknown.
    public package(set) var uuid = ""

    /// The hypervisor of a virtual machine, `qemu`, `cloud-hypervisor` or `firecracker`; empty for other kinds.
    public package(set) var hypervisor = ""

    /// The PID of the process or of the virtual machine's hypervisor; nil for a control group.
    public package(set) var processID: Int?

    /// The real user ID of the process; nil if unknown.
    public package(set) var userID: Int?

    /// The real group ID of the process; nil if unknown.
    public package(set) var groupID: Int?

    /// When the process started, in ticks of 10 ms since boot (proc_pid_stat(5), field 22); nil for a control group.
    public package(set) var startTime: UInt64?

    /// The path of the control group, or of the group that the process is in; empty if unknown.
    public package(set) var controlGroup = ""

    /// The UID of the Kubernetes pod that the control group belongs to; empty if there is none.
    public package(set) var podUID = ""

    /// The ID of the container that the control group belongs to or, for one of LXC or systemd-nspawn, its name; empty if
    /// there is none.
    public package(set) var containerID = ""

    /// Whether another virtual machine that was found earlier has the same name, namespace and UUID. Where names must
    /// be unique, the earlier one has the name.
    package var hasNamesake = false

    package init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }
}
