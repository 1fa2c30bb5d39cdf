package import PowerSensorsCore

/// Estimates every machine of a table, row by row. A row that cannot be estimated does not affect the others.
package struct EstimateBatch: Sendable {
    /// What is wrong with a row, or with the table.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The row's first line, from 1.
        let line: Int

        /// What is wrong, and what would be right.
        let text: String

        /// The line and what is wrong, such as `line 7: cores '-4': …`.
        package var description: String { "line \(line): \(text)" }
    }

    /// The columns that a table may have, in any order.
    package static let columns =
        [
            "result_id", "vendor", "model", "cpu", "generation", "tdp_w", "mhz", "sockets", "cores", "threads",
            "memory_gb", "nodes", "form_factor", "psu", "hw_year", "pub_year", "overall_ops_per_watt", "ssj_ops_100",
        ] + loads + ["full_curve", "watts_source", "split", "class"]

    private static let loads = (0...10).map { "w_\($0 * 10)" }

    /// The header of the output.
    package static let header =
        (["result_id"] + loads.flatMap { [$0, "\($0)_low", "\($0)_high"] } + ["class"]).joined(separator: ",")

    private let columnIndices: [String: Int]
    private let columnCount: Int
    /// Whether each row's `w_0` and `w_100` are known watts, between which only the curve is estimated.
    private let isAnchored: Bool
    private let profile: LoadProfile?

    /// How many of the estimated rows have an assumed generation or size, and so a wide band.
    package private(set) var assumedCount = 0

    /// The processors of earlier rows: tables have the same few again and again, and taking a name apart takes longest.
    private var processors: [String: NamedProcessor] = [:]

    /// How many of them are kept, some hundred bytes each.
    private static let mostProcessors = 10_000

    /// Reads the names of a table's columns.
    ///
    /// - Parameters:
    ///   - header: The first record.
    ///   - isAnchored: Whether each row's `w_0` and `w_100` are used as known watts.
    ///   - profile: How load and power are related; nil for what is usual for each machine.
    package init(
        header: TableRecords.Record, isAnchored: Bool, profile: LoadProfile? = nil
    ) throws(Failure) {
        var indices: [String: Int] = [:]
        for (index, name) in header.fields.enumerated() {
            guard Self.columns.contains(name) else {
                throw header.failure("no column is called '\(name)'; known are \(Self.columns.joined(separator: ", "))")
            }
            guard indices.updateValue(index, forKey: name) == nil else {
                throw header.failure("column \(name) occurs twice; remove one")
            }
        }
        for name in isAnchored ? ["cpu", "w_0", "w_100"] : ["cpu"] where indices[name] == nil {
            throw header.failure("column \(name) is missing; add it")
        }
        columnIndices = indices
        columnCount = header.fields.count
        self.isAnchored = isAnchored
        self.profile = profile
    }

    /// The line of the output for a row: its ID, for eleven loads the watts and their band, of all nodes together, and
    /// the machine's class.
    ///
    /// - Parameter question: Is called with what is doubtful about the row, which is estimated nevertheless.
    package mutating func line(
        for record: TableRecords.Record, question: (Failure) -> Void = { _ in }
    ) throws(Failure) -> String {
        if record.isCutOff { throw record.failure("a quoted field has no end; close its quotes") }
        guard record.fields.count == columnCount else {
            throw record.failure("there are \(record.fields.count) fields, but the header has \(columnCount)")
        }
        let row = Row(record: record, columnIndices: columnIndices)
        let nodes = try row.count("nodes") ?? 1
        var known = KnownWatts()
        if isAnchored {
            guard let idle = try row.number("w_0"), let maximum = try row.number("w_100"),
                let ends = KnownWatts(idle: Watts(idle / Double(nodes)), maximum: Watts(maximum / Double(nodes)))
            else { throw record.failure("w_0 and w_100 must be watts above 0, and w_0 no more than w_100") }
            known = ends
        }
        let (server, isAssumed) = try modelled(row, nodes: nodes, question)
        let profile = profile ?? .usual(isInCloud: server.isInCloud)
        let estimate = EstimatorModel.estimate(of: server, known: known, profile: profile)
        if let text = estimate.question { question(record.failure(text)) }
        if isAssumed, estimate.basis != .anchored { assumedCount += 1 }
        var line = TableRecords.field(row.text("result_id"))
        for tenth in 0...10 {
            let load = Double(tenth) / 10
            let watts = estimate.curve.power(at: load).rawValue * Double(nodes)
            let band = estimate.band(at: load, isAssumed: isAssumed)
            for value in [watts, watts * band.low, watts * band.high] { line += "," + fixed(value, decimals: 3) }
        }
        return line + "," + estimate.machineClass.rawValue
    }

    private mutating func processor(_ text: String) -> NamedProcessor {
        if let known = processors[text] { return known }
        if processors.count >= Self.mostProcessors { processors.removeAll() }
        let processor = NamedProcessor(text)
        processors[text] = processor
        return processor
    }

    private mutating func modelled(
        _ row: Row, nodes: Int, _ question: (Failure) -> Void
    ) throws(Failure) -> (server: ModelledServer, isAssumed: Bool) {
        var server = DescribedServer(processor: processor(row.text("cpu")))
        server.machineClass = try row.machineClass()
        server.sockets = try row.count("sockets", perNodeOf: nodes)
        server.cores = try row.count("cores", perNodeOf: nodes)
        server.threads = try row.count("threads", perNodeOf: nodes)
        server.memoryGigabytes = try row.number("memory_gb").map { $0 / Double(nodes) }
        server.megahertz = try row.number("mhz")
        server.designPower = try row.number("tdp_w")
        server.year = try row.count("hw_year")
        server.maker = row.text("vendor")
        do throws(DescribedServer.Failure) {
            let modelled = try server.modelled()
            for text in server.questions(about: modelled.server) { question(row.record.failure(text)) }
            return modelled
        } catch {
            throw row.record.failure(error.description)
        }
    }
}

