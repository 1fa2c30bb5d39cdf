/// One channel's raw value, status and instant.
public struct Reading: Sendable {
    /// The number's bits: a register count, or a `Double`.
    private let bits: UInt64

    /// Whether there is a value and, where not, why.
    public let status: ReadingStatus

    /// Boot time of the reading, or `.min` where it was taken during the sample. An optional instant would make
    /// a reading twice as large.
    private let boottimeNanoseconds: Int64

    private init(bits: UInt64, status: ReadingStatus, boottimeNanoseconds: Int64 = .min) {
        self.bits = bits
        self.status = status
        self.boottimeNanoseconds = boottimeNanoseconds
    }

    /// When the source was read, where that was not during the sample itself.
    public var instant: ContinuousClock.Instant? {
        guard boottimeNanoseconds != .min else { return nil }
        return ContinuousClock().systemEpoch.advanced(by: .nanoseconds(boottimeNanoseconds))
    }

    /// The number that a counter showed during the sample, still in its own encoding.
    public static func count(_ count: UInt64) -> Reading {
        Reading(bits: count, status: .ok)
    }

    /// The number that a counter showed at an earlier instant: of a source that is too slow to be read in a sample.
    public static func count(_ count: UInt64, at instant: ContinuousClock.Instant) -> Reading {
        Reading(bits: count, status: .ok, boottimeNanoseconds: nanoseconds(of: instant))
    }

    /// The value that a gauge showed during the sample, in the quantity's unit.
    public static func value(_ value: Double) -> Reading {
        Reading(bits: value.bitPattern, status: .ok)
    }

    /// The value that a gauge showed at an earlier instant, in the quantity's unit.
    public static func value(_ value: Double, at instant: ContinuousClock.Instant) -> Reading {
        Reading(bits: value.bitPattern, status: .ok, boottimeNanoseconds: nanoseconds(of: instant))
    }

    /// Why there is no value.
    public static func missing(_ status: ReadingStatus) -> Reading {
        Reading(bits: 0, status: status)
    }

    /// The same reading, taken at an instant; one that has an instant already keeps it.
    func stamped(at instant: SampleInstant) -> Reading {
        guard boottimeNanoseconds == .min else { return self }
        return Reading(bits: bits, status: status, boottimeNanoseconds: instant.boottimeNanoseconds)
    }

    /// Whether it was taken before an instant of boot time.
    func isStamped(before nanoseconds: Int64) -> Bool {
        boottimeNanoseconds != .min && boottimeNanoseconds < nanoseconds
    }

    /// When it was taken, where that was not during the sample: the instant on both clocks, given one moment's both.
    func stamp(near now: SampleInstant) -> SampleInstant? {
        guard boottimeNanoseconds != .min else { return nil }
        let suspended = now.boottimeNanoseconds - now.monotonicNanoseconds
        return SampleInstant(
            boottimeNanoseconds: boottimeNanoseconds, monotonicNanoseconds: boottimeNanoseconds - suspended)
    }

    private static func nanoseconds(of instant: ContinuousClock.Instant) -> Int64 {
        ContinuousClock().systemEpoch.duration(to: instant).wholeNanoseconds
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
