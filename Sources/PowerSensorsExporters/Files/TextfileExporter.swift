public import PowerSensors

/// Writes Prometheus' text format to a file, for node_exporter's textfile collector.
///
/// The file is replaced atomically, so that no reader sees half of it. It is removed at the end, so that no outdated
/// figures remain.
public struct TextfileExporter: Exporter {
    /// `textfile`.
    public let name = "textfile"

    /// How often the file is written.
    public let interval: Duration

    private let path: String
    private var format: PrometheusFormat
    private var bytes: [UInt8] = []
    /// Whether the file has been written once.
    private var isWritten = false

    /// Creates an exporter that writes to a file in an existing folder.
    ///
    /// - Parameters:
    ///   - path: The file; node_exporter requires its name to end in `.prom`.
    ///   - format: What renders the page.
    ///   - interval: How often to write it.
    public init(_ path: String, format: PrometheusFormat, interval: Duration = .seconds(15)) {
        self.path = path
        self.format = format
        self.interval = interval
    }

    /// Renders the names and labels.
    public mutating func prepare(for topology: Topology) { format.prepare(for: topology) }

    /// Counts a channel's failures.
    public mutating func export(_ event: MonitorEvent) { format.record(event) }

    /// Replaces the file.
    ///
    /// - Throws: ``OutputFileError`` if it cannot be written.
    public mutating func export(_ snapshot: Snapshot) throws(OutputFileError) {
        bytes.removeAll(keepingCapacity: true)
        let age = ContinuousClock.now - snapshot.instant.continuous
        format.append(snapshot, in: .text, age: age, to: &bytes)
        try OutputFile.replace(path, with: bytes, removesLeftovers: !isWritten)
        isWritten = true
    }

    /// Removes the file.
    public mutating func finish() { OutputFile.remove(path) }
}
