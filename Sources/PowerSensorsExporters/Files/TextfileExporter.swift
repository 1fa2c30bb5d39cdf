public import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// Writes Prometheus' text to a file, for node_exporter's textfile collector.
///
/// The file is replaced as a whole, so nobody ever reads half of it. It is removed at the end: figures that nobody renews
/// any more are none.
public struct TextfileExporter: Exporter {
    /// `textfile`.
    public let name = "textfile"

    /// How often the file is written.
    public let interval: Duration

    private let path: String
    private var page: PrometheusPage
    private var bytes: [UInt8] = []

    /// Writes to a file whose folder exists.
    ///
    /// - Parameters:
    ///   - path: The file; node_exporter wants its name to end in `.prom`.
    ///   - page: The template.
    ///   - interval: How often to write it.
    public init(_ path: String, page: PrometheusPage, interval: Duration = .seconds(15)) {
        self.path = path
        self.page = page
        self.interval = interval
    }

    /// Renders the names and labels.
    public mutating func prepare(for topology: Topology) { page.prepare(for: topology) }

    /// Counts what befell a channel.
    public mutating func export(_ event: MonitorEvent) { page.note(event) }

    /// Replaces the file.
    ///
    /// - Throws: ``OutputFileError`` where it cannot be written.
    public mutating func export(_ snapshot: Snapshot) throws(OutputFileError) {
        bytes.removeAll(keepingCapacity: true)
        let age = ContinuousClock.now - snapshot.instant.continuous
        page.append(snapshot, in: .text, age: age, to: &bytes)
        try OutputFile.replace(path, with: bytes)
    }

    /// Removes the file.
    public mutating func finish() { unsafe unlink(path) }
}
