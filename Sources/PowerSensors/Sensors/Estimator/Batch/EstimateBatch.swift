/// Estimates every machine of a table, row by row; a row that cannot be estimated stops no other.
package struct EstimateBatch: Sendable {
    /// What is wrong with a row, or with the table.
    package struct Complaint: Error, Hashable, Sendable, CustomStringConvertible {
        /// The row's first line, from 1.
        package let line: Int

        /// What is wrong, and what would be right.
        package let text: String

        /// `line 7: cores -4: …`
        package var description: String { "line \(line): \(text)" }
    }

    /// The columns that a table may have, in any order.
    package static let columns =
        [
            "result_id", "vendor", "model", "cpu", "generation", "tdp_w", "mhz", "sockets", "cores", "threads",
            "memory_gb", "nodes", "form_factor", "psu", "hw_year", "pub_year", "overall_ops_per_watt", "ssj_ops_100",
        ] + loads + ["full_curve", "watts_source", "split"]

    private static let loads = (0...10).map { "w_\($0 * 10)" }

    /// The header of what is written.
    package static let header = (["result_id"] + loads.flatMap { [$0, "\($0)_low", "\($0)_high"] })
        .joined(separator: ",")

    private let places: [String: Int]
    private let columnCount: Int
    private let isAnchored: Bool
    private let profile: LoadProfile

    /// Takes a table's first record for the names of its columns.
    ///
    /// - Parameters:
    ///   - header: The first record.
    ///   - isAnchored: Whether each row's `w_0` and `w_100` are taken as known.
    ///   - profile: How load and power belong together.
    package init(
        header: TableRecords.Record,
        isAnchored: Bool,
        profile: LoadProfile = .powersaveHost
    ) throws(Complaint) {
        var places: [String: Int] = [:]
        for (place, name) in header.fields.enumerated() {
            guard Self.columns.contains(name) else {
                throw Complaint(
                    line: header.line,
                    text: "no column is called '\(name)'; known are \(Self.columns.joined(separator: ", "))"
                )
            }
            guard places.updateValue(place, forKey: name) == nil else {
                throw Complaint(line: header.line, text: "column \(name) stands there twice; leave one out")
            }
        }
        for name in isAnchored ? ["cpu", "w_0", "w_100"] : ["cpu"] where places[name] == nil {
            throw Complaint(line: header.line, text: "column \(name) is missing; add it")
        }
        self.places = places
        columnCount = header.fields.count
        self.isAnchored = isAnchored
        self.profile = profile
    }

    /// A row's estimate: its identity, and watts with their bands for eleven loads, of all its nodes together.
    package func line(for record: TableRecords.Record) throws(Complaint) -> String {
        if record.isCutOff { throw Complaint(line: record.line, text: "a quoted field has no end; close its quotes") }
        guard record.fields.count == columnCount else {
            throw Complaint(
                line: record.line,
                text: "there are \(record.fields.count) fields where the header has \(columnCount)"
            )
        }
        let nodes = try count("nodes", record) ?? 1
        var known = KnownWatts()
        if isAnchored {
            guard let idle = try number("w_0", record), let maximum = try number("w_100", record),
                let ends = KnownWatts(idle: Watts(idle / Double(nodes)), maximum: Watts(maximum / Double(nodes)))
            else {
                throw Complaint(
                    line: record.line,
                    text: "w_0 and w_100 must be watts above 0, and w_0 no more than w_100"
                )
            }
            known = ends
        }
        let (server, isAssumed) = try modelled(record, nodes: nodes)
        let estimate = EstimatorModel.estimate(of: server, known: known, profile: profile)
        var line = TableText.field(text("result_id", record))
        for tenth in 0...10 {
            let load = Double(tenth) / 10
            let watts = estimate.curve.power(at: load).rawValue * Double(nodes)
            let band = isAssumed && !isAnchored ? EstimatorModel.bandOfAssumptions : estimate.band(at: load)
            for value in [watts, watts * band.low, watts * band.high] { line += "," + TableText.number(value) }
        }
        return line
    }

    private func modelled(
        _ record: TableRecords.Record,
        nodes: Int
    ) throws(Complaint) -> (server: ModelledServer, isAssumed: Bool) {
        var server = DescribedServer(processor: text("cpu", record))
        server.sockets = try each("sockets", record, of: nodes)
        server.cores = try each("cores", record, of: nodes)
        server.threads = try each("threads", record, of: nodes)
        server.memoryGigabytes = try number("memory_gb", record).map { $0 / Double(nodes) }
        server.megahertz = try number("mhz", record)
        server.year = try count("hw_year", record)
        server.maker = text("vendor", record)
        do throws(DescribedServer.Refusal) {
            return try server.modelled()
        } catch {
            throw Complaint(line: record.line, text: error.description)
        }
    }

    private func text(_ column: String, _ record: TableRecords.Record) -> String {
        places[column].map { record.fields[$0] } ?? ""
    }

    /// A number above 0; nil where there is none.
    private func number(_ column: String, _ record: TableRecords.Record) throws(Complaint) -> Double? {
        let text = text(column, record)
        if text.isEmpty { return nil }
        guard let number = Double(text), number.isFinite, number > 0, number <= 1e9 else {
            throw Complaint(line: record.line, text: "\(column) '\(text)': allowed is a number above 0")
        }
        return number
    }

    /// A whole number from 1; nil where there is none.
    private func count(_ column: String, _ record: TableRecords.Record) throws(Complaint) -> Int? {
        let text = text(column, record)
        if text.isEmpty { return nil }
        guard let number = Double(text), number >= 1, number <= 1e7, number == number.rounded() else {
            throw Complaint(line: record.line, text: "\(column) '\(text)': allowed is a whole number from 1")
        }
        return Int(number)
    }

    /// What one node has of a count of all nodes.
    private func each(_ column: String, _ record: TableRecords.Record, of nodes: Int) throws(Complaint) -> Int? {
        guard let all = try count(column, record) else { return nil }
        guard all >= nodes else {
            throw Complaint(
                line: record.line, text: "\(column) '\(all)': there are \(nodes) nodes, with one or more each")
        }
        return (all + nodes / 2) / nodes
    }
}

/// Fields of a table as text.
private enum TableText {
    /// A number with three digits after the point.
    static func number(_ value: Double) -> String {
        let thousandths = Int64((value * 1000).rounded())
        let fraction = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
    }

    /// A field, in quotes where it needs them.
    static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
        let doubled = text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        return "\"\(doubled)\""
    }
}
