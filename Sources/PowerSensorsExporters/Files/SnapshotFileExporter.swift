public import PowerSensors

/// Writes snapshots as lines to a file or to standard output, for log collectors.
public struct SnapshotFileExporter: Exporter {
    /// How a snapshot is written.
    public enum Format: Sendable {
        /// One object per line; `Docs/Export.md` describes it.
        case json

        /// A header at the start of the file, then for each snapshot a row for each host figure and each channel.
        case csv
    }

    /// `json` or `csv`.
    public let name: String

    /// How often a snapshot is written.
    public let interval: Duration

    private let path: String?
    private var format: any SnapshotFormat
    private var bytes: [UInt8] = []

    /// Creates an exporter that writes to a file or to standard output.
    ///
    /// - Parameters:
    ///   - format: How a snapshot is written.
    ///   - path: The file to append to; nil for standard output.
    ///   - node: The machine's name.
    ///   - interval: How often to write.
    public init(_ format: Format, to path: String?, node: String, interval: Duration = .seconds(2)) {
        switch format {
        case .json: (name, self.format) = ("json", JSONFormat(node: node))
        case .csv: (name, self.format) = ("csv", CSVFormat(node: node))
        }
        self.path = path
        self.interval = interval
    }

    /// Renders names.
    public mutating func prepare(for topology: Topology) { format.prepare(for: topology) }

    /// Appends a snapshot.
    ///
    /// - Throws: ``OutputFileError`` if it cannot be written.
    public mutating func export(_ snapshot: Snapshot) throws(OutputFileError) {
        bytes.removeAll(keepingCapacity: true)
        guard let path else {
            format.append(snapshot, to: &bytes)
            return try OutputFile.writeToStandardOutput(bytes)
        }
        // The file is opened for each snapshot, so that logrotate and the like can move it away at any time.
        let file = try OutputFile(appendingTo: path)
        // A restart must not write a second header into the file, and the successor of a moved file needs its own.
        if let size = file.size { format.begin(continuing: size > 0) }
        format.append(snapshot, to: &bytes)
        try file.write(bytes)
    }
}
