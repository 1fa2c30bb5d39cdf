import Glibc
import PowerSensors

/// A regular expression that is searched for in lines, as by `grep -E` without a locale: its characters are bytes.
@safe package final class LinePattern {
    /// Why a text is no regular expression, in the system's words.
    package struct Failure: Error {
        package let reason: String
    }

    private let expression = UnsafeMutablePointer<regex_t>.allocate(capacity: 1)

    package init(_ text: String) throws(Failure) {
        unsafe expression.initialize(to: regex_t())
        // Some of them take glibc longer than anyone can wait, even for a short line.
        if let number = Self.backReference(in: text) {
            throw Failure(reason: "\\\(number) refers back to a group, which is not allowed here")
        }
        // A match ends with its line then, unless it asks for blanks.
        let code = unsafe regcomp(expression, text, REG_EXTENDED | REG_NEWLINE)
        if code == 0 { return }
        var reason = [CChar](repeating: 0, count: 256)
        unsafe regerror(code, expression, &reason, reason.count)
        throw Failure(reason: String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// The first number of a group that an expression refers back to; nil for none. In brackets a backslash is one.
    private static func backReference(in text: String) -> Character? {
        var rest = text[...]
        while let character = rest.popFirst() {
            if character == "\\", let next = rest.popFirst(), ("1"..."9").contains(next) { return next }
            if character == "[" { skipBrackets(&rest) }
        }
        return nil
    }

    /// Skips what is between brackets, where a bracket may come first, or in `[:alpha:]` and the like.
    private static func skipBrackets(_ rest: inout Substring) {
        if rest.first == "^" { rest.removeFirst() }
        if rest.first == "]" { rest.removeFirst() }
        while let character = rest.popFirst(), character != "]" {
            guard character == "[", let kind = rest.first, [":", ".", "="].contains(kind),
                let end = rest.dropFirst().firstRange(of: "\(kind)]")
            else { continue }
            rest = rest[end.upperBound...]
        }
    }

    deinit {
        unsafe regfree(expression)
        unsafe expression.deallocate()
    }

    /// Calls a function with what each line that matches says: the first group if there is one, or else all of the match.
    ///
    /// - Parameter lines: Lines with line ends between them.
    func forEachMatch(in lines: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>) -> Void) {
        let newline = UInt8(ascii: "\n")
        var rest = lines
        // An expression is searched for in all lines at once, since hardly any matches.
        while let place = match(rest, groups: 1)?.first {
            let first = rest[..<place.lowerBound].lastIndex(of: newline).map { $0 + 1 } ?? rest.startIndex
            let end = rest[place.lowerBound...].firstIndex(of: newline)
            let line = rest[first..<(end ?? rest.endIndex)]
            if let parts = match(line, groups: 2), let whole = parts.first {
                body(line[parts.count > 1 ? parts[1] : whole])
            }
            guard let end else { return }
            rest = rest[(end + 1)...]
        }
    }

    /// The first match and its groups, as far as these are part of it; nil for none.
    private func match(_ text: ArraySlice<UInt8>, groups: Int) -> [Range<Int>]? {
        var places = [regmatch_t](repeating: regmatch_t(), count: groups)
        places[0].rm_eo = regoff_t(text.count)
        let code = unsafe text.withUnsafeBytes { bytes -> Int32 in
            guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return 1 }
            return unsafe regexec(expression, start, groups, &places, REG_STARTEND)
        }
        if code != 0 { return nil }
        return places.prefix { $0.rm_so >= 0 }.map { text.startIndex + Int($0.rm_so)..<text.startIndex + Int($0.rm_eo) }
    }
}
