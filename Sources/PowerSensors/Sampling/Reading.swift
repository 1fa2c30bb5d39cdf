/// One channel's raw value, status and instant.
public struct Reading: Sendable {
    /// What the number is. It lies in the padding behind the status, so it makes no reading larger.
    package enum Kind: UInt8, Sendable {
        case none
        case count
        case value
        /// A count of a counter that was set up anew.
        case newCount
    }

    /// The number's bits: a register count, or a `Double`.
    private let bits: UInt64

    /// Whether there is a value and, where not, why.
    public let status: ReadingStatus

    /// What the number is: a channel that shows the other kind shows nothing that could be believed.
    package let kind: Kind

    /// Boot time of the reading, or `.min` where it was taken during the sample. An optional instant would make
    /// a reading twice as large.
    private let boottimeNanoseconds: Int64

    private init(bits: UInt64, kind: Kind, status: ReadingStatus = .ok, boottimeNanoseconds: Int64 = .min) {
        self.bits = bits
        self.status = status
        self.kind = kind
        self.boottimeNanoseconds = boottimeNanoseconds
    }

    /// When the source was read, where that was not during the sample itself.
    public var instant: ContinuousClock.Instant? {
        guard boottimeNanoseconds != .min else { return nil }
        return ContinuousClock().systemEpoch.advanced(by: .nanoseconds(boottimeNanoseconds))
    }

    /// The number that a counter showed during the sample, still in its own encoding.
    public static func count(_ count: UInt64) -> Reading {
        Reading(bits: count, kind: .count)
    }

    /// The number that a counter showed at an earlier instant: of a source that is too slow to be read in a sample.
    public static func count(_ count: UInt64, at instant: ContinuousClock.Instant) -> Reading {
        Reading(bits: count, kind: .count, boottimeNanoseconds: nanoseconds(of: instant))
    }

    /// The first number that a counter showed, during the sample, after it was set up anew: what it counted before
    /// has nothing to do with it.
    package static func newCount(_ count: UInt64) -> Reading {
        Reading(bits: count, kind: .newCount)
    }

    /// The value that a gauge showed during the sample, in the quantity's unit.
    public static func value(_ value: Double) -> Reading {
        Reading(bits: value.bitPattern, kind: .value)
    }

    /// The value that a gauge showed at an earlier instant, in the quantity's unit.
    public static func value(_ value: Double, at instant: ContinuousClock.Instant) -> Reading {
        Reading(bits: value.bitPattern, kind: .value, boottimeNanoseconds: nanoseconds(of: instant))
    }

    /// Why there is no value.
    public static func missing(_ status: ReadingStatus) -> Reading {
        Reading(bits: 0, kind: .none, status: status)
    }

    /// The number of a counter that was read during the sample itself; nil for any other reading.
    var countOfSample: UInt64? { kind == .count && boottimeNanoseconds == .min ? bits : nil }

    /// The same reading, taken at an instant; one that has an instant already keeps it.
    func stamped(at instant: SampleInstant) -> Reading {
        guard boottimeNanoseconds == .min else { return self }
        return Reading(bits: bits, kind: kind, status: status, boottimeNanoseconds: instant.boottimeNanoseconds)
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

    /// A counter's number; nil where it is missing, or a gauge's value was given.
    public var count: UInt64? { kind == .count || kind == .newCount ? bits : nil }

    /// A gauge's value; nil where it is missing or no finite number, or a counter's number was given.
    public var value: Double? {
        guard kind == .value else { return nil }
        let value = Double(bitPattern: bits)
        return value.isFinite ? value : nil
    }
}
