public import PowerSensors

/// Writes snapshots as lines to a file or to standard output, for log collectors.
///
/// A line is written as a whole or, if there is no room for it, not at all. One that was cut off because the program was
/// killed is removed when the next one is written.
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
    /// What a file in this format begins with, whatever its version.
    private let start: [UInt8]
    /// The header of a file; empty for none.
    private let header: [UInt8]
    /// The file that was written last; nil if it is to be looked at afresh.
    private var file: FileIdentity?
    /// Whether somebody else had the file locked at the last record.
    private var isLocked = false
    /// Whether a record was cut off in a pipe.
    private var isCut = false

    /// Creates an exporter that writes to a file or to standard output.
    ///
    /// - Parameters:
    ///   - format: How a snapshot is written.
    ///   - path: The file to append to; nil for standard output.
    ///   - node: The machine's name.
    ///   - interval: How often to write.
    public init(_ format: Format, to path: String?, node: String, interval: Duration = .seconds(2)) {
        switch format {
        case .json:
            (name, self.format) = ("json", JSONFormat(node: node))
            (start, header) = (JSONFormat.start, [])
        case .csv:
            (name, self.format) = ("csv", CSVFormat(node: node))
            header = Array("\(CSVFormat.header)\n".utf8)
            start = CSVFormat.start
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
            if isCut { bytes.append(UInt8(ascii: "\n")) }
            format.append(snapshot, to: &bytes)
            return try OutputFile.writeToStandardOutput(bytes, isCut: &isCut)
        }
        // The file is opened for each snapshot, so that logrotate and the like can move it away at any time.
        let output = try OutputFile(appendingTo: path)
        if needsLineEnd(output) { bytes.append(UInt8(ascii: "\n")) }
        format.append(snapshot, to: &bytes)
        // Unless all of it is written, the file may still need its header.
        file = nil
        try output.write(bytes, isCut: &isCut)
        file = output.identity
    }

    /// Prepares for a file as it is, and returns whether its last line has no end.
    private mutating func needsLineEnd(_ output: borrowing OutputFile) -> Bool {
        guard output.isRegular else { return isCut }
        // Whoever may read the file may also keep it locked: that delays one record, and not each.
        let isAlone = output.lock(waits: !isLocked)
        isLocked = !isAlone
        guard let size = output.size else { return false }
        let isKnown = file == output.identity && size > 0
        // What another program is just writing has no end yet, and must not be taken for a record that was cut off.
        if !isKnown, isAlone {
            // A row can begin with anything, but its file begins with a header.
            output.removeCutLine(size) { output.agrees(with: start, at: header.isEmpty ? $0 : 0) }
        }
        // A restart must not write a second header into the file, but the successor of a moved file needs its own, and so
        // do rows with other columns than those above them.
        if !isKnown { format.begin(continuing: output.size != 0 && output.agrees(with: header, at: 0)) }
        return !(output.endsLine ?? isKnown)
    }
}
