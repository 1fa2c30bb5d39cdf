#if Exporters
import PowerSensors
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Keeps every processor busy for a part of the time: a thread each, that works and sleeps in turn.
final class LoadGenerator: Sendable {
    /// Short enough that a window of a second has many, long enough that sleeping costs nothing.
    private static let period: Int64 = 20_000_000

    /// How long a thread works before it looks whether it should still.
    private static let spell: Int64 = 1_000_000

    private let millionths = Atomic<Int64>(0)
    private let isEnded = Atomic(false)
    /// Where results go, so that no compiler leaves the work out.
    private let results = Atomic<UInt64>(0)
    private let threads: Guarded<[pthread_t]>

    /// Starts threads that do nothing yet.
    ///
    /// - Parameter count: How many; one a processor.
    /// - Throws: ``SamplerError/noThread(errno:)`` where the system allows no further thread.
    init(threads count: Int) throws(SamplerError) {
        threads = Guarded([])
        for index in 0..<count {
            let failure = start(index, of: count)
            if failure != 0 {
                end()
                throw .noThread(errno: failure)
            }
        }
    }

    /// Sets the part of the time to work, from 0 to 1.
    func set(load: Double) { millionths.store(Int64(min(max(load, 0), 1) * 1e6), ordering: .relaxed) }

    /// Ends the threads, and waits for them.
    func end() {
        isEnded.store(true, ordering: .relaxed)
        let ended = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in ended { pthread_join(thread, nil) }
    }

    private final class Work: Sendable {
        let generator: LoadGenerator
        let offset: Int64

        init(_ generator: LoadGenerator, offset: Int64) {
            self.generator = generator
            self.offset = offset
        }
    }

    private func start(_ index: Int, of count: Int) -> Int32 {
        // Not all at the same moment, or the machine would beat like a drum.
        let work = Work(self, offset: Self.period * Int64(index) / Int64(count))
        let handed = unsafe Unmanaged.passRetained(work).toOpaque()
        var thread = pthread_t()
        let failure = unsafe pthread_create(
            &thread, nil,
            { handed in
                guard let handed = unsafe handed else { return nil }
                let work = unsafe Unmanaged<Work>.fromOpaque(handed).takeRetainedValue()
                work.generator.run(offset: work.offset)
                return nil
            }, handed)
        if failure != 0 {
            unsafe Unmanaged<Work>.fromOpaque(handed).release()
        } else {
            threads.withLock { $0.append(thread) }
        }
        return failure
    }

    private func run(offset: Int64) {
        var begin = MonotonicClock.now + offset
        MonotonicClock.sleep(until: begin)
        var state = UInt64(bitPattern: offset) | 1
        while !isEnded.load(ordering: .relaxed) {
            let work = Self.period * millionths.load(ordering: .relaxed) / 1_000_000
            while MonotonicClock.now < begin + work, !isEnded.load(ordering: .relaxed) {
                let end = min(MonotonicClock.now + Self.spell, begin + work)
                while MonotonicClock.now < end { state = Self.churn(state) }
            }
            begin += Self.period
            // What could not be done in its time is not made up for.
            begin = max(begin, MonotonicClock.now)
            MonotonicClock.sleep(until: begin)
        }
        results.wrappingAdd(state, ordering: .relaxed)
    }

    /// A few microseconds of whole numbers and floating ones.
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
