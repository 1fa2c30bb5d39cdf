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
        items = lines.lazy.flatMap(Self.parts).prefix(Self.maximumCount).compactMap(Self.item)
    }

    private static func item(_ parts: [[UInt8]]) -> Item? {
        let parts = parts.map { String(trimming: $0) }
        guard let name = parts.first, !name.isEmpty else { return nil }
        var parameters: [String: String] = [:]
        var weight = 1000
        for part in parts.dropFirst() where !part.isEmpty {
            guard let equals = part.firstIndex(of: "=") else { return nil }
            let key = String(trimming: part[..<equals].utf8).lowercased()
            let value = String(trimming: part[part.index(after: equals)...].utf8)
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

    /// The parts of each item of a line, without quotes and the backslashes in them. What is quoted separates nothing.
    private static func parts(_ line: String) -> [[[UInt8]]] {
        var items: [[[UInt8]]] = []
        var parts: [[UInt8]] = [[]]
        var isQuoted = false
        var isEscaped = false
        for byte in line.utf8 {
            let wasEscaped = isEscaped
            isEscaped = isQuoted && !wasEscaped && byte == UInt8(ascii: "\\")
            switch byte {
            case _ where isEscaped: break
            case UInt8(ascii: "\"") where !wasEscaped: isQuoted.toggle()
            case UInt8(ascii: ";") where !isQuoted: parts.append([])
            case UInt8(ascii: ",") where !isQuoted:
                items.append(parts)
                parts = [[]]
            default: parts[parts.count - 1].append(byte)
            }
        }
        return items + [parts]
    }
}
#endif
