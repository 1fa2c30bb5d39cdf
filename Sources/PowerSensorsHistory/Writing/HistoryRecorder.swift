#if History
package import PowerSensors

/// Records snapshots in a history, on one thread.
///
/// What cannot be written is not lost: the counts go on from the last snapshot that was, and the next minimum and maximum include
/// the powers since then.
package final class HistoryRecorder {
    private let path: String
    private let limits: HistoryLimits
    private let usualPower: UsualPower?
    private var store: HistoryStore?
    private var counter = TickCounter()
    private var events: [StoredEvent] = []
    /// The powers that were known since the last snapshot that was written, of so many series at most.
    private var unwritten: [SeriesKey: PowerRange] = [:]
    private static let unwrittenLimit = 1000

    /// How many events wait at most while nothing can be written.
    private static let eventLimit = 256

    /// Creates a recorder that has no file open.
    ///
    /// - Parameter usualPower: What is to learn from the history once an hour.
    package init(_ path: String, limits: HistoryLimits, usualPower: UsualPower? = nil) {
        (self.path, self.limits, self.usualPower) = (path, limits, usualPower)
    }

    /// How many names of series are in memory.
    package var rememberedNames: Int { store?.series.rememberedCount ?? 0 }

    /// Opens the file, so that it is known whether that is possible.
    package func open() throws(HistoryError) { _ = try opened() }

    /// Records a snapshot, and the events since the one before.
    package func record(_ snapshot: Snapshot, _ more: [StoredEvent]) throws(HistoryError) {
        events.append(contentsOf: more)
        if events.count > Self.eventLimit { events.removeFirst(events.count - Self.eventLimit) }
        var counter = counter
        var tick = counter.tick(snapshot)
        tick?.widen(by: unwritten)
        var isWritten = false
        do throws(HistoryError) {
            let store = try opened()
            if tick == nil, events.isEmpty {
                self.counter = counter
            } else {
                try store.append(tick, events) {
                    self.counter = counter
                    self.events.removeAll(keepingCapacity: true)
                    self.unwritten.removeAll()
                    isWritten = true
                }
            }
            // What cannot be read of the past is no reason to tell that the present is lost.
            try? usualPower?.readIfDue(
                store.database, now: snapshot.timeNanoseconds, at: snapshot.instant.monotonicNanoseconds)
        } catch {
            // The first snapshot says from where on to count, whether or not something can be written.
            if tick == nil { self.counter = counter }
            // The tick's include those of the ticks before.
            for entry in tick?.entries ?? [] where !isWritten {
                guard let power = entry.values.power else { continue }
                if unwritten.count < Self.unwrittenLimit || unwritten[entry.key] != nil { unwritten[entry.key] = power }
            }
            // After anything but a lack of room the file is opened again.
            if ![.full, .busy].contains(error.reason) { store = nil }
            throw error
        }
    }

    /// Closes the file.
    package func close() { store = nil }

    /// The history; a new one if the file was moved away.
    private func opened() throws(HistoryError) -> HistoryStore {
        if let store, store.isInPlace { return store }
        // It must be closed before it is opened again.
        store = nil
        let opened = try HistoryStore(path, limits: limits)
        store = opened
        return opened
    }
}
#endif
