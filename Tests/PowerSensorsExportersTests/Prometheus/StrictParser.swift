import PowerSensorsExporters

/// A parser of Prometheus' two text formats that accepts only what their specifications allow.
///
/// Prometheus itself also accepts families in several parts, and drops the second of two equal series.
struct StrictParser {
    struct Broken: Error, CustomStringConvertible {
        let line: Int
        let description: String
    }

    struct Sample: Hashable {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    private(set) var samples: [Sample] = []
    private(set) var types: [String: String] = [:]

    private let format: MetricsFormat
    private var line = 0
    private var family: String?
    private var finished: Set<String> = []
    private var seen: Set<String> = []
    private var isEnded = false

    init(_ bytes: [UInt8], _ format: MetricsFormat) throws {
        self.format = format
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Broken(line: 0, description: "not UTF-8")
        }
        guard text.hasSuffix("\n") else { throw Broken(line: 0, description: "no line end at the end") }
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            self.line += 1
            if isEnded { throw broken("something behind # EOF") }
            if line.isEmpty { throw broken("an empty line") }
            if line.contains("\r") { throw broken("a carriage return") }
            if line.hasPrefix("#") { try takeComment(line) } else { try takeSample(line) }
        }
        if format == .openMetrics, !isEnded { throw broken("no # EOF") }
    }

    /// The value of a series; nil if it is missing.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }

    private func broken(_ text: String) -> Broken { Broken(line: line, description: "line \(line): \(text)") }

    private mutating func takeComment(_ line: Substring) throws {
        if line == "# EOF", format == .openMetrics {
            isEnded = true
            return
        }
        let words = line.split(separator: " ", maxSplits: 3)
        guard words.count >= 3, words[0] == "#" else { throw broken("a comment of no kind") }
        let name = String(words[2])
        if family != name {
            if let family { finished.insert(family) }
            if finished.contains(name) { throw broken("\(name) is torn apart") }
            family = name
        }
        switch words[1] {
        case "TYPE":
            let allowed: Set<Substring> =
                format == .text ? ["counter", "gauge", "untyped"] : ["counter", "gauge", "info", "unknown"]
            guard words.count == 4, allowed.contains(words[3]), types[name] == nil else { throw broken("a wrong TYPE") }
            types[name] = String(words[3])
        case "UNIT":
            guard format == .openMetrics, words.count == 4, name.hasSuffix("_\(words[3])"), types[name] != nil else {
                throw broken("a wrong UNIT")
            }
        case "HELP": guard words.count == 4 else { throw broken("no help") }
        default: throw broken("a comment of no kind")
        }
    }

    private mutating func takeSample(_ line: Substring) throws {
        var rest = line
        let name = String(rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") })
        guard !name.isEmpty, name.first?.isNumber == false else { throw broken("no name") }
        rest = rest.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" { labels = try takeLabels(&rest) }
        guard rest.first == " ", let value = Double(rest.dropFirst()) else { throw broken("no value: \(rest)") }
        let type = family.flatMap { types[$0] }
        let suffixes: [String] =
            switch (format, type) {
            case (.openMetrics, "counter"): ["_total", "_created"]
            case (.openMetrics, "info"): ["_info"]
            default: [""]
            }
        guard let family, suffixes.contains(where: { family + $0 == name }) else {
            throw broken("\(name) stands under \(family ?? "nothing")")
        }
        let key = name + labels.sorted { $0.key < $1.key }.map { "\u{1}\($0.key)\u{2}\($0.value)" }.joined()
        guard seen.insert(key).inserted else { throw broken("\(name) comes twice") }
        samples.append(Sample(name: name, labels: labels, value: value))
    }

    private func takeLabels(_ rest: inout Substring) throws -> [String: String] {
        var labels: [String: String] = [:]
        rest = rest.dropFirst()
        while true {
            let name = String(rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
            rest = rest.dropFirst(name.count)
            guard !name.isEmpty, labels[name] == nil, rest.hasPrefix("=\"") else { throw broken("a wrong label") }
            rest = rest.dropFirst(2)
            var value = String.UnicodeScalarView()
            var scalars = rest.unicodeScalars[...]
            while let scalar = scalars.popFirst(), scalar != "\"" {
                guard scalar == "\\" else {
                    value.append(scalar)
                    continue
                }
                switch scalars.popFirst() {
                case "n"?: value.append("\n")
                case "\\"?: value.append("\\")
                case "\""?: value.append("\"")
                default: throw broken("a wrong escape")
                }
            }
            rest = Substring(scalars)
            labels[name] = String(value)
            if rest.first == "}" { break }
            guard rest.first == "," else { throw broken("no comma between labels") }
            rest = rest.dropFirst()
        }
        rest = rest.dropFirst()
        return labels
    }
}
