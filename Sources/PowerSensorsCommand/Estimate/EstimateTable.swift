#if Exporters
import PowerSensors

/// Estimates a table of machines, and writes a table of their watts.
struct EstimateTable {
    /// The size limit of a table in bytes. Tables are read as a whole; a hundred thousand machines fit.
    private static let limit = 1 << 26

    let path: String

    /// Whether each row's power at both ends of the load is known.
    let isAnchored: Bool

    let profile: LoadProfile?

    /// Estimates every row; a bad one is reported on standard error, with its line.
    ///
    /// - Throws: A failure if a row could not be estimated, after all others were.
    func run() throws(CommandFailure) {
        let bytes = try namedFile(path, "a table of machines", option: "--batch", limit: Self.limit)
        var records = TableRecords(bytes)
        guard let header = records.next() else {
            throw .failure("--batch \(path): it is empty; begin it with the names of its columns, cpu among them.")
        }
        var batch = try Result { () throws(EstimateBatch.Failure) in
            try EstimateBatch(header: header, isAnchored: isAnchored, profile: profile)
        }.mapError { CommandFailure.failure("--batch \(path): \($0).") }.get()
        try estimate(&records, &batch)
    }

    private func estimate(_ records: inout TableRecords, _ batch: inout EstimateBatch) throws(CommandFailure) {
        var text = Array((EstimateBatch.header + "\n").utf8)
        var estimated = 0
        var refused = 0
        let progress = ProgressLine("estimate", after: .seconds(1), sharesTerminal: true)
        while let record = records.next() {
            do throws(EstimateBatch.Failure) {
                text += Array(
                    try batch.line(for: record) { StandardError.write("--batch \(path): \($0)") }.utf8)
                text.append(UInt8(ascii: "\n"))
                estimated += 1
            } catch {
                refused += 1
                StandardError.write("--batch \(path): \(error).")
            }
            progress.show(
                "\(estimated) machines", left: ProgressLine.left(elapsed: progress.elapsed, done: records.part))
            // In parts, so that the output of a large table need not fit into memory.
            if text.count > 1 << 16 {
                try StandardOutput.write(text)
                text.removeAll(keepingCapacity: true)
            }
        }
        ProgressLine.clear()
        if estimated == 0, refused == 0 {
            throw .failure("--batch \(path): it has no machine below the names of its columns; add one per line.")
        }
        try StandardOutput.write(text)
        if estimated == 0 { throw .failure("--batch \(path): no row could be estimated.") }
        if batch.assumedCount > 0 {
            StandardError.write(
                "--batch \(path): \(batch.assumedCount) of \(estimated) estimates are of an assumed size or generation, with"
                    + " wide bands; the columns sockets and cores tell the size.")
        }
        if refused > 0 {
            throw .failure("--batch \(path): \(refused) of \(estimated + refused) rows could not be estimated.")
        }
    }
}
#endif
