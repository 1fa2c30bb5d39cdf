import Synchronization

/// Reads slow sources on threads of its own, so that a management controller that takes a second to answer holds up no
/// sample, and no other source for long. What one said last stands until three of its intervals have passed; then it is
/// stale, as is one that has said nothing since the start.
final class SlowLane: Sendable {
    private struct Entry: Sendable {
        let sensor: any Sensor
        let channels: [Channel]
        let interval: Duration
        let shelf: Shelf
        let seat = Seat()
    }

    /// Where one source's last readings lie.
    final class Shelf: Sendable {
        struct Content: Sendable {
            var readings: [Reading]

            /// When the source answered last, in boot time; until then, since when there has been something to wait for.
            /// What it answered may be of an earlier instant.
            var answered = SampleInstant.now.boottimeNanoseconds
        }

        let content: Guarded<Content>

        init(count: Int) {
            content = Guarded(Content(readings: Array(repeating: .missing(.warmingUp), count: count)))
        }
    }

    /// Holds an entry's reader. Only the thread whose turn it is touches it, and turns are given out under a lock.
    private final class Seat: @unchecked Sendable {
        var reader: (any SensorReader)?
    }

    /// Keeps a thread to be joined.
    private final class Worker: Sendable {
        let thread: Guarded<OwnedThread?>

        init(_ thread: consuming OwnedThread) { self.thread = Guarded(thread) }
    }

    private let entries = Guarded<[Entry]>([])
    private let turns = Guarded(Turns())
    private let isStopping = Atomic(false)
    private let alarm = Alarm()
    private let workers = Guarded<[Worker]>([])

    /// Takes channels of a sensor in, before the start, and gives the reader that answers for them.
    func add(_ sensor: any Sensor, _ channels: [Channel], every interval: Duration) -> any SensorReader {
        let shelf = Shelf(count: channels.count)
        entries.withLock {
            $0.append(Entry(sensor: sensor, channels: channels, interval: interval, shelf: shelf))
        }
        return ShelfReader(channels: channels, shelf: shelf, interval: interval)
    }

    /// One thread does all the reading, as long as nothing holds it up; the others stand by. When the last of them is
    /// needed, one more is started, so that no number of sources that hang takes the others' turns.
    private static let firstWorkers = 4

    /// How much later each of the first that stand by looks whether it is needed; those that came later look with the last.
    private static let patienceNanoseconds: Int64 = 100_000_000

    /// Starts the threads, where there is anything to read.
    func start() throws(SamplerError) {
        let entries = entries.withLock { $0 }
        if entries.isEmpty { return }
        let now = SampleInstant.now.monotonicNanoseconds
        turns.withLock { $0 = Turns(intervals: entries.map(\.interval), at: now) }
        try workers.withLock { (workers) throws(SamplerError) in
            for rank in 0..<min(entries.count, Self.firstWorkers) {
                workers.append(try worker(entries, rank))
            }
        }
    }

    private func worker(_ entries: [Entry], _ rank: Int) throws(SamplerError) -> Worker {
        Worker(try OwnedThread(name: "powersensors-sl") { [self] in run(entries, rank) })
    }

    /// Starts one more thread, where the last that stood by is about to read. Should the system refuse it, the next turn
    /// tries again.
    private func startAnother(_ entries: [Entry], after rank: Int) {
        workers.withLock { workers in
            let isWanted = workers.count == rank + 1 && workers.count < entries.count
            guard isWanted, !isStopping.load(ordering: .sequentiallyConsistent) else { return }
            if let another = try? worker(entries, rank + 1) { workers.append(another) }
        }
    }

    /// Whether every source has been read once.
    var hasAnswered: Bool {
        entries.withLock { $0 }.allSatisfy { entry in
            entry.shelf.content.withLock {
                $0.readings.allSatisfy { $0.instant != nil || $0.status != .warmingUp }
            }
        }
    }

    /// Ends the threads.
    ///
    /// - Parameter patience: How long to wait for reads that are under way. A thread that takes longer is left behind: it
    ///   touches nothing but its own, and ends when its read does.
    func stop(waiting patience: Duration = .seconds(1)) {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        alarm.ring()
        let workers = workers.withLock { workers in
            defer { workers = [] }
            return workers
        }
        for worker in workers { worker.thread.withLock { $0.take()?.join(within: patience) } }
    }

    private func run(_ entries: [Entry], _ rank: Int) {
        while true {
            // With as many turns taken as there are threads before this one, none of them is left to wait for.
            let isNext = turns.withLock { $0.taken >= rank }
            let patience = isNext ? 0 : Int64(min(rank, Self.firstWorkers)) * Self.patienceNanoseconds
            let rings = alarm.rings
            if isStopping.load(ordering: .sequentiallyConsistent) { return }
            let now = SampleInstant.now.monotonicNanoseconds
            if let turn = turns.withLock({ $0.take(at: now, lateBy: patience) }) {
                startAnother(entries, after: rank)
                read(entries[turn])
                turns.withLock { $0.end(turn) }
            } else {
                let due = turns.withLock { $0.nextDue(after: now) }
                alarm.sleep(until: due + patience, from: now, unlessRungSince: rings)
            }
        }
    }

    private func read(_ entry: Entry) {
        let readings: [Reading]
        do {
            // A sensor that did not open may do so the next time.
            if entry.seat.reader == nil { entry.seat.reader = try entry.sensor.open(entry.channels) }
            readings = entry.seat.reader?.readings(entry.channels.count, stampedAt: .now) ?? []
        } catch {
            let status = (error as? AttributeError)?.status ?? .absent
            readings = entry.channels.map { _ in .missing(status) }
        }
        entry.shelf.content.withLock { $0 = Shelf.Content(readings: readings) }
    }
}

/// Whose turn it is to be read, and by when. Sources of one interval come due together, so that a thread wakes once.
private struct Turns: Sendable {
    private struct Turn {
        let interval: Int64
        var due: Int64
        var isTaken = false
    }

    private var turns: [Turn] = []

    init() {}

    init(intervals: [Duration], at now: Int64) {
        turns = intervals.map { Turn(interval: max($0.wholeNanoseconds, 1_000_000), due: now) }
    }

    /// Takes a turn that is due, and has been for a time.
    mutating func take(at now: Int64, lateBy patience: Int64) -> Int? {
        guard let index = turns.firstIndex(where: { !$0.isTaken && $0.due <= now - patience }) else { return nil }
        turns[index].isTaken = true
        turns[index].due = (now / turns[index].interval + 1) * turns[index].interval
        return index
    }

    /// How many turns are taken.
    var taken: Int { turns.count(where: \.isTaken) }

    mutating func end(_ index: Int) { turns[index].isTaken = false }

    /// When it is worth looking again; in a second at the latest, as a turn may end meanwhile.
    func nextDue(after now: Int64) -> Int64 {
        turns.reduce(now + 1_000_000_000) { $1.isTaken ? $0 : min($0, max($1.due, now)) }
    }
}

/// Answers for a slow source with what lies on its shelf.
private struct ShelfReader: SensorReader {
    let channels: [Channel]
    let shelf: SlowLane.Shelf
    let interval: Duration

    func read(into readings: inout OutputSpan<Reading>) {
        let oldest = SampleInstant.now.boottimeNanoseconds - 3 * interval.wholeNanoseconds
        // The array is shared, not copied.
        let held = shelf.content.withLock { $0 }
        // A source that never answered is no better than one that answers no more.
        let isStale = held.answered < oldest
        for reading in held.readings { readings.append(isStale ? .missing(.stale) : reading) }
    }
}
