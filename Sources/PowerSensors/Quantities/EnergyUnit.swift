/// The energy of one count of a register, as an exact fraction of a joule.
///
/// Intel's registers count in 2⁻ⁿ J, n from 0 to 31 (SDM volume 3, MSR_RAPL_POWER_UNIT), some Atoms in 2ⁿ µJ,
/// server DRAM in 15.3 µJ: all of them fractions that a `Double` of watts would round.
public struct EnergyUnit: Hashable, Sendable {
    /// The fraction's upper part, in joules.
    package let numerator: UInt64

    /// The fraction's lower part; never 0.
    package let denominator: UInt64

    /// 2⁻ⁿ J.
    ///
    /// - Parameter exponent: n; limited to 0…63.
    public static func binaryFraction(_ exponent: Int) -> EnergyUnit {
        EnergyUnit(numerator: 1, denominator: 1 << UInt64(min(max(exponent, 0), 63)))
    }

    /// A whole number of nanojoules.
    public static func nanojoules(_ count: UInt64) -> EnergyUnit {
        EnergyUnit(numerator: count, denominator: 1_000_000_000)
    }

    /// A whole number of microjoules.
    public static func microjoules(_ count: UInt64) -> EnergyUnit {
        EnergyUnit(numerator: count, denominator: 1_000_000)
    }

    /// The energy of one count.
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

/// A number of counts of a hardware register: not yet an energy, and never mixed with one.
public struct RegisterCount: Hashable, Comparable, Sendable {
    /// The number of counts.
    public var rawValue: UInt64

    /// Wraps a number of counts.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Orders by the number.
    public static func < (left: RegisterCount, right: RegisterCount) -> Bool { left.rawValue < right.rawValue }
}
