import PowerSensorsCommand
import PowerSensorsTestSupport
import Testing

struct PhaseScannerTests {
    /// The names that a scanner finds in pieces of a stream, and at its end.
    private static func names(_ pieces: [[UInt8]], _ pattern: String?) throws -> [String] {
        var scanner = PhaseScanner(try pattern.map { try LinePattern($0) })
        var names: [String] = []
        for piece in pieces { scanner.scan(piece[...]) { names.append($0) } }
        scanner.finish { names.append($0) }
        return names
    }

    /// What the scanner should find, told line by line.
    private static func model(_ bytes: [UInt8]) -> [String] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { $0.prefix(PhaseScanner.longestLine) }.compactMap { line in
            guard let start = line.indices.first(where: { line[$0...].starts(with: Array("step ".utf8)) }) else {
                return nil
            }
            let digits = line[(start + 5)...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            return String(decoding: digits, as: UTF8.self)
        }
    }

    @Test func `a stream has the same phases in whatever pieces it comes`() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            // Garbage, with zero bytes and bytes that are no UTF-8, and now and then a line that matches.
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<20, using: &generator) {
                let size = Int.random(in: 0..<200, using: &generator)
                bytes += (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
                if Bool.random(using: &generator) {
                    bytes += Array("step \(Int.random(in: 0..<99, using: &generator))".utf8)
                }
                if Bool.random(using: &generator) { bytes.append(UInt8(ascii: "\n")) }
            }
            var (pieces, rest): ([[UInt8]], ArraySlice<UInt8>) = ([], bytes[...])
            while !rest.isEmpty {
                let size = Int.random(in: 1..<300, using: &generator)
                pieces.append(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            #expect(try Self.names(pieces, "step ([0-9]*)") == Self.model(bytes))
        }
    }

    @Test(arguments: [
        ("== build ==\nnoise\n== test ==\n", "^== (.*) ==$", ["build", "test"]),
        ("step 1\nstep 2", "step [0-9]", ["step 1", "step 2"]),
        ("a\r\nb\r\n", "^[ab].$", ["a", "b"]),
        // Blanks do not join two lines.
        ("step\n7\nstep 7\n", "step\\s+([0-9])", ["7"]),
        ("x\n\ny\n", "z*", ["", "", ""]),
        ("one\n\n two \n", nil, ["one", "", "two"]),
        ("", "x*", []),
    ])
    func `a phase is named by the first group, or else by what matches`(
        text: String, pattern: String?, expected: [String]
    ) throws {
        #expect(try Self.names([Array(text.utf8)], pattern) == expected)
        #expect(try Self.names(text.utf8.map { [$0] }, pattern) == expected)
    }

    @Test func `a line of a megabyte is looked at in its beginning, and its name is cut between characters`() throws {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let lines = Array("start ".utf8) + long + Array("end\nnext\n".utf8)
        #expect(try Self.names([lines], "^start|^next|end$") == ["start", "next"])
        let pieces = stride(from: 0, to: lines.count, by: 65536).map { Array(lines[$0..<min($0 + 65536, lines.count)]) }
        #expect(try Self.names(pieces, "^start|^next|end$") == ["start", "next"])
        let name = try #require(try Self.names([Array(String(repeating: "ä", count: 150).utf8)], nil).first)
        #expect(name == String(repeating: "ä", count: 100))
        let uneven = try #require(try Self.names([Array(("a" + String(repeating: "ä", count: 150)).utf8)], nil).first)
        #expect(uneven == "a" + String(repeating: "ä", count: 99))
    }

    @Test func `only the first kibibyte of a line is searched, and a cut is no end`() throws {
        func names(_ line: String, _ pattern: String) throws -> [String] {
            let bytes = Array((line + "\nnext\n").utf8)
            let whole = try Self.names([bytes], pattern)
            #expect(try Self.names(bytes.map { [$0] }, pattern) == whole)
            return whole
        }
        let filler = String(repeating: "a", count: 1020)
        #expect(try names(filler + "done", "done$") == ["done"])
        #expect(try names(filler + "adone", "done$").isEmpty)
        #expect(try names(filler + "donee", "done$").isEmpty)
        #expect(try names(filler + "donee", "[d]one") == ["done"])
        // This would take minutes if all of it were searched.
        #expect(try names(String(repeating: "a", count: 1 << 17), "(a*)[b]").isEmpty)
    }

    @Test(arguments: [
        ("say hello there", "(.*) there$", ["say hello"]), ("ab", "ab?", ["ab"]), ("a", "ab?", ["a"]),
        ("ac", "ab*c", ["ac"]), ("x.y", "x\\.y", ["x.y"]), ("x|", "[|]", ["|"]), ("b", "a|b", ["b"]),
        ("aab", "a{2}b", ["aab"]), ("c", "(ab)?c", ["c"]), ("a b", "a\\sb", ["a b"]), ("ünlü", "ü", ["ü"]),
        ("ab", "(a)(b)", ["a"]), ("a)", "a[)]", ["a)"]), ("say hallo there", "h[ae]llo there", ["hallo there"]),
        ("aaah", "a+h", ["aaah"]), ("tha that", "th(at)", ["at"]),
    ])
    func `what is known of every match loses none`(line: String, pattern: String, expected: [String]) throws {
        #expect(try Self.names([Array("no\n\(line)\nno".utf8)], pattern) == expected)
    }

    @Test(arguments: [("(a)[\\1]", "a1"), ("(a)[]\\1]", "a]"), ("(a)[^]\\1[:alpha:]]", "a2"), ("(a)\\\\1", "a\\1")])
    func `a backslash before a number refers back only outside of brackets, and where none is before it`(
        text: String, line: String
    ) throws {
        #expect(try Self.names([Array(line.utf8)], text) == ["a"])
        #expect(throws: LinePattern.Failure.self) { _ = try LinePattern(text + "\\1") }
    }

    @Test(arguments: ["(", "[a", "a{2", "*a("])
    func `what is no expression is refused with the system's reason`(text: String) {
        #expect { _ = try LinePattern(text) } throws: { ($0 as? LinePattern.Failure)?.reason.isEmpty == false }
    }
}
