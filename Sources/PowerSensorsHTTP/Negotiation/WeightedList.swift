#if Exporters
import PowerSensors

/// A list of names with parameters and weights, as in the headers `Accept` and `Accept-Encoding` (RFC 9110, sections
/// 12.4.2 and 12.5).
///
/// Items that cannot be parsed are left out.
package struct WeightedList: Hashable, Sendable {
    /// An item of the list.
    package struct Item: Hashable, Sendable {
        /// The name in lower case, such as `text/plain` or `gzip`.
        package let name: Substring

        /// The parameters except the weight; names in lower case, values without quotes.
        package let parameters: [String: String]

        /// The weight in thousandths; 0 means never.
        package let weight: Int
    }

    /// The most items that are parsed, to bound the cost of a hostile header.
    private static let maximumCount = 32

    /// The items in their order.
    package let items: [Item]

    /// Parses a header, which may be spread over several lines.
    package init(_ lines: [String]) {
        items = lines.lazy.flatMap { Self.split($0, at: ",") }.prefix(Self.maximumCount).compactMap(Self.item)
    }

    private static func item(_ text: Substring) -> Item? {
        let parts = split(text, at: ";").map { String(trimming: $0.utf8) }
        guard let name = parts.first, !name.isEmpty else { return nil }
        var parameters: [String: String] = [:]
        var weight = 1000
        for part in parts.dropFirst() where !part.isEmpty {
            guard let equals = part.firstIndex(of: "=") else { return nil }
            let key = String(trimming: part[..<equals].utf8).lowercased()
            let value = unquoted(String(trimming: part[part.index(after: equals)...].utf8))
            if key == "q" {
                guard let read = Self.weight(value) else { return nil }
                weight = read
            } else {
                parameters[key] = value
            }
        }
        return Item(name: Substring(name.lowercased()), parameters: parameters, weight: weight)
    }

    /// A weight from 0 to 1 with up to three decimals, in thousandths.
    private static func weight(_ text: String) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let decimals = parts.count > 1 ? parts[1] : ""
        guard ["0", "1"].contains(parts[0]), decimals.utf8.count <= 3,
            let weight = Int("\(parts[0])\(decimals)" + String(repeating: "0", count: 3 - decimals.utf8.count))
        else { return nil }
        return weight <= 1000 ? weight : nil
    }

    /// The parts between separators outside quotes.
    private static func split(_ text: some StringProtocol, at separator: Character) -> [Substring] {
        var parts: [Substring] = []
        let text = Substring(text)
        var start = text.startIndex
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            let character = text[index]
            if isEscaped {
                isEscaped = false
            } else if isQuoted, character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == separator, !isQuoted {
                parts.append(text[start..<index])
                start = text.index(after: index)
            }
        }
        parts.append(text[start...])
        return parts
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return text }
        var value = ""
        var isEscaped = false
        for character in text.dropFirst().dropLast() {
            if !isEscaped, character == "\\" {
                isEscaped = true
            } else {
                value.append(character)
                isEscaped = false
            }
        }
        return value
    }
}
#endif
