import Synchronization

/// Reads slow sources in the background, so that a management controller that takes a second to answer delays neither
/// samples nor, for long, other sources.
///
/// The last readings of a source are used for three of its intervals; after that they are stale, as are those of a
/// source that has not answered since the start. Sources are read by this object's threads after ``start()``, or by the
/// caller of ``readDue()``.
package final class BackgroundReaders: Sendable {
    /// Some channels of a sensor, which are read together. As a reader, it returns their latest readings.
    private final class Source: SensorReader, @unchecked Sendable {
        let sensor: any Sensor
        let channels: [Channel]
        let interval: Int64
        /// The latest readings, and the boot time of the source's last answer, or of the start if it has not answered.
        /// The readings themselves may be older.
        let latest: Locked<(readings: [Reading], answeredNanoseconds: Int64)>

        // These two are accessed only under the lock of all sources.
        var due = SampleInstant.now.monotonicNanoseconds
        var isClaimed = false

        // These two are accessed only by the thread that has claimed the source.
        var reader: (any SensorReader)?
        var buffer: ReadingBuffer

        init(_ sensor: any Sensor, _ channels: [Channel], every interval: Duration) {
            self.sensor = sensor
            self.channels = channels
            self.interval = max(interval.wholeNanoseconds, 1_000_000)
            latest = Locked(
                (channels.map { _ in .missing(.warmingUp) }, answeredNanoseconds: SampleInstant.now.boottimeNanoseconds)
            )
            buffer = ReadingBuffer(count: channels.count)
        }

        func read(into readings: inout OutputSpan<Reading>) {
            let oldest = SampleInstant.now.boottimeNanoseconds - 3 * interval
            latest.withLock { latest in
                // A source that has never answered becomes stale just like one that has stopped answering.
                let isStale = latest.answeredNanoseconds < oldest
                for index in latest.readings.indices {
                    readings.append(isStale ? .missing(.stale) : latest.readings[index])
                }
            }
        }
    }

    /// A thread; nil once it has been joined.
    private typealias Worker = Locked<OwnedThread?>

    private let sources = Locked<[Source]>([])
    private let failures = Locked<[Finding]>([])
    private let isStopping = Atomic(false)
    private let timer = InterruptibleTimer()
    private let workers = Locked<[Worker]>([])

    package init() {}

    /// Adds channels of a sensor, which must be before the start, and returns a reader of their last readings.
    package func add(_ sensor: any Sensor, _ channels: [Channel], every interval: Duration) -> any SensorReader {
        let source = Source(sensor, channels, every: interval)
        sources.withLock { $0.append(source) }
        return source
    }

    /// Why sources could not be opened.
    package var findings: [Finding] { failures.withLock { $0 } }

    /// Reads every source that is due on the calling thread.
    package func readDue() {
        let now = SampleInstant.now.monotonicNanoseconds
        while let source = claim(at: now, lateBy: 0) { read(source) }
    }

    // MARK: Threads

    /// The number of threads at the start. One does all the reading unless a source blocks it; the others stand by.
    /// When the last of them is needed another one is started, so that no number of blocked sources delays the rest.
    private static let firstWorkers = 4

    /// A stand-by thread reads only sources that are late by this time, multiplied by the thread's rank. That is its
    /// number in the order of start; for threads after the first few, the time does not grow any further.
    private static let standByNanoseconds: Int64 = 100_000_000

    /// Starts the threads, if there are sources.
    package func start() throws(ThreadError) {
        let count = min(sources.withLock { $0.count }, Self.firstWorkers)
        try workers.withLock { (workers) throws(ThreadError) in
            for rank in 0..<count { workers.append(try worker(rank)) }
        }
    }

    /// Waits until every source has been read once, but no longer than the limit. Most sources answer at once, and the
    /// first snapshot is then complete.
    package func waitForFirstReadings(atMost milliseconds: Int) {
        for _ in 0..<milliseconds where !hasAnswered { pause(.milliseconds(1)) }
    }

    /// Stops the threads.
    ///
    /// - Parameter limit: How long to wait for reads in progress. A thread that takes longer is detached: it uses only
    ///   its own state, and ends when its read does.
    package func stop(waiting limit: Duration = .seconds(1)) {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        timer.wake()
        let workers = workers.withLock { workers in
            defer { workers = [] }
            return workers
        }
        for worker in workers { worker.withLock { $0.take()?.join(within: limit) } }
    }

    private var hasAnswered: Bool {
        sources.withLock { $0 }.allSatisfy { source in
            source.latest.withLock { $0.readings.allSatisfy { $0.instant != nil } }
        }
    }

    /// Starts the thread with a rank.
    private func worker(_ rank: Int) throws(ThreadError) -> Worker {
        Worker(try OwnedThread(name: "powersensors-bg") { [self] in run(rank) })
    }

    /// Starts another thread if the last stand-by thread is about to read. If the system refuses, the next claim tries
    /// again.
    private func startAnother(after rank: Int) {
        let count = sources.withLock { $0.count }
        workers.withLock { workers in
            let isWanted = workers.count == rank + 1 && workers.count < count
            guard isWanted, !isStopping.load(ordering: .sequentiallyConsistent) else { return }
            if let another = try? worker(rank + 1) { workers.append(another) }
        }
    }

    /// What the thread with a rank does until it is stopped: it reads sources that are due, and sleeps until the next
    /// one is.
    private func run(_ rank: Int) {
        while true {
            // If all threads before this one are busy, this one is next and does not wait.
            let isNext = sources.withLock { $0.count(where: \.isClaimed) } >= rank
            let delay = isNext ? 0 : Int64(min(rank, Self.firstWorkers)) * Self.standByNanoseconds
            let wakeCount = timer.wakeCount
            if isStopping.load(ordering: .sequentiallyConsistent) { return }
            let now = SampleInstant.now.monotonicNanoseconds
            if let source = claim(at: now, lateBy: delay) {
                startAnother(after: rank)
                read(source)
            } else {
                timer.sleep(until: nextDue(after: now) + delay, from: now, unlessWokenSince: wakeCount)
            }
        }
    }

    // MARK: The schedule

    /// Claims a source that has been due for at least `delay` nanoseconds, until it has been read; nil if there is none.
    ///
    /// Sources with the same interval are due together, so that a thread wakes up once for all.
    private func claim(at now: Int64, lateBy delay: Int64) -> Source? {
        // This runs on every sample, so it must not allocate.
        sources.withLock { sources in
            for index in sources.indices where !sources[index].isClaimed && sources[index].due <= now - delay {
                sources[index].isClaimed = true
                sources[index].due = TimeGrid.next(after: now, every: sources[index].interval)
                return sources[index]
            }
            return nil
        }
    }

    /// When to check again: at most a second from now, as a source may be released in the meantime.
    private func nextDue(after now: Int64) -> Int64 {
        sources.withLock { sources in
            sources.reduce(now + 1_000_000_000) { $1.isClaimed ? $0 : min($0, max($1.due, now)) }
        }
    }

    // MARK: Reading

    /// Reads a claimed source, stores its readings, and releases it. It does not allocate once the source is open.
    private func read(_ source: Source) {
        let count = source.channels.count
        let instant = SampleInstant.now
        do {
            // A sensor that could not be opened is tried again each time.
            var reader = try source.reader ?? source.sensor.open(source.channels)
            source.reader = nil
            source.buffer.fill(from: 0, count: count, by: &reader)
            source.reader = reader
        } catch {
            source.buffer.fill(with: .missing(failures.withLock { $0.recordFailure(of: source.sensor, error) }))
        }
        source.latest.withLock { latest in
            source.buffer.withSpan { readings in
                for index in 0..<count { latest.readings[index] = readings[index].stamped(at: instant) }
            }
            latest.answeredNanoseconds = SampleInstant.now.boottimeNanoseconds
        }
        sources.withLock { _ in source.isClaimed = false }
    }
}

extension Finding {
    /// A sensor that threw an error at discovery or opening.
    package static func failed(_ sensor: SensorName, _ error: any Error) -> Finding {
        Finding(severity: .error, subject: sensor.name, reason: .failed, text: "\(error)")
    }
}

extension [Finding] {
    /// Adds why a sensor could not be opened, once for all of its groups, and returns the status of its channels.
    mutating func recordFailure(of sensor: any Sensor, _ error: any Error) -> ReadingStatus {
        let finding = Finding.failed(sensor.name, error)
        if !contains(finding) { append(finding) }
        return (error as? AttributeError)?.status ?? .absent
    }
}
