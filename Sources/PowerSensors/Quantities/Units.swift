/// A number with a unit that the type carries, so that joules never meet watts by accident.
public protocol UnitValue: RawRepresentable, Hashable, Comparable, Sendable where RawValue == Double {
    /// Wraps a number that is in this unit already.
    init(rawValue: Double)
}

extension UnitValue {
    /// Wraps a number that is in this unit already.
    public init(_ value: Double) { self.init(rawValue: value) }

    /// Orders by the number.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The sum, in the same unit.
    public static func + (left: Self, right: Self) -> Self { Self(left.rawValue + right.rawValue) }

    /// The difference, in the same unit.
    public static func - (left: Self, right: Self) -> Self { Self(left.rawValue - right.rawValue) }

    /// The value scaled by a plain number.
    public static func * (left: Self, right: Double) -> Self { Self(left.rawValue * right) }
}

/// Energy in joules.
public struct Joules: UnitValue {
    /// The number of joules.
    public var rawValue: Double

    /// Wraps a number of joules.
    public init(rawValue: Double) { self.rawValue = rawValue }
}

/// Power in watts.
public struct Watts: UnitValue {
    /// The number of watts.
    public var rawValue: Double

    /// Wraps a number of watts.
    public init(rawValue: Double) { self.rawValue = rawValue }
}

/// Electric potential in volts.
public struct Volts: UnitValue {
    /// The number of volts.
    public var rawValue: Double

    /// Wraps a number of volts.
    public init(rawValue: Double) { self.rawValue = rawValue }
}

/// Electric current in amperes.
public struct Amperes: UnitValue {
    /// The number of amperes.
    public var rawValue: Double

    /// Wraps a number of amperes.
    public init(rawValue: Double) { self.rawValue = rawValue }
}

/// Temperature in degrees Celsius.
public struct Celsius: UnitValue {
    /// The number of degrees.
    public var rawValue: Double

    /// Wraps a number of degrees Celsius.
    public init(rawValue: Double) { self.rawValue = rawValue }
}

/// Mass of greenhouse gases in grams of CO₂ equivalent.
public struct Grams: UnitValue {
    /// The number of grams.
    public var rawValue: Double

    /// Wraps a number of grams.
    public init(rawValue: Double) { self.rawValue = rawValue }
}

/// A share of a whole, from 0 to 1.
public struct Ratio: UnitValue {
    /// The share.
    public var rawValue: Double

    /// Wraps a share.
    public init(rawValue: Double) { self.rawValue = rawValue }
}

extension Joules {
    /// The mean power of this energy over a time; nil where the time is not positive.
    public func power(over time: Duration) -> Watts? {
        let seconds = time.seconds
        return seconds > 0 ? Watts(rawValue / seconds) : nil
    }
}

extension Duration {
    /// The duration as a number of seconds, rounded to what a `Double` holds.
    package var seconds: Double {
        let parts = components
        let nanoseconds = wholeNanoseconds
        // A single division rounds once: then the shortest decimal has no more digits than the clock gave.
        if parts.attoseconds % 1_000_000_000 == 0, nanoseconds != .min, nanoseconds != .max {
            return Double(nanoseconds) / 1e9
        }
        return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
    }

    /// The duration in whole nanoseconds, rounded towards zero and limited to what fits.
    package var wholeNanoseconds: Int64 {
        let parts = components
        let (product, overflow) = parts.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carried) = product.addingReportingOverflow(parts.attoseconds / 1_000_000_000)
        if overflow || carried { return parts.seconds < 0 ? .min : .max }
        return sum
    }
}
