/// Finds the names of phases in a stream, piece by piece. Memory is bounded, however long its lines are.
package struct PhaseScanner {
    /// How much of a line is looked at.
    package static let longestLine = 1 << 10

    /// How many bytes of a name are kept.
    package static let longestName = 200

    /// Which lines mark phases; nil if each is a name.
    private let pattern: LinePattern?
    /// The beginning of a line whose end has not come yet.
    private var beginning: [UInt8] = []
    /// Whether the rest of the line does not matter any more.
    private var isSkipping = false

    package init(_ pattern: LinePattern?) { self.pattern = pattern }

    /// Looks at the next bytes of the stream.
    package mutating func scan(_ bytes: ArraySlice<UInt8>, _ found: (String) -> Void) {
        let newline = UInt8(ascii: "\n")
        var rest = bytes
        if isSkipping || !beginning.isEmpty {
            let end = rest.firstIndex(of: newline)
            append(rest[..<(end ?? rest.endIndex)], found)
            guard let end else { return }
            finish(found)
            rest = rest[(end + 1)...]
        }
        if let last = rest.lastIndex(of: newline) {
            look(at: rest[..<last], found)
            rest = rest[(last + 1)...]
        }
        append(rest, found)
    }

    /// Ends a line, as the end of the stream does.
    package mutating func finish(_ found: (String) -> Void) {
        if !isSkipping, !beginning.isEmpty { look(at: beginning[...], found) }
        beginning.removeAll(keepingCapacity: true)
        isSkipping = false
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>, _ found: (String) -> Void) {
        if isSkipping { return }
        // One byte more tells that the line is cut.
        beginning += bytes.prefix(Self.longestLine + 1 - beginning.count)
        if beginning.count <= Self.longestLine { return }
        look(at: beginning[...], found)
        isSkipping = true
    }

    /// Looks at whole lines.
    private func look(at lines: ArraySlice<UInt8>, _ found: (String) -> Void) {
        if let pattern {
            return pattern.forEachMatch(in: lines, longest: Self.longestLine) { found(Self.name($0)) }
        }
        for line in lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            found(Self.name(line.prefix(Self.longestLine)))
        }
    }

    /// A name without the blanks around it.
    private static func name(_ bytes: ArraySlice<UInt8>) -> String {
        let blank = UInt8(ascii: " ")
        guard let first = bytes.firstIndex(where: { $0 > blank }), let last = bytes.lastIndex(where: { $0 > blank })
        else { return "" }
        var end = min(last + 1, first + longestName)
        // Not in the middle of a character of UTF-8.
        while end < bytes.endIndex, end > first, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[first..<end], as: UTF8.self)
    }
}
