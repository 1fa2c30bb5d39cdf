#if History
public import PowerSensors
public import PowerSensorsExporters

/// Keeps the history of a machine in a file of bounded size: snapshots for two hours, minutes for a week, and quarters of an hour
/// for as long as there is room, which is some years.
///
/// It writes on a thread of its own. What cannot be written, because the disk is full or slow, is not lost: its energy
/// counts in what is written next. ``HistoryReader`` reads the file at the same time.
public struct HistoryExporter: Exporter {
    /// The size of a history in bytes, if no other is asked for: 64 MiB.
    public static let standardSize: Int64 = 64 << 20

    /// The smallest size of a history in bytes: 1 MiB.
    public static let smallestSize: Int64 = HistoryLimits.smallest

    /// `history`.
    public let name = "history"

    /// How often a snapshot is kept, at least a second.
    public let interval: Duration

    private let path: String
    private let limits: HistoryLimits
    private let thread: HistoryThread
    private var events: [StoredEvent] = []
    /// Whether a snapshot was refused, and none has been written since.
    private var isSlow = false

    /// How long to wait for a snapshot to be written, before the next may come.
    private static let patience = Duration.seconds(5)

    /// Creates an exporter that writes to a file.
    ///
    /// - Parameters:
    ///   - path: The file. One that does not exist is created, readable by its group and closed to others.
    ///   - size: The greatest size of the file and its companions `-wal` and `-shm` in bytes, at least ``smallestSize``.
    ///   - interval: How often a snapshot is kept, at least a second.
    public init(_ path: String, size: Int64 = standardSize, interval: Duration = .seconds(2)) {
        self.init(path, size: size, interval: interval, calendar: .current)
    }

    package init(
        _ path: String, size: Int64 = standardSize, interval: Duration = .seconds(2), calendar: LocalCalendar
    ) {
        self.path = path
        limits = HistoryLimits(size: size)
        self.interval = max(interval, .seconds(1))
        thread = HistoryThread(path, limits: limits, usualPower: UsualPower(calendar: calendar))
    }

    /// The power in watts that is usual for a scope at a wall time in nanoseconds since 1970 UTC, for
    /// `MonitorConfiguration.usualPower`; it returns nil where it is unknown.
    ///
    /// It is the median, over the last 14 days, of each day's highest power within half an hour or so of that time of the day, where
    /// five days at least are known. It is read with the first snapshot and once an hour, by the thread that writes.
    public var usualPower: @Sendable (_ scope: Scope, _ wallNanoseconds: Int64) -> Watts? {
        { [power = thread.usualPower] in power.power(of: $0, at: $1) }
    }

    /// Opens the file, or creates it, and closes it again.
    ///
    /// - Throws: ``HistoryError`` if it cannot be written, or is no history.
    public func check() throws(HistoryError) { try HistoryRecorder(path, limits: limits).open() }

    /// Does nothing: series are known by their names, so they go on in a new topology.
    public mutating func prepare(for topology: Topology) {}

    /// Keeps a snapshot.
    ///
    /// - Throws: ``HistoryError`` if it cannot be written.
    public mutating func export(_ snapshot: Snapshot) async throws {
        let outcome = await thread.record(snapshot, events, within: Self.patience)
        if outcome == .refused {
            isSlow = true
        } else {
            // Those that are not written yet wait with the recorder.
            events.removeAll()
        }
        switch outcome {
        case .recorded: isSlow = false
        case .failed(let error): throw error
        // A single one that takes long may be a disk that wakes up.
        case .unfinished, .refused: if isSlow { throw HistoryError.slow(path) }
        }
    }

    /// Keeps an event, but for a finding that is no problem: those come again at every start.
    public mutating func export(_ event: MonitorEvent) {
        if event.finding?.severity == .info { return }
        if events.count == 256 { events.removeFirst() }
        events.append(StoredEvent(event))
    }

    /// Closes the file.
    ///
    /// - Throws: ``HistoryError`` if that takes more than some seconds.
    public mutating func finish() throws(HistoryError) {
        if !thread.end(within: Self.patience) { throw .slow(path) }
    }
}

extension StoredEvent {
    init(_ event: MonitorEvent) {
        self.init(
            time: event.instant.wallNanoseconds / 1_000_000, kind: event.kind.name,
            subject: SeriesKey.bounded(event.channel ?? ""),
            text: SeriesKey.bounded(event.description))
    }
}
#endif
