import Synchronization

/// Reads sources beside the samples, so that none of them delays samples or, for long, other sources: those that are slow, at
/// their own intervals, and those that may become slow at any time, at each sample.
///
/// The last readings of a source are used for three of its intervals; after that they are stale, as are those of a
/// source that has not answered since the start. Sources are read by this object's threads after ``start()``, or by the
/// caller of ``readDue()``.
package final class BackgroundReaders: Sendable {
    /// A thread; nil once it has been joined.
    private typealias Worker = Locked<OwnedThread?>

    private let sources = Locked<[BackgroundSource]>([])
    private let isStopping = Atomic(false)
    private let timer = InterruptibleTimer()
    private let workers = Locked<[Worker]>([])

    /// Whether there is a thread.
    private let isRunning = Atomic(false)
    /// How many sources are being read.
    private let busy = Atomic(0)

    /// How many sources a sample waits for.
    private let awaited = Atomic(0)
    private let answers = InterruptibleTimer()

    package init() {}

    /// Adds channels of a sensor, and returns a reader of their last readings. ``start()`` must follow.
    func add(_ sensor: any Sensor, _ channels: [Channel], every interval: Duration?) -> BackgroundSource {
        let source = BackgroundSource(sensor, channels, every: interval)
        sources.withLock { $0.append(source) }
        return source
    }

    /// Removes all other sources. One that is being read ends with that read.
    func keep(only kept: Set<ObjectIdentifier>) {
        sources.withLock { sources in
            sources.removeAll { source in
                if kept.contains(ObjectIdentifier(source)) { return false }
                source.isRetired.store(true, ordering: .relaxed)
                return !source.schedule.isClaimed
            }
        }
    }

    /// Why sources could not be opened.
    package var findings: [Finding] { sources.withLock { $0 }.compactMap(\.failure).unique(by: \.self) }

    /// Reads every source that is due on the calling thread.
    package func readDue() {
        let now = SampleInstant.now.monotonicNanoseconds
        while let source = claim(at: now, lateBy: 0) { read(source) }
    }

    // MARK: Samples

    /// How long a sample waits for all of its sources.
    private static let patienceNanoseconds: Int64 = 200_000_000

    /// After which time without an answer another thread is woken.
    private static let helpNanoseconds: Int64 = 20_000_000

    /// Requests a reading from every source that is read at each sample.
    package func request() {
        let now = SampleInstant.monotonicNow
        let isAny = sources.withLock { sources in
            var isAny = false
            for index in sources.indices where sources[index].request(at: now) {
                awaited.add(1, ordering: .sequentiallyConsistent)
                isAny = true
            }
            return isAny
        }
        guard isAny else { return }
        // The thread that wakes reads all of them, unless one does not answer.
        if isRunning.load(ordering: .sequentiallyConsistent) { timer.wakeOne() } else { readDue() }
    }

    /// Waits for the readings that were requested, but not for long. Sources that are late are read at an interval for a while.
    package func waitForAnswers() {
        let began = SampleInstant.monotonicNow
        var now = began
        while true {
            let wakeCount = answers.wakeCount
            if awaited.load(ordering: .sequentiallyConsistent) <= 0 { return }
            if now - began >= Self.patienceNanoseconds { return giveUp(at: now) }
            answers.wait(until: now + Self.helpNanoseconds, unlessWokenSince: wakeCount)
            now = SampleInstant.monotonicNow
            if awaited.load(ordering: .sequentiallyConsistent) > 0 { timer.wakeOne() }
        }
    }

    private func giveUp(at now: Int64) {
        sources.withLock { sources in
            for index in sources.indices where sources[index].recordLateness(at: now) {
                awaited.subtract(1, ordering: .sequentiallyConsistent)
            }
        }
    }

    // MARK: Threads

    /// The number of threads at the start. One does all the reading unless a source blocks it; the others stand by.
    /// When the last of them is needed another one is started, so that no number of blocked sources delays the rest.
    private static let firstWorkers = 4

    /// A stand-by thread reads only sources that are late by this time, multiplied by the thread's rank. That is its
    /// number in the order of start; for threads after the first few, the time does not grow any further.
    private static let standByNanoseconds: Int64 = 100_000_000

    /// Starts the threads that the sources need, beside those that have been started.
    package func start() throws(ThreadError) {
        let count = min(sources.withLock { $0.count }, Self.firstWorkers)
        try workers.withLock { (workers) throws(ThreadError) in
            while workers.count < count {
                workers.append(try worker(workers.count))
                isRunning.store(true, ordering: .sequentiallyConsistent)
            }
        }
        timer.wake()
    }

    /// Waits until every source has been read once, but no longer than the limit. Most sources answer at once, and the
    /// first snapshot is then complete.
    package func waitForFirstReadings(atMost milliseconds: Int) {
        for _ in 0..<milliseconds where !hasAnswered { pause(.milliseconds(1)) }
    }

    /// Stops the threads.
    ///
    /// - Parameter limit: How long to wait for all reads in progress. A thread that takes longer is detached: it uses only
    ///   its own state, and ends when its read does.
    package func stop(waiting limit: Duration = .seconds(1)) {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        timer.wake()
        let workers = workers.withLock { workers in
            defer { workers = [] }
            return workers
        }
        let end = ContinuousClock.now + limit
        for worker in workers { _ = worker.withLock { $0.take()?.join(within: max(end - .now, .zero)) } }
    }

    private var hasAnswered: Bool {
        sources.withLock { $0 }.allSatisfy(\.hasAnswered)
    }

    /// Starts the thread with a rank.
    private func worker(_ rank: Int) throws(ThreadError) -> Worker {
        Worker(try OwnedThread(name: "powersensors-bg") { [self] in run(rank) })
    }

    /// Starts another thread if all of them are reading. If the system refuses, the next claim tries again.
    private func startAnother() {
        let count = sources.withLock { $0.count }
        workers.withLock { workers in
            let isWanted = busy.load(ordering: .sequentiallyConsistent) >= workers.count && workers.count < count
            guard isWanted, !isStopping.load(ordering: .sequentiallyConsistent) else { return }
            if let another = try? worker(workers.count) { workers.append(another) }
        }
    }

    /// What the thread with a rank does until it is stopped: it reads sources that are due, and sleeps until the next
    /// one is.
    private func run(_ rank: Int) {
        while true {
            // If all threads before this one are busy, this one is next and does not wait.
            let isNext = busy.load(ordering: .sequentiallyConsistent) >= rank
            let delay = isNext ? 0 : Int64(min(rank, Self.firstWorkers)) * Self.standByNanoseconds
            let wakeCount = timer.wakeCount
            if isStopping.load(ordering: .sequentiallyConsistent) { return }
            let now = SampleInstant.monotonicNow
            if let source = claim(at: now, lateBy: delay) {
                startAnother()
                read(source)
            } else {
                timer.wait(until: nextDue(after: now) + delay, unlessWokenSince: wakeCount)
            }
        }
    }

    // MARK: Reading

    /// Claims a source that has been due for at least `delay` nanoseconds, until it has been read; nil if there is none.
    private func claim(at now: Int64, lateBy delay: Int64) -> BackgroundSource? {
        // This runs on every sample, so it must not allocate.
        sources.withLock { sources in
            for index in sources.indices where sources[index].claim(at: now, lateBy: delay) {
                busy.add(1, ordering: .sequentiallyConsistent)
                return sources[index]
            }
            return nil
        }
    }

    /// When to check again: at most a second from now, as a source may be released in the meantime.
    private func nextDue(after now: Int64) -> Int64 {
        sources.withLock { sources in
            var least = now + 1_000_000_000
            for index in sources.indices {
                let schedule = sources[index].schedule
                if !schedule.isClaimed { least = min(least, max(schedule.due, now)) }
            }
            return least
        }
    }

    /// Reads a claimed source, and tells the sample that waits for it.
    private func read(_ source: BackgroundSource) {
        let isAwaited = source.readClaimed()
        busy.subtract(1, ordering: .sequentiallyConsistent)
        if isAwaited, awaited.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 { answers.wake() }
        if source.isRetired.load(ordering: .relaxed) { sources.withLock { $0.removeAll { $0 === source } } }
    }
}

extension Finding {
    /// A sensor that threw an error at discovery or opening.
    package static func failed(_ sensor: SensorName, _ error: any Error) -> Finding {
        Finding(severity: .error, subject: sensor.name, reason: .failed, text: "\(error)")
    }
}

extension ReadingStatus {
    /// The status of channels whose sensor could not be opened.
    static func ofFailure(_ error: any Error) -> ReadingStatus { (error as? AttributeError)?.status ?? .absent }
}
