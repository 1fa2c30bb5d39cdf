#if Exporters
import Foundation
import PowerSensorsPush
import PowerSensorsTestSupport
import Testing

struct LokiFieldTests {
    @Test(arguments: [
        ("plain", "a=plain"), ("", #"a="""#), ("two words", #"a="two words""#), (#"say "hi""#, #"a="say \"hi\"""#),
        ("x=y", #"a="x=y""#), ("line\nend\t", #"a="line\nend\t""#), ("\u{1B}[31m", #"a="\u001b[31m""#),
        (#"back\slash"#, #"a="back\\slash""#), ("broken \u{FFFD}", #"a="broken ?""#), ("größe", "a=größe"),
    ])
    func `logfmt is escaped as LogQL expects`(value: String, line: String) {
        #expect([LokiField("a", value)].logfmt == line)
    }

    @Test(arguments: 0..<50)
    func `a line has the same fields whatever their values contain`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let scalars: [Unicode.Scalar] = ["a", "=", "\"", "\\", " ", "\n", "\u{0}", "\u{7F}", "é", "🔌", "\u{202E}", "{"]
        let values = (0..<8).map { _ in
            String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0...12, using: &generator)).compactMap { _ in
                        scalars.randomElement(using: &generator)
                    }))
        }
        let line = values.enumerated().map { LokiField("k\($0.offset)", $0.element) }.logfmt
        #expect(!line.contains("\n"))
        #expect(try parsed(line).map(\.value) == values)
    }

    /// An independent logfmt parser: values are bare words up to a space, or JSON strings.
    private func parsed(_ line: String) throws -> [(key: String, value: String)] {
        var rest = line.unicodeScalars[...]
        var fields: [(String, String)] = []
        while !rest.isEmpty {
            let key = rest.prefix { $0 != "=" }
            rest = rest.dropFirst(key.count + 1)
            if rest.first == "\"" {
                var end = rest.index(after: rest.startIndex)
                while rest[end] != "\"" { end = rest.index(end, offsetBy: rest[end] == "\\" ? 2 : 1) }
                let quoted = String(String.UnicodeScalarView(rest[...end]))
                fields.append((String(key), try JSONDecoder().decode(String.self, from: Data(quoted.utf8))))
                rest = rest[rest.index(after: end)...]
            } else {
                let value = rest.prefix { $0 != " " }
                fields.append((String(key), String(value)))
                rest = rest.dropFirst(value.count)
            }
            rest = rest.dropFirst()
        }
        return fields
    }
}
#endif
