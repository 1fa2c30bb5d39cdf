import CPowerSensors

/// Measures how long it takes to read the attributes of one source, such as a chip, when they are read at discovery.
package struct ReadingMeter: Sendable {
    /// The duration of all reads.
    package private(set) var total = Duration.zero

    /// Whether a read waited for a bus or computed for long; such a source is read in the background.
    package private(set) var isSlow = false

    /// The number of reads.
    private var reads = 0

    /// The expected duration of reading `count` values, some of which may not have been read yet.
    package func expected(ofAll count: Int) -> Duration {
        reads > 0 && reads < count ? total / reads * count : total
    }

    /// The mean duration of reading one of `count` values; nil before the first read.
    package func cost(ofOneOf count: Int) -> Duration? {
        total > .zero && count > 0 ? total / count : nil
    }

    /// Creates a meter without reads.
    package init() {}

    /// From how long on a read that waited is slow. A bus takes at least 100 µs to answer (I²C, one word at 400 kHz);
    /// shorter waits are those of a file system.
    private static let waiting = Duration.microseconds(50)

    /// From how many nanoseconds of CPU time on a read is slow. Reading a register of a processor takes a few
    /// microseconds, and in an emulator perhaps ten times as long.
    private static let computing: Int64 = 200_000

    /// Records the duration of a read, the CPU time that it took, and how often the thread waited. Being preempted does
    /// not count as waiting.
    mutating func record(_ time: Duration, nanoseconds: Int64, waits: Int64) {
        total += time
        reads += 1
        if (waits > 0 && time >= Self.waiting) || nanoseconds >= Self.computing { isSlow = true }
    }
}

extension SystemRoot {
    /// Reads the signed decimal in a small attribute, and measures the cost of a second read.
    ///
    /// The meter records the first read, since a driver may cache its answer. A slow source is not read twice.
    package func number(
        _ relativePath: String, _ meter: inout ReadingMeter
    ) throws(AttributeError) -> (number: Int64, cost: Duration) {
        var cost = Duration.zero
        let number: Int64 = try number(relativePath) { file, number in
            var code: CInt = 0
            let before = cpowersensors_thread_effort()
            cost = ContinuousClock().measure { code = unsafe cpowersensors_read_i64(file, &number) }
            let after = cpowersensors_thread_effort()
            meter.record(
                cost, nanoseconds: after.nanoseconds - before.nanoseconds, waits: after.waits - before.waits)
            guard code == 0, !meter.isSlow else { return code }
            var again = number
            cost = ContinuousClock().measure { _ = unsafe cpowersensors_read_i64(file, &again) }
            return 0
        }
        return (number, cost)
    }
}
