import Glibc
import PowerSensors

/// A regular expression that is searched for in lines, as by `grep -E` without a locale: its characters are bytes.
@safe package final class LinePattern {
    /// Why a text is no regular expression, in the system's words.
    package struct Failure: Error {
        package let reason: String
    }

    private let expression = UnsafeMutablePointer<regex_t>.allocate(capacity: 1)
    /// What every match contains, so that lines without it need no search; empty if nothing is known.
    private let literal: [UInt8]

    package init(_ text: String) throws(Failure) {
        literal = LinePattern.literal(in: text)
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
    /// - Parameters:
    ///   - lines: Lines with line ends between them.
    ///   - longest: How much of a line is searched: glibc needs a time that grows with its square.
    func forEachMatch(in lines: ArraySlice<UInt8>, longest: Int, _ body: (ArraySlice<UInt8>) -> Void) {
        let newline = UInt8(ascii: "\n")
        var rest = lines
        while let place = possibleMatch(in: rest) {
            let first = rest[..<place].lastIndex(of: newline).map { $0 + 1 } ?? rest.startIndex
            let end = rest[place...].firstIndex(of: newline)
            let line = rest[first..<(end ?? rest.endIndex)]
            let seen = line.prefix(longest)
            if let parts = match(seen, isCut: seen.count < line.count), let whole = parts.first {
                body(seen[parts.count > 1 ? parts[1] : whole])
            }
            guard let end else { return }
            rest = rest[(end + 1)...]
        }
    }

    /// A place in the first line that may match; nil if none may.
    private func possibleMatch(in text: ArraySlice<UInt8>) -> Int? {
        guard let first = literal.first else { return text.startIndex }
        let size = text.count
        return unsafe text.withUnsafeBytes { bytes -> Int? in
            guard let start = bytes.baseAddress else { return nil }
            var place = 0
            while size - place >= literal.count,
                let found = unsafe memchr(start + place, Int32(first), size - place - literal.count + 1)
            {
                place = unsafe UnsafeRawPointer(found) - start
                if unsafe memcmp(found, literal, literal.count) == 0 { return text.startIndex + place }
                place += 1
            }
            return nil
        }
    }

    /// The first match and its first group, as far as that is part of it; nil for none.
    ///
    /// - Parameter isCut: Whether the line goes on behind the text.
    private func match(_ text: ArraySlice<UInt8>, isCut: Bool) -> [Range<Int>]? {
        var places = [regmatch_t](repeating: regmatch_t(), count: 2)
        places[0].rm_eo = regoff_t(text.count)
        let flags = REG_STARTEND | (isCut ? REG_NOTEOL : 0)
        let code = unsafe text.withUnsafeBytes { bytes -> Int32 in
            // An empty line may have no address.
            guard let start = bytes.baseAddress else { return unsafe regexec(expression, "", 2, &places, flags) }
            return unsafe regexec(expression, start.assumingMemoryBound(to: CChar.self), 2, &places, flags)
        }
        if code != 0 { return nil }
        return places.prefix { $0.rm_so >= 0 }.map { text.startIndex + Int($0.rm_so)..<text.startIndex + Int($0.rm_eo) }
    }
}

// MARK: - What every match contains

extension LinePattern {
    /// The longest run of plain characters outside of groups that every match contains; empty where that is not seen at once.
    fileprivate static func literal(in text: String) -> [UInt8] {
        // Alternatives and counts would need more of a parser; other characters are several bytes.
        if !text.utf8.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "|") && $0 != UInt8(ascii: "{") }) { return [] }
        var (run, longest, depth) = ("", "", 0)
        func endRun() {
            if run.count > longest.count { longest = run }
            run = ""
        }
        var rest = text[...]
        while let character = rest.popFirst() {
            switch character {
            case "*", "?", "+":
                _ = run.popLast()
                endRun()
            case ".", "^", "$": endRun()
            case "[":
                endRun()
                skipBrackets(&rest)
            case "(":
                endRun()
                depth += 1
            case ")":
                run = ""
                depth -= 1
                if depth < 0 { return [] }
            case "\\":
                // Before a letter or a number it has a meaning of its own, as in \s or \<.
                guard let next = rest.popFirst(), !next.isLetter, !next.isNumber, !"<>`'".contains(next) else {
                    endRun()
                    continue
                }
                if depth == 0 { run.append(next) }
            default: if depth == 0 { run.append(character) }
            }
        }
        endRun()
        return Array(longest.utf8)
    }
}
