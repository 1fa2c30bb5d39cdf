/// The parts of URLs that may be secret: the user and password, and the query, in which some servers take a token.
package enum URLSecrets {
    /// Where they are in a text.
    ///
    /// - Parameters:
    ///   - text: The text in UTF-8.
    ///   - isTyped: Whether the text is one URL as a user typed it, perhaps wrongly. Otherwise URLs are found in it by their `://`,
    ///     and end at blanks.
    package static func ranges(in text: [UInt8], isTyped: Bool) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = text.startIndex
        while let begin = text[start...].firstRange(of: Array("://".utf8))?.upperBound {
            let end = isTyped ? text.endIndex : text[begin...].firstIndex { $0 <= 0x20 } ?? text.endIndex
            ranges += secrets(of: text[begin..<end], isTyped: isTyped)
            start = end
        }
        guard isTyped, start == text.startIndex else { return ranges }
        // Without a scheme it is no URL, but may still have a password, or a token in its query.
        if let at = text.lastIndex(of: .at), text[..<at].contains(.colon) {
            return secrets(of: text[...], isTyped: true)
        }
        guard let mark = text.firstIndex(of: UInt8(ascii: "?")), mark + 1 < text.endIndex,
            text[..<mark].contains(where: { $0 == .colon || $0 == UInt8(ascii: "/") })
        else { return [] }
        return [mark + 1..<text.endIndex]
    }

    /// The secrets of a URL, which is given from its host on.
    private static func secrets(of url: ArraySlice<UInt8>, isTyped: Bool) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var rest = url
        // In a sentence, what follows the URL is not part of it.
        let after = isTyped ? 0 : url.reversed().prefix { Array(".,:;)'\"".utf8).contains($0) }.count
        let end = url.endIndex - after
        let authority = url.prefix { !Array("/?#".utf8).contains($0) }
        // A password may contain any character, although it should not; a path may contain an at sign too.
        if isTyped || authority.contains(.at) || !hasPort(authority), let at = url.lastIndex(of: .at) {
            // The at sign may belong to the query, or to a password with such a character.
            if url[..<at].contains(where: { Array("?#".utf8).contains($0) }) { return [url.startIndex..<max(at, end)] }
            ranges.append(url.startIndex..<at)
            rest = url[at...]
        }
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            ranges.append(mark + 1..<max(mark + 1, end))
        }
        return ranges.filter { !$0.isEmpty }
    }

    /// Whether what follows a host's colon can be a port. An IPv6 address is in brackets, with colons of its own.
    private static func hasPort(_ authority: ArraySlice<UInt8>) -> Bool {
        let host = authority.lastIndex(of: UInt8(ascii: "]")).map { authority[$0...] } ?? authority
        guard let colon = host.firstIndex(of: .colon) else { return true }
        return host[(colon + 1)...].allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

extension UInt8 {
    fileprivate static let at = UInt8(ascii: "@")
    fileprivate static let colon = UInt8(ascii: ":")
}

extension String {
    /// The text with an ellipsis for each secret of the URLs in it.
    ///
    /// - Parameter isTyped: Whether the text is one URL as a user typed it, perhaps wrongly.
    package func hidingURLSecrets(isTyped: Bool = false) -> String {
        let text = Array(utf8)
        var shown = ""
        var start = text.startIndex
        for secret in URLSecrets.ranges(in: text, isTyped: isTyped) {
            shown += String(decoding: text[start..<secret.lowerBound], as: UTF8.self) + "…"
            start = secret.upperBound
        }
        return start == text.startIndex ? self : shown + String(decoding: text[start...], as: UTF8.self)
    }
}
