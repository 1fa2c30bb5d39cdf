/// One channel's raw value, status and instant.
public struct Reading: Sendable {
    /// The number's bits: a register count, or a `Double`.
    private let bits: UInt64

    /// Whether there is a value and, where not, why.
    public let status: ReadingStatus

    /// When the source was read, where that was not during the sample itself.
    public let instant: ContinuousClock.Instant?

    private init(bits: UInt64, status: ReadingStatus, instant: ContinuousClock.Instant?) {
        self.bits = bits
        self.status = status
        self.instant = instant
    }

    /// The number that a counter showed, still in its own encoding.
    public static func count(_ count: UInt64, at instant: ContinuousClock.Instant? = nil) -> Reading {
        Reading(bits: count, status: .ok, instant: instant)
    }

    /// The value that a gauge showed, in the quantity's unit.
    public static func value(_ value: Double, at instant: ContinuousClock.Instant? = nil) -> Reading {
        Reading(bits: value.bitPattern, status: .ok, instant: instant)
    }

    /// Why there is no value.
    public static func missing(_ status: ReadingStatus) -> Reading {
        Reading(bits: 0, status: status, instant: nil)
    }

    /// The counter's number, for a channel whose encoding is a counter; nil where it is missing.
    public var count: UInt64? { status == .ok ? bits : nil }

    /// The gauge's value, for a channel whose encoding is a gauge; nil where it is missing or no finite number.
    public var value: Double? {
        guard status == .ok else { return nil }
        let value = Double(bitPattern: bits)
        return value.isFinite ? value : nil
    }
}
