/// A part of the machine that channels measure, such as a socket, a chip or a battery.
public struct Component: Hashable, Sendable, Identifiable {
    /// The kind of a component. A struct with static members rather than an enum, so that later versions can add kinds.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// The kind's name in output, such as `socket`.
        public let name: String

        /// The machine itself: the root of every topology.
        public static let host = Kind(name: "host")

        /// A processor package.
        public static let socket = Kind(name: "socket")

        /// A die of a multi-die package.
        public static let die = Kind(name: "die")

        /// A RAPL domain: package, dram, core, uncore, psys.
        public static let domain = Kind(name: "domain")

        /// A hardware-monitoring chip.
        public static let chip = Kind(name: "chip")

        /// A battery, mains adapter or uninterruptible supply.
        public static let supply = Kind(name: "supply")

        /// A virtual machine.
        public static let guest = Kind(name: "guest")

        /// The same as ``name``.
        public var description: String { name }
    }

    /// The `id` of the host component, which is the default parent of every other.
    public static let hostID = "host"

    /// Unique within a topology, and stable across reboots.
    public let id: String

    /// The kind of the component.
    public let kind: Kind

    /// The `id` of the component that contains it; nil only for the host.
    public let parent: String?

    /// The RAPL domain's name, such as `package`; nil for other kinds.
    public var domain: String?

    /// The number of the package that it is or belongs to, from 0 (`physical_package_id`); nil if it belongs to none.
    public var socket: Int?

    /// The number of the die that it is or belongs to, from 0 in each package (`die_id`); nil if it belongs to none.
    public var die: Int?

    /// The number of the core that it is or belongs to; nil if it belongs to none.
    public var core: Int?

    /// The name that the driver gives a hwmon chip, such as `coretemp`; nil for other kinds.
    public var chip: String?

    /// The name of a power supply in `/sys/class/power_supply`, such as `BAT0`; nil for other kinds.
    public var supply: String?

    /// The kernel's type of a power supply, such as `Battery`, `Mains`, `USB` or `UPS`; nil for other kinds.
    public var supplyType: String?

    /// The path of its device, relative to `/sys/devices`; nil if it has none.
    public var device: String?

    /// Creates a component with no further properties.
    public init(id: String, kind: Kind, parent: String? = Component.hostID) {
        self.id = id
        self.kind = kind
        self.parent = parent
    }
}
