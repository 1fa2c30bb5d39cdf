import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// What it costs to read the attributes of one source, as found by reading them once at discovery.
package struct ReadingMeter: Sendable {
    /// How long all the reads took.
    package private(set) var total = Duration.zero

    /// Whether some read waits for a bus, or computes for long: then the source belongs off the fast path.
    package private(set) var isSlow = false

    /// How many reads there were.
    private var reads = 0

    /// How long it takes to read a number of values, of which some may not have been read yet.
    package func expected(ofAll count: Int) -> Duration {
        reads > 0 && reads < count ? total / reads * count : total
    }

    /// The mean cost of a number of values; nil before anything was read.
    package func cost(ofOneOf count: Int) -> Duration? {
        total > .zero && count > 0 ? total / count : nil
    }

    /// Nothing read yet.
    package init() {}

    /// A bus answers in 100 µs at the quickest (I²C, a word at 400 kHz); what waits for less is a file system.
    private static let waiting = Duration.microseconds(50)

    /// What a register costs on a processor is a few microseconds; an emulator may take ten times that.
    private static let computing: Int64 = 200_000

    /// Takes in how long a read took, and what the thread did meanwhile. One that had to make room for others has
    /// waited for nothing.
    mutating func note(_ time: Duration, nanoseconds: Int64, waits: Int64) {
        total += time
        reads += 1
        if waits > 0 && time >= Self.waiting || nanoseconds >= Self.computing { isSlow = true }
    }
}

extension SystemRoot {
    /// The decimal in a small attribute, which may be negative, and what it costs to read it once more.
    ///
    /// The first read is what the meter notes, since a driver may keep its answer for a while. A slow source is not
    /// asked twice.
    package func number(
        _ relativePath: String, _ meter: inout ReadingMeter
    ) throws(AttributeError) -> (number: Int64, cost: Duration) {
        let file = try open(relativePath)
        defer { close(file) }
        var number: Int64 = 0
        let before = cpowersensors_thread_effort()
        let began = ContinuousClock.now
        let code = unsafe cpowersensors_read_i64(file, &number)
        let first = ContinuousClock.now - began
        let after = cpowersensors_thread_effort()
        meter.note(
            first, nanoseconds: after.nanoseconds - before.nanoseconds, waits: after.waits - before.waits)
        if code != 0 { throw AttributeError(path: "\(path)/\(relativePath)", errno: errnoOfAttribute(code)) }
        if meter.isSlow { return (number, first) }
        var again: Int64 = 0
        let beganAgain = ContinuousClock.now
        _ = unsafe cpowersensors_read_i64(file, &again)
        return (number, ContinuousClock.now - beganAgain)
    }

    /// The same, of a file that nobody needs to know the cost of.
    package func signedNumber(_ relativePath: String) throws(AttributeError) -> Int64 {
        let file = try open(relativePath)
        defer { close(file) }
        var number: Int64 = 0
        let code = unsafe cpowersensors_read_i64(file, &number)
        if code != 0 { throw AttributeError(path: "\(path)/\(relativePath)", errno: errnoOfAttribute(code)) }
        return number
    }
}
