#if Exporters
/// What a client asks of the history: the parameters of `/api/v1/history`, as they were sent.
///
/// They mean what the options of `powersensors history` mean. Whoever answers checks their values.
public struct HistoryQuery: Hashable, Sendable {
    /// When it begins, such as `1d` or `2026-11-22T14:00:00Z`; nil for the default.
    public var since: String?

    /// When it ends, in the same form; nil for now.
    public var until: String?

    /// What a row is of, such as `hour` or `vm`; nil for the default.
    public var by: String?

    /// The scope of host figures, such as `cpu`; nil for all.
    public var scope: String?

    /// The largest answer in bytes, some fifty thousand rows; a larger one is refused.
    package static let maximumSize = 8 << 20

    /// A query with the defaults of everything.
    public init() {}

    /// Reads the query of a request target.
    ///
    /// - Parameter text: What follows the question mark, such as `since=1d&by=hour`.
    /// - Throws: ``HistoryRefusal/wrongQuery(_:)`` if a parameter is unknown, repeated, empty or not UTF-8.
    package init(parsing text: Substring) throws(HistoryRefusal) {
        for part in text.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let value = pair.count == 2 ? Self.decoded(pair[1]) : nil, !value.isEmpty else {
                throw .wrongQuery("A parameter has no value, or one that is not UTF-8.")
            }
            switch pair[0] {
            case "since": try Self.set(&since, value)
            case "until": try Self.set(&until, value)
            case "by": try Self.set(&by, value)
            case "scope": try Self.set(&scope, value)
            default: throw .wrongQuery("The parameters are since, until, by and scope.")
            }
        }
    }

    private static func set(_ parameter: inout String?, _ value: String) throws(HistoryRefusal) {
        if parameter != nil { throw .wrongQuery("A parameter is given twice.") }
        parameter = value
    }

    /// The text without percent-encoding (RFC 3986, section 2.1); nil if it is not well-formed.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            // A sign would be a digit to the initializer.
            guard digits.count == 2, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// Why a history query has no answer.
public enum HistoryRefusal: Error, Hashable, Sendable {
    /// The client should ask otherwise. The text says how, in a sentence.
    case wrongQuery(String)

    /// The history cannot be read now. The text says why, in a sentence.
    case unavailable(String)
}

/// Answers history queries: the rows as `powersensors history --format json` writes them, one JSON object a line.
///
/// It is called on a thread of its own, for one query after another, and may read files.
public typealias HistorySource = @Sendable (HistoryQuery) throws(HistoryRefusal) -> [UInt8]
#endif
