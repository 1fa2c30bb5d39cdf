public import PowerSensors

/// The description of a powercap zone, which a ``MockMachine`` adds.
public struct MockZone: Hashable, Sendable {
    /// The text of its `name` file.
    public var name: String

    /// Its number; nil for the lowest free one, as in the kernel.
    public var number: Int?

    /// Its energy register; nil for a zone that shows only its power, like dtpm's.
    public var register: MockRegister?

    /// The initial power.
    public var power: Watts

    /// The initial count; nil for one that differs from every other counter's.
    public var startCount: UInt64?

    /// Its power limits.
    public var constraints: [MockConstraint]

    /// The zones inside it.
    public var children: [MockZone]

    /// The state of its `enabled` file, which concerns limits and not counting.
    public var isEnabled = true

    /// Control type and names of a zone that has the same register, such as `intel-rapl/package-0`.
    public var mirrorOf: String?

    /// Describes a zone.
    public init(
        name: String,
        number: Int? = nil,
        register: MockRegister? = .intel,
        power: Watts = Watts(10),
        startCount: UInt64? = nil,
        constraints: [MockConstraint] = [],
        children: [MockZone] = []
    ) {
        self.name = name
        self.number = number
        self.register = register
        self.power = power
        self.startCount = startCount
        self.constraints = constraints
        self.children = children
    }
}

/// A power limit of a zone.
public struct MockConstraint: Hashable, Sendable {
    /// `long_term`, `short_term` or `peak_power`.
    public var name: String

    /// The current limit.
    public var limit: Watts

    /// The time window that it applies to as a mean; nil for a limit without one.
    public var window: Duration?

    /// The greatest limit that can be set; nil if the driver does not show it.
    public var maximum: Watts?

    /// Describes a limit.
    public init(name: String, limit: Watts, window: Duration? = .seconds(1), maximum: Watts? = nil) {
        self.name = name
        self.limit = limit
        self.window = window
        self.maximum = maximum
    }

    /// The long-term limit of a part, which is also its greatest.
    public static func longTerm(_ limit: Watts) -> MockConstraint {
        MockConstraint(name: "long_term", limit: limit, maximum: limit)
    }

    /// The short-term limit of a part.
    public static func shortTerm(_ limit: Watts) -> MockConstraint {
        MockConstraint(name: "short_term", limit: limit, window: .microseconds(2440))
    }
}

/// A powercap control type and the zones in it.
public struct MockControlType: Hashable, Sendable {
    /// `intel-rapl`, `intel-rapl-mmio`, `dtpm` or any other.
    public var name: String

    /// The top zones, in the order of registration.
    public var zones: [MockZone]

    /// Describes a control type.
    public init(_ name: String = "intel-rapl", zones: [MockZone]) {
        self.name = name
        self.zones = zones
    }
}
