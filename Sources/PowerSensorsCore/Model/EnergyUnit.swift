/// The energy of one count of a register, as an exact fraction of a joule.
///
/// Intel's registers count in 2⁻ⁿ J, n from 0 to 31 (SDM volume 3, MSR_RAPL_POWER_UNIT), some Atoms in 2ⁿ µJ, and the
/// memory of servers in 15.3 µJ. A `Double` would round some of these fractions.
public struct EnergyUnit: Hashable, Sendable {
    /// The numerator of the fraction, in joules.
    package let numerator: UInt64

    /// The denominator of the fraction; never 0.
    package let denominator: UInt64

    /// A unit of 2⁻ⁿ J.
    ///
    /// - Parameter exponent: n; clamped to 0…63.
    public static func binaryFraction(_ exponent: Int) -> EnergyUnit {
        EnergyUnit(numerator: 1, denominator: 1 << UInt64(min(max(exponent, 0), 63)))
    }

    /// A unit of a whole number of nanojoules.
    public static func nanojoules(_ count: UInt64) -> EnergyUnit {
        EnergyUnit(numerator: count, denominator: 1_000_000_000)
    }

    /// A unit of a whole number of microjoules.
    public static func microjoules(_ count: UInt64) -> EnergyUnit {
        EnergyUnit(numerator: count, denominator: 1_000_000)
    }

    /// The energy of one count, rounded to a `Double`.
    public var joules: Joules { energy(of: RegisterCount(1)) }

    /// The energy of a number of counts.
    ///
    /// Exact while the counts times the numerator stay below 2⁵³; rounded once, to the nearest `Double`,
    /// where the unit is a binary fraction.
    public func energy(of counts: RegisterCount) -> Joules {
        let (product, overflow) = counts.rawValue.multipliedReportingOverflow(by: numerator)
        let scaled = overflow ? Double(counts.rawValue) * Double(numerator) : Double(product)
        return Joules(scaled / Double(denominator))
    }
}

/// A number of counts of a hardware register, as a type of its own so that it is not mistaken for an energy.
public struct RegisterCount: Hashable, Comparable, Sendable {
    /// The number of counts.
    public var rawValue: UInt64

    /// Wraps a number of counts.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Compares the numbers of counts.
    public static func < (left: RegisterCount, right: RegisterCount) -> Bool { left.rawValue < right.rawValue }
}