/// A row of the table, whose fields are read by their columns.
private struct Row {
    let record: TableRecords.Record
    let columnIndices: [String: Int]

    func text(_ column: String) -> String { columnIndices[column].map { record.fields[$0] } ?? "" }

    /// The class that the row states, or that its form factor shows; nil if neither does.
    func machineClass() throws(EstimateBatch.Failure) -> MachineClass? {
        let text = text("class")
        if text.isEmpty { return MachineClass(formFactor: self.text("form_factor")) }
        guard let found = MachineClass(rawValue: text) else {
            throw record.failure(
                "class '\(text)': must be \(MachineClass.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return found
    }

    /// A number above 0; nil for an empty field.
    func number(_ column: String) throws(EstimateBatch.Failure) -> Double? {
        let text = text(column)
        if text.isEmpty { return nil }
        guard let number = Double(text), number.isFinite, number > 0, number <= 1e9 else {
            throw record.failure("\(column) '\(text)': must be a number above 0, and at most 1000000000")
        }
        return number
    }

    /// A whole number from 1; nil for an empty field.
    func count(_ column: String) throws(EstimateBatch.Failure) -> Int? {
        let text = text(column)
        if text.isEmpty { return nil }
        guard let number = Double(text), number >= 1, number <= 1e7, number == number.rounded() else {
            throw record.failure("\(column) '\(text)': must be a whole number from 1 to 10000000")
        }
        return Int(number)
    }

    /// One node's part of a count for all nodes.
    func count(_ column: String, perNodeOf nodes: Int) throws(EstimateBatch.Failure) -> Int? {
        guard let all = try count(column) else { return nil }
        guard all >= nodes else {
            throw record.failure("\(column) '\(all)': there are \(nodes) nodes, each with at least one")
        }
        return (all + nodes / 2) / nodes
    }
}

extension TableRecords.Record {
    /// A failure in this record.
    fileprivate func failure(_ text: String) -> EstimateBatch.Failure { EstimateBatch.Failure(line: line, text: text) }
}
