#if Exporters
import FoundationEssentials
import PowerSensors
import PowerSensorsExporters

/// The power of a machine on which nothing is run, by scope.
struct Baseline {
    /// A scope's power, and where it comes from: an estimate says nothing of what is measured.
    struct Figure {
        let power: Watts
        let provenance: String
        /// How much it varied; nil in files of earlier versions, and where it is not known.
        var spread: Spread?
    }

    /// How much a power varied while it was measured.
    struct Spread {
        /// The standard deviation of the mean powers of pieces of equal length.
        let deviation: Watts
        /// How many pieces there were, at least 2.
        let count: Int
        /// How long all of them were together.
        let duration: Duration

        /// How far the true mean may be from that of the pieces, in 95 of 100 cases.
        var error: Watts {
            Watts(
                StudentsDistribution.quantile975(degreesOfFreedom: count - 1) * deviation.rawValue
                    / Double(count).squareRoot())
        }
    }

    var figures: [Scope: Figure] = [:]

    /// When it was measured, as ISO 8601 has it; nil if it was not.
    var time: String?

    var powers: [Scope: Watts] { figures.mapValues(\.power) }

    /// How far the true powers may be from these, where that is known.
    var errors: [Scope: Watts] { figures.compactMapValues(\.spread?.error) }
}

/// Where a baseline comes from.
enum BaselineSource: Sendable {
    /// It is measured for a time before the first run.
    case measured(Duration)
    /// It was measured earlier, and is in a file.
    case file(String)
}

extension ValueParser<BaselineSource> {
    /// A duration, or else a file.
    static var baseline: ValueParser {
        let duration = ValueParser<Duration>.duration(from: "100ms", to: "1d", example: "5s")
        return ValueParser(
            valueName: "time-or-file",
            failure: "must be from 100ms to 1d, such as 5s, or a file that --save-baseline wrote.",
            takesDashes: true
        ) { text in
            if let time = duration.parse(text) { return .measured(time) }
            return DurationText.duration(text) == nil && !text.isEmpty && !text.hasPrefix("-") ? .file(text) : nil
        }
    }
}

// MARK: - Files

extension Baseline {
    private struct Document: Codable {
        struct Entry: Codable {
            let scope: String
            let power: Double
            let provenance: String
            let deviation: Double?
            let count: Int?
            let duration: Double?

            enum CodingKeys: String, CodingKey {
                case scope, provenance
                case power = "power_w"
                case deviation = "deviation_w"
                case count = "samples"
                case duration = "duration_s"
            }

            /// Nil if it is not there; the whole entry is refused if it cannot be.
            var spread: Spread? {
                guard let deviation, let count, let duration else { return nil }
                // In whole nanoseconds, as it was written.
                let nanoseconds = Int64((duration * 1e9).rounded())
                return Spread(deviation: Watts(deviation), count: count, duration: .nanoseconds(nanoseconds))
            }

            var isUsable: Bool {
                // No machine has more, and a greater power could not be shown.
                let possible = 0...1e9
                return possible.contains(power) && (deviation.map(possible.contains) ?? true)
                    && (count.map { $0 >= 2 } ?? true) && (duration.map { $0 > 0 && $0 < 1e9 } ?? true)
            }
        }

        let version: Int
        let node: String
        let time: String?
        let baseline: [Entry]
    }

    /// Reads a file.
    ///
    /// - Throws: A failure that names the file, what is wrong with it, and the remedy; also if it is another machine's.
    init(file path: String, of node: String) throws(CommandFailure) {
        let remedy = "Measure it again: powersensors run --baseline 30s --save-baseline \(path)."
        let bytes = try namedFile(path, "a baseline, or a time such as 5s", option: "--baseline", mayBePipe: false)
        // A newer version may mean something else by the same names.
        struct Head: Decodable { let version: Int }
        if let head = try? JSONDecoder().decode(Head.self, from: Data(bytes)), head.version != 1 {
            throw .failure(
                "--baseline: \(path) has version \(head.version), and this powersensors knows version 1. \(remedy)")
        }
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)) else {
            throw .failure("--baseline: \(path) is not a baseline. \(remedy)")
        }
        for entry in document.baseline {
            guard let scope = Scope.all.first(where: { $0.name == entry.scope }) else { continue }
            guard entry.isUsable, figures[scope] == nil else {
                throw .failure("--baseline: \(path) has no usable power of \(scope). \(remedy)")
            }
            figures[scope] = Figure(
                power: Watts(entry.power), provenance: entry.provenance, spread: entry.spread)
        }
        if figures.isEmpty { throw .failure("--baseline: \(path) has no power of any scope. \(remedy)") }
        if document.node != node {
            throw .failure(
                "--baseline: \(path) is of \(document.node), and this machine is \(node). \(remedy) If it is the same machine:"
                    + " --node \(document.node).")
        }
        time = document.time
    }

    /// What of it is of use beside the figures that are read here.
    ///
    /// - Throws: A failure if the figure to show first is not in it.
    func matching(
        _ figures: [Measurement.Figure], headline: Scope?, _ path: String
    ) throws(CommandFailure) -> Baseline {
        var matching = Baseline(time: time)
        var missing: [Measurement.Figure] = []
        for figure in figures {
            let known = self.figures[figure.scope]
            if known?.provenance == figure.provenance.name {
                matching.figures[figure.scope] = known
            } else {
                missing.append(figure)
            }
        }
        let names = list(missing.map { "\($0.scope) \($0.provenance.name)" }, "and")
        if let headline, missing.contains(where: { $0.scope == headline }) {
            throw .failure(
                "--baseline: \(path) has no power for what is read here: \(names). Measure it again on this machine.")
        }
        if !missing.isEmpty {
            StandardError.write("\(path) has no power for \(names), so what the runs add to that is not known.")
        }
        return matching
    }

    /// The file's bytes.
    func bytes(of node: String) -> [UInt8] {
        var bytes: [UInt8] = []
        JSONWriter.appendLine(to: &bytes) { json in
            json.member("version", 1)
            json.member("node", node)
            json.member("time", time)
            appendFigures(to: &json)
        }
        return bytes
    }

    /// Appends the member `baseline`.
    func appendFigures(to json: inout JSONWriter) {
        json.member("baseline", each: Scope.all.filter { figures[$0] != nil }) { scope, json in
            json.member("scope", scope.name)
            json.member("power_w", figures[scope]?.power.rawValue)
            json.member("provenance", figures[scope]?.provenance)
            let spread = figures[scope]?.spread
            json.member("deviation_w", spread?.deviation.rawValue)
            json.member("samples", spread?.count)
            json.member("duration_s", spread?.duration.seconds)
        }
    }

    /// Writes the file.
    func save(to path: String, of node: String) throws(CommandFailure) {
        if figures.isEmpty { throw .failure("--save-baseline \(path): nothing was measured that could be written.") }
        do throws(OutputFileError) {
            try OutputFile.replace(path, with: bytes(of: node))
        } catch {
            throw .failure("--save-baseline \(error)")
        }
    }
}
#endif
