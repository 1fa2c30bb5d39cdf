#if Exporters
/// A YAML mapping with strings as keys, each of them unique.
struct YAMLMapping {
    private(set) var entries: [YAMLEntry] = []
    private var keys: Set<String> = []
    private let position: String

    /// An empty mapping.
    init(position: String) { self.position = position }

    /// The mapping that is the value of a key.
    init(_ value: YAMLValue, of key: YAMLKey) throws(EndpointError) {
        guard case .mapping(let mapping) = value else {
            throw key.error("is not followed by a mapping, that is, indented lines of `key: value`")
        }
        self = mapping
    }

    mutating func add(_ key: YAMLKey, _ value: YAMLValue) throws(EndpointError) {
        guard keys.insert(key.text).inserted else {
            throw key.error("is given twice; leave one out")
        }
        entries.append(YAMLEntry(key: key, value: value))
    }

    func error(_ problem: String) -> EndpointError { EndpointError("\(position): this mapping \(problem)") }
}

/// A key and its position in the file.
struct YAMLKey {
    let text: String
    let position: String

    func error(_ problem: String) -> EndpointError { EndpointError("\(position): \(text) \(problem)") }
}

struct YAMLEntry {
    let key: YAMLKey
    let value: YAMLValue
}

indirect enum YAMLValue {
    case null
    case string(String)
    case mapping(YAMLMapping)

    var string: String? { if case .string(let text) = self { text } else { nil } }
}
#endif
