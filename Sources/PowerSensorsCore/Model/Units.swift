import Glibc

/// A number whose type carries its unit, so that joules and watts cannot be mixed by accident.
///
/// It can be written as a literal (`let limit: Watts = 41.2`) and prints with its unit (`41.2 W`).
public protocol UnitValue: RawRepresentable, Hashable, Comparable, AdditiveArithmetic, Sendable,
    CustomStringConvertible, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral
where RawValue == Double {
    /// The unit's symbol, such as `W`; empty for a plain number.
    static var symbol: String { get }

    /// Wraps a number that is already in this unit.
    init(rawValue: Double)
}

extension UnitValue {
    /// Wraps a number that is already in this unit.
    public init(_ value: Double) { self.init(rawValue: value) }

    /// Wraps a literal that is in this unit.
    public init(floatLiteral value: Double) { self.init(rawValue: value) }

    /// Wraps a literal that is in this unit.
    public init(integerLiteral value: Int) { self.init(rawValue: Double(value)) }

    /// 0 in this unit.
    public static var zero: Self { Self(rawValue: 0) }

    /// The number, rounded to six significant digits, and the unit's symbol, such as `41.2 W`.
    public var description: String {
        let number = "\(rawValue.rounded(toDigits: 6))"
        return Self.symbol.isEmpty ? number : "\(number) \(Self.symbol)"
    }

    /// Compares the numbers.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The sum, in the same unit.
    public static func + (left: Self, right: Self) -> Self { Self(left.rawValue + right.rawValue) }

    /// The difference, in the same unit.
    public static func - (left: Self, right: Self) -> Self { Self(left.rawValue - right.rawValue) }

    /// The value with the opposite sign.
    public static prefix func - (value: Self) -> Self { Self(-value.rawValue) }

    /// The value scaled by a plain number.
    public static func * (left: Self, right: Double) -> Self { Self(left.rawValue * right) }

    /// The value scaled by a plain number.
    public static func * (left: Double, right: Self) -> Self { Self(left * right.rawValue) }

    /// The value divided by a plain number.
    public static func / (left: Self, right: Double) -> Self { Self(left.rawValue / right) }

    /// The quotient of two values of the same unit: a plain number.
    public static func / (left: Self, right: Self) -> Double { left.rawValue / right.rawValue }
}

/// Energy in joules.
public struct Joules: UnitValue {
    /// `J`.
    public static let symbol = "J"

    /// The number of joules.
    public var rawValue: Double

    /// Wraps a number of joules.
    public init(rawValue: Double) { self.rawValue = rawValue }
}

/// Power in watts.
public struct Watts: UnitValue {
    /// `W`.
    public static let symbol = "W"

    /// The number of watts.
    public var rawValue: Double

    /// Wraps a number of watts.
    public init(rawValue: Double) { self.rawValue = rawValue }
}

/// Mass of greenhouse gases in grams of CO₂ equivalent.
public struct Grams: UnitValue {
    /// `g`.
    public static let symbol = "g"

    /// The number of grams.
    public var rawValue: Double

    /// Wraps a number of grams.
    public init(rawValue: Double) { self.rawValue = rawValue }
}

/// A share of a whole, from 0 to 1.
public struct Ratio: UnitValue {
    /// Empty: a plain number.
    public static let symbol = ""

    /// The share.
    public var rawValue: Double

    /// Wraps a share.
    public init(rawValue: Double) { self.rawValue = rawValue }
}

extension Joules {
    /// The mean power of this energy over a time; nil if the time is not positive.
    public func power(over time: Duration) -> Watts? {
        let seconds = time.seconds
        return seconds > 0 ? Watts(rawValue / seconds) : nil
    }

    /// The mean power of an energy over a time, which must not be zero; ``power(over:)`` checks that.
    public static func / (energy: Joules, time: Duration) -> Watts { Watts(energy.rawValue / time.seconds) }
}

extension Watts {
    /// The energy of a power over a time.
    public static func * (power: Watts, time: Duration) -> Joules { Joules(power.rawValue * time.seconds) }
}

extension Double {
    /// The nearest number with the given number of significant decimal digits.
    fileprivate func rounded(toDigits digits: Int) -> Double {
        guard isFinite, self != 0 else { return self }
        let scale = pow(10, Double(digits - 1) - floor(log10(magnitude)))
        // If the power of ten is out of range, the number stays unrounded.
        return scale.isNormal ? (self * scale).rounded() / scale : self
    }
}

extension Duration {
    /// The duration in seconds, rounded to a `Double`.
    package var seconds: Double {
        let (nanoseconds, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        // A single division rounds only once, so the number prints with no more digits than the clock provides.
        if rest == 0, let nanoseconds = Int64(exactly: nanoseconds) { return Double(nanoseconds) / 1e9 }
        let parts = components
        return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
    }

    /// The duration in whole nanoseconds, rounded towards zero and clamped to the range of `Int64`.
    package var wholeNanoseconds: Int64 { Int64(clamping: attoseconds / 1_000_000_000) }
}
