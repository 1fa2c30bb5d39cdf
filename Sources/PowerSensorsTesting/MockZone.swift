public import PowerSensors

/// What a powercap zone is to be: a description, from which a ``MockMachine`` lays the files.
public struct MockZone: Hashable, Sendable {
    /// What its `name` file says.
    public var name: String

    /// Its number; nil for the lowest that is free, as the kernel gives it.
    public var number: Int?

    /// What counts its energy; nil for a zone that shows only its power, as dtpm's do.
    public var register: MockRegister?

    /// The power it begins with.
    public var power: Watts

    /// The count it begins with; nil for one that no other counter of the machine begins with.
    public var startCount: UInt64?

    /// Its power limits.
    public var constraints: [MockConstraint]

    /// The zones inside it.
    public var children: [MockZone]

    /// What its `enabled` says, which concerns limits and not counting.
    public var isEnabled = true

    /// Control type and names of a zone whose register this one shows too, such as `intel-rapl/package-0`.
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

    /// The limit that is set.
    public var limit: Watts

    /// The time it is a mean over; nil for a limit without.
    public var window: Duration?

    /// The greatest limit that can be set; nil where the driver does not know.
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

    /// The zones at the top, in the order of their registration.
    public var zones: [MockZone]

    /// Describes a control type.
    public init(_ name: String = "intel-rapl", zones: [MockZone]) {
        self.name = name
        self.zones = zones
    }
}
