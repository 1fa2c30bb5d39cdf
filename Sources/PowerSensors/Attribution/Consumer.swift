/// A process, a control group or a virtual machine that is given its share of the energy.
public struct Consumer: Hashable, Sendable {
    /// What a consumer is.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// `process`, `cgroup` or `vm`.
        public let name: String

        /// One process, with its threads.
        public static let process = Kind(name: "process")

        /// A control group with processes, without those of the groups in it that are consumers themselves.
        public static let controlGroup = Kind(name: "cgroup")

        /// A virtual machine: the processes of its hypervisor.
        public static let virtualMachine = Kind(name: "vm")

        /// All that there are.
        public static let known: [Kind] = [.process, .controlGroup, .virtualMachine]

        /// The name.
        public var description: String { name }
    }

    /// What it is.
    public let kind: Kind

    /// The kernel's name of a process (comm, 15 bytes at most; never a command line), a control group's path, or the name
    /// of a virtual machine. It comes from whoever started it: escape it before it is shown.
    public let name: String

    /// A virtual machine's namespace in Kubernetes; empty elsewhere.
    public internal(set) var namespace = ""

    /// A virtual machine's UUID; empty where it is not known.
    public internal(set) var uuid = ""

    /// The program that runs a virtual machine: `qemu`, `cloud-hypervisor` or `firecracker`; empty for others.
    public internal(set) var hypervisor = ""

    /// The number of the process, or of the virtual machine's; nil for a control group.
    public internal(set) var processID: Int?

    /// The real user of the process; nil where it is not known.
    public internal(set) var userID: Int?

    /// The real group of the process; nil where it is not known.
    public internal(set) var groupID: Int?

    /// When the process started, in ticks of 10 ms since boot (proc_pid_stat(5), field 22); nil for a control group.
    public internal(set) var startTime: UInt64?

    /// The path of the control group; empty where it is not known.
    public internal(set) var controlGroup = ""

    /// The Kubernetes pod that the control group belongs to; empty for none.
    public internal(set) var podUID = ""

    /// The container that the control group is; empty for none.
    public internal(set) var containerID = ""

    /// Whether another machine of the same name, namespace and UUID was there before it, which has the name to itself where
    /// names must differ.
    package internal(set) var hasNamesake = false

    package init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }

    mutating func take(_ group: ControlGroup?) {
        guard let group else { return }
        controlGroup = group.path
        podUID = group.podUID ?? ""
        containerID = group.containerID ?? ""
    }
}
