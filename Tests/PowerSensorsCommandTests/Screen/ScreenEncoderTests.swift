import PowerSensors
import PowerSensorsCommand
import PowerSensorsTesting
import Testing

/// How lines become the bytes of a terminal.
struct ScreenEncoderTests {
    private func text(_ lines: [ScreenLine], hasColour: Bool, _ characters: LocaleCharacters = .unicode) -> String {
        String(
            decoding: ScreenEncoder(hasColour: hasColour, characters: characters).bytes(lines), as: UTF8.self)
    }

    @Test func `a frame writes over the one before from the corner on, and clears nothing first`() {
        let shown = text([ScreenLine("a"), ScreenLine("b")], hasColour: true)
        #expect(shown == "\u{1B}[Ha\u{1B}[K\r\nb\u{1B}[K\u{1B}[J")
    }

    @Test func `without colour there are no colours, and what they mean is still said`() throws {
        let state = try ScreenBench().state(findings: ScreenBench.findings)
        let lines = ScreenFrame(state, rows: 60, columns: 80).lines
        #expect(text(lines, hasColour: true).contains("\u{1B}[32m"))
        let plain = text(lines, hasColour: false)
        #expect(plain.characters(behind: "\u{1B}[").allSatisfy { "HKJ".contains($0) }, "\(plain)")
        for line in lines {
            let tones = line.parts.map(\.tone)
            // Each finding begins with a mark and its severity, and continues on further lines.
            if tones == [.failure] { #expect(line.text.hasPrefix("! error")) }
            if tones == [.warning] {
                #expect(line.text.hasPrefix("! warning") || line.text.hasPrefix("  "), "\(line.text)")
            }
        }
    }

    @Test func `in a locale without Unicode all is ASCII, of the same width`() throws {
        let state = try ScreenBench().state(node: "münchen", findings: ScreenBench.findings)
        let lines = ScreenFrame(state, rows: 40, columns: 80).lines
        let shown = text(lines, hasColour: false, .ascii)
        #expect(shown.utf8.allSatisfy { $0 < 0x80 })
        #expect(shown.contains("> cpu") && shown.contains("####"))
    }
}

extension String {
    /// The first characters behind each place of a text.
    fileprivate func characters(behind separator: String) -> [Character] {
        ranges(of: separator).compactMap { $0.upperBound < endIndex ? self[$0.upperBound] : nil }
    }
}
