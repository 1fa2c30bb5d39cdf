/// A part of the machine that channels belong to.
public struct Component: Hashable, Sendable, Identifiable {
    /// What sort of part it is. A struct with static members, so that the set may grow.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// The word for it.
        public let name: String

        /// The machine itself: the root of every topology.
        public static let host = Kind(name: "host")

        /// A processor package.
        public static let socket = Kind(name: "socket")

        /// A die of a package that has several.
        public static let die = Kind(name: "die")

        /// A RAPL domain: package, dram, core, uncore, psys.
        public static let domain = Kind(name: "domain")

        /// A hardware-monitoring chip.
        public static let chip = Kind(name: "chip")

        /// A battery, mains adapter or uninterruptible supply.
        public static let supply = Kind(name: "supply")

        /// A virtual machine.
        public static let guest = Kind(name: "guest")

        /// The word for it.
        public var description: String { name }
    }

    /// The host's identity, the parent of every component that names no other.
    public static let hostID = "host"

    /// Unique within a topology, and the same after a reboot.
    public let id: String

    /// What sort of part it is.
    public let kind: Kind

    /// The `id` of the part that holds it; nil for the host alone.
    public let parent: String?

    /// The RAPL domain's name, such as `package`; nil for other kinds.
    public var domain: String?

    /// The number of the package it is or belongs to.
    public var socket: Int?

    /// The number of the die it is or belongs to.
    public var die: Int?

    /// The number of the core it is or belongs to.
    public var core: Int?

    /// The chip's name, as its driver gives it.
    public var chip: String?

    /// The supply's name.
    public var supply: String?

    /// What the supply is, in the kernel's words, such as `Battery`, `Mains`, `USB` or `UPS`; nil for other kinds.
    public var supplyType: String?

    /// The device behind it, as a path beneath `devices` in sysfs.
    public var device: String?

    /// Describes a part of the machine.
    public init(id: String, kind: Kind, parent: String? = Component.hostID) {
        self.id = id
        self.kind = kind
        self.parent = parent
    }
}
