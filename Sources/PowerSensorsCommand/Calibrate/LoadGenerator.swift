#if Exporters
import PowerSensors
import Synchronization

/// Keeps every processor busy for a part of the time: each has a thread that works and sleeps in turn.
final class LoadGenerator: Sendable {
    /// The time in which a thread works and sleeps once, in nanoseconds. It is short enough that a window of a second has many,
    /// and long enough that sleeping costs nothing.
    private static let period: Int64 = 20_000_000

    /// How long a thread works before it checks again whether to stop, in nanoseconds.
    private static let checkInterval: Int64 = 1_000_000

    /// The part of the time to work, in millionths.
    private let millionths = Atomic<Int64>(0)
    private let isEnded = Atomic(false)
    /// The sum of the results, which exists so that no compiler removes the work.
    private let results = Atomic<UInt64>(0)

    /// Starts threads that are idle at first, one for each processor.
    init(threads count: Int) throws(CommandFailure) {
        for index in 0..<count {
            // The threads start at different moments: otherwise all would work, and then sleep, at the same time.
            let offset = Self.period * Int64(index) / Int64(count)
            do throws(ThreadError) {
                // This does not wait: the threads end by themselves within a period after `end()`.
                try OwnedThread(name: "load") { self.run(offset: offset) }.join(within: .zero)
            } catch {
                end()
                throw .failure("No thread could be started to generate load on: \(systemMessage(errno: error.errno)).")
            }
        }
    }

    /// Sets the part of the time to work, from 0 to 1.
    func set(load: Double) { millionths.store(Int64(min(max(load, 0), 1) * 1e6), ordering: .relaxed) }

    /// Ends the threads.
    func end() { isEnded.store(true, ordering: .relaxed) }

    private func run(offset: Int64) {
        var begin = SampleInstant.monotonicNow + offset
        SampleInstant.sleep(untilMonotonic: begin)
        var state = UInt64(bitPattern: offset) | 1
        while !isEnded.load(ordering: .relaxed) {
            let work = Self.period * millionths.load(ordering: .relaxed) / 1_000_000
            while SampleInstant.monotonicNow < begin + work, !isEnded.load(ordering: .relaxed) {
                let end = min(SampleInstant.monotonicNow + Self.checkInterval, begin + work)
                while SampleInstant.monotonicNow < end { state = Self.churn(state) }
            }
            // If this period lasted too long, the next one is not shortened.
            begin = max(begin + Self.period, SampleInstant.monotonicNow)
            SampleInstant.sleep(untilMonotonic: begin)
        }
        results.wrappingAdd(state, ordering: .relaxed)
    }

    /// A few microseconds of integer and floating-point work.
    private static func churn(_ seed: UInt64) -> UInt64 {
        var state = seed
        var sum = 1.0
        for _ in 0..<2000 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            sum = (sum * 1.000001 + Double(state >> 40)).squareRoot()
        }
        return state ^ sum.bitPattern
    }
}
#endif
