import PowerSensorsTestSupport

/// Creates inputs from texts that kernels write: mostly valid, with some mistakes.
struct Mutator {
    var generator: SeededGenerator

    /// Pieces that may break parsers: limits of number ranges, other alphabets, signs, separators, ill-formed UTF-8.
    private static let tokens: [[UInt8]] =
        [
            "", "0", "-", "-1", "+1", "0x", "0xffffffffffffffff", "18446744073709551615", "18446744073709551616",
            "9223372036854775807", "-9223372036854775808", "4294967295", "4294967296", "65536", "99999999999999999999",
            "1e308", "1e-400", "nan", "inf", ".", ",", ":", "=", "/", "..", "\n", "\n\n", "\t", " ", "\r", "\0", "é",
            "٣",
            "𝟘", "%s", "package-", "-die-", "config:",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x80]]

    /// One of the texts with some changes; sometimes unchanged, and sometimes random bytes.
    mutating func input(like texts: [String]) -> [UInt8] {
        guard let text = texts.randomElement(using: &generator), Int.random(in: 0..<20, using: &generator) > 0 else {
            return noise()
        }
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 0...4, using: &generator) { change(&bytes, like: texts) }
        return bytes
    }

    /// The same as a string; ill-formed UTF-8 is repaired, as the library does.
    mutating func text(like texts: [String]) -> String { String(decoding: input(like: texts), as: UTF8.self) }

    private mutating func change(_ bytes: inout [UInt8], like texts: [String]) {
        let place = Int.random(in: 0...bytes.count, using: &generator)
        let end = min(place + Int.random(in: 0...8, using: &generator), bytes.count)
        switch Int.random(in: 0..<8, using: &generator) {
        case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1 where place < bytes.count: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
        case 2: bytes.removeSubrange(place..<end)
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 4: bytes.replaceSubrange(place..<end, with: Self.tokens.randomElement(using: &generator) ?? [])
        case 5: bytes = Array(bytes[..<place])
        case 6:
            let other = Array((texts.randomElement(using: &generator) ?? "").utf8)
            bytes.replaceSubrange(
                place..<end, with: other.dropFirst(Int.random(in: 0...other.count, using: &generator)))
        default: replaceNumber(&bytes)
        }
    }

    /// Replaces the first number behind a random point with another one.
    private mutating func replaceNumber(_ bytes: inout [UInt8]) {
        let from = Int.random(in: 0...bytes.count, using: &generator)
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        guard let first = bytes[from...].firstIndex(where: isDigit) else { return }
        let end = bytes[first...].firstIndex { !isDigit($0) } ?? bytes.count
        let number = UInt64.random(in: .min ... .max, using: &generator) >> UInt64.random(in: 0..<64, using: &generator)
        bytes.replaceSubrange(first..<end, with: Array("\(number)".utf8))
    }

    private mutating func noise() -> [UInt8] {
        (0..<Int.random(in: 0...64, using: &generator)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
