import Synchronization

/// Reads slow sensors on a thread of its own, so that a management controller that takes a second to answer holds
/// up no sample. What it said last stands until three refresh intervals have passed; then it is stale.
final class SlowLane: Sendable {
    private struct Entry: Sendable {
        let sensor: any Sensor
        let channels: [Channel]
        let interval: Duration
        let shelf: Shelf
    }

    /// Where one sensor's last readings lie.
    final class Shelf: Sendable {
        let readings: Guarded<[Reading]>

        init(count: Int) {
            readings = Guarded(Array(repeating: .missing(.warmingUp), count: count))
        }
    }

    private let entries = Guarded<[Entry]>([])
    private let isStopping = Atomic(false)
    private let alarm = Alarm()
    private let thread = Guarded<OwnedThread?>(nil)

    /// Takes a sensor in, before the start, and gives the reader that answers for it.
    func add(_ sensor: any Sensor, _ channels: [Channel], every interval: Duration) -> any SensorReader {
        let shelf = Shelf(count: channels.count)
        entries.withLock {
            $0.append(Entry(sensor: sensor, channels: channels, interval: interval, shelf: shelf))
        }
        return ShelfReader(channels: channels, shelf: shelf, interval: interval)
    }

    /// Starts the thread, where there is anything to read.
    func start() throws(SamplerError) {
        let entries = entries.withLock { $0 }
        if entries.isEmpty { return }
        try thread.withLock { (thread) throws(SamplerError) in
            thread = try OwnedThread(name: "powersensors-sl") { [self] in run(entries) }
        }
    }

    /// Ends the thread; it takes as long as the read that is under way.
    func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        alarm.ring()
        thread.withLock { $0.take()?.join() }
    }

    private func run(_ entries: [Entry]) {
        var readers = entries.map { try? $0.sensor.open($0.channels) }
        var due = entries.map { _ in Int64.min }
        while true {
            let rings = alarm.rings
            if isStopping.load(ordering: .sequentiallyConsistent) { return }
            for index in entries.indices where SampleInstant.now.monotonicNanoseconds >= due[index] {
                // A sensor that did not open may do so the next time.
                if readers[index] == nil { readers[index] = try? entries[index].sensor.open(entries[index].channels) }
                let asked = SampleInstant.now
                if let readings = readers[index]?.readings(entries[index].channels.count, stampedAt: .now) {
                    entries[index].shelf.readings.withLock { $0 = readings }
                }
                due[index] = asked.advanced(by: entries[index].interval).monotonicNanoseconds
                if isStopping.load(ordering: .sequentiallyConsistent) { return }
            }
            alarm.sleep(
                until: due.min() ?? .max, from: SampleInstant.now.monotonicNanoseconds, unlessRungSince: rings)
        }
    }
}

/// Answers for a slow sensor with what lies on its shelf.
private struct ShelfReader: SensorReader {
    let channels: [Channel]
    let shelf: SlowLane.Shelf
    let interval: Duration

    func read(into readings: inout OutputSpan<Reading>) {
        let oldest = SampleInstant.now.boottimeNanoseconds - 3 * interval.wholeNanoseconds
        // The array is shared, not copied.
        let held = shelf.readings.withLock { $0 }
        for reading in held { readings.append(reading.isStamped(before: oldest) ? .missing(.stale) : reading) }
    }
}
