public import PowerSensors

/// Writes snapshots as lines, to a file or to standard output: the road to whatever collects a cluster's logs.
public struct SnapshotFileExporter: Exporter {
    /// How a snapshot is written.
    public enum Format: Sendable {
        /// One object a line; `Docs/JSON.md` describes it.
        case json

        /// A header where the file is empty, then a row for each of the host's figures and each channel.
        case csv
    }

    /// `json` or `csv`.
    public let name: String

    /// How often a snapshot is written.
    public let interval: Duration

    private let path: String?
    private var format: any SnapshotFormat & Sendable
    private var bytes: [UInt8] = []

    /// Writes to a file, or to standard output.
    ///
    /// - Parameters:
    ///   - format: How a snapshot is written.
    ///   - path: The file, to which is appended; nil for standard output.
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
    /// - Throws: ``OutputFileError`` where it cannot be written.
    public mutating func export(_ snapshot: Snapshot) throws(OutputFileError) {
        // Opened anew each time: whoever moves the file away to keep it finds nothing more in it.
        if let path {
            try write(snapshot, to: OutputFile(appendingTo: path))
        } else {
            try write(snapshot, to: .standardOutput)
        }
    }

    private mutating func write(
        _ snapshot: Snapshot, to file: borrowing OutputFile
    ) throws(OutputFileError) {
        // A restart must not put a second header into the file, and a file that is moved away needs another.
        if path != nil, let size = file.size { format.begin(continuing: size > 0) }
        bytes.removeAll(keepingCapacity: true)
        format.append(snapshot, to: &bytes)
        try file.write(bytes)
    }
}
