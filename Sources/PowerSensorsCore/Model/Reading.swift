/// What one channel showed in one sample: its raw number, or why there is none.
public struct Reading: Sendable {
    /// The type of the number. It fits in the padding after the status, so it does not enlarge a reading.
    package enum Kind: UInt8, Sendable {
        /// There is no number.
        case none
        /// A counter's number.
        case count
        /// A gauge's value.
        case value
        /// The first count of a counter that was set up again.
        case newCount
    }

    /// The number's bits: a register count, or a `Double`.
    private let bits: UInt64

    /// `ok` if there is a number; otherwise why there is none.
    public private(set) var status = ReadingStatus.ok

    /// The type of the number. A gauge's number from a counter's channel, or the reverse, is implausible.
    package let kind: Kind

    /// By how many milliseconds the instant may be too early or too late; it fits in the same padding.
    private var uncertaintyMilliseconds: UInt16 = 0

    /// Boot time of the reading, or `.min` if it was taken during the sample. An optional would double a reading's
    /// size.
    private var boottimeNanoseconds = Int64.min

    /// When the source was read; nil if that was during the sample itself, unless the sample took long.
    public var instant: ContinuousClock.Instant? {
        guard boottimeNanoseconds != .min else { return nil }
        return ContinuousClock().systemEpoch.advanced(by: .nanoseconds(boottimeNanoseconds))
    }

    /// The number that a counter showed during the sample, in the channel's ``CounterEncoding``.
    public static func count(_ count: UInt64) -> Reading {
        Reading(bits: count, kind: .count)
    }

    /// The number that a counter showed at an earlier instant, for sources that are too slow to be read on every
    /// sample.
    public static func count(_ count: UInt64, at instant: ContinuousClock.Instant) -> Reading {
        Reading(bits: count, kind: .count, boottimeNanoseconds: nanoseconds(of: instant))
    }

    /// The first number of a counter that was set up again, read during the sample. It is unrelated to the previous
    /// number, so the difference is not counted.
    ///
    /// Sources that start to count when they are opened, such as perf events, report it once after each opening.
    public static func newCount(_ count: UInt64) -> Reading {
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

    /// A reading without a number, and why.
    public static func missing(_ status: ReadingStatus) -> Reading {
        Reading(bits: 0, status: status, kind: .none)
    }

    /// The number of a counter that was read during the sample itself; nil for every other reading.
    var countOfSample: UInt64? { kind == .count && boottimeNanoseconds == .min ? bits : nil }

    /// The same reading with the instant at which it was taken. If it has one already, that is kept.
    package func stamped(at instant: SampleInstant) -> Reading {
        var stamped = self
        if boottimeNanoseconds == .min { stamped.boottimeNanoseconds = instant.boottimeNanoseconds }
        return stamped
    }

    /// The same reading, which was taken at some moment between two instants: with the middle of the time awake as its
    /// instant, and half of it as the instant's uncertainty. If it has an instant already, that is kept.
    ///
    /// A read that takes long may have got its number at its beginning or at its end. One that took more than two minutes says
    /// too little of any time, and is stale.
    package func stamped(between began: SampleInstant, and ended: SampleInstant) -> Reading {
        guard boottimeNanoseconds == .min else { return self }
        let half = max(ended.monotonicNanoseconds &- began.monotonicNanoseconds, 0) / 2
        // Rounded to the nearest, so that a quick read beside a slow one stays certain.
        guard let uncertainty = UInt16(exactly: (half &+ 500_000) / 1_000_000) else { return .missing(.stale) }
        var stamped = self
        stamped.boottimeNanoseconds = ended.boottimeNanoseconds &- half
        stamped.uncertaintyMilliseconds = uncertainty
        return stamped
    }

    /// By how many nanoseconds the instant may be too early or too late.
    var uncertaintyNanoseconds: Int64 { Int64(uncertaintyMilliseconds) * 1_000_000 }

    /// The nanoseconds since the reading, suspended time included; nil if it carries no instant.
    package func age(at now: SampleInstant) -> Int64? {
        boottimeNanoseconds == .min ? nil : now.boottimeNanoseconds &- boottimeNanoseconds
    }

    /// The reading of a counter with a higher count.
    func adding(_ count: UInt64) -> Reading {
        Reading(
            bits: bits &+ count, status: status, kind: kind, uncertaintyMilliseconds: uncertaintyMilliseconds,
            boottimeNanoseconds: boottimeNanoseconds)
    }

    /// The instant of a reading that was not taken during the sample, on both clocks; nil for one that was.
    ///
    /// - Parameter now: A recent instant; the difference of its clocks converts boot time to the other clock.
    func stamp(near now: SampleInstant) -> SampleInstant? {
        guard boottimeNanoseconds != .min else { return nil }
        let suspended = now.boottimeNanoseconds - now.monotonicNanoseconds
        return SampleInstant(
            boottimeNanoseconds: boottimeNanoseconds, monotonicNanoseconds: boottimeNanoseconds - suspended)
    }

    private static func nanoseconds(of instant: ContinuousClock.Instant) -> Int64 {
        ContinuousClock().systemEpoch.duration(to: instant).wholeNanoseconds
    }

    /// The number of a counter, in the channel's encoding; nil if there is none or the reading is a gauge's.
    public var count: UInt64? { kind == .count || kind == .newCount ? bits : nil }

    /// The value of a gauge, in the quantity's unit; nil if there is none, it is not finite, or the reading is a
    /// counter's.
    public var value: Double? {
        guard kind == .value else { return nil }
        let value = Double(bitPattern: bits)
        return value.isFinite ? value : nil
    }
}
