import CPowerSensors
import Glibc
import PowerSensorsTestSupport
import Testing

/// The shim's reader, on real files: each kind of text has a status of its own.
struct AttributeReadTests {
    struct Attribute: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let status: Int32
        var value: UInt64 = 0
    }

    struct SignedAttribute: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let status: Int32
        var value: Int64 = 0
    }

    @Test(arguments: [
        SignedAttribute(testDescription: "positive", text: "12229\n", status: 0, value: 12229),
        SignedAttribute(testDescription: "negative", text: "-40000\n", status: 0, value: -40000),
        SignedAttribute(testDescription: "blanks before the minus", text: "  -7 \n", status: 0, value: -7),
        SignedAttribute(testDescription: "leading zeros", text: "0000\n", status: 0),
        SignedAttribute(testDescription: "minus nothing", text: "-0\n", status: 0),
        SignedAttribute(testDescription: "the least", text: "-9223372036854775808\n", status: 0, value: .min),
        SignedAttribute(testDescription: "the greatest", text: "9223372036854775807", status: 0, value: .max),
        SignedAttribute(
            testDescription: "below the least", text: "-9223372036854775809\n", status: Int32(CPOWERSENSORS_OVERFLOW)),
        SignedAttribute(
            testDescription: "above the greatest", text: "9223372036854775808\n", status: Int32(CPOWERSENSORS_OVERFLOW)),
        SignedAttribute(testDescription: "a minus alone", text: "-\n", status: Int32(CPOWERSENSORS_MALFORMED)),
        SignedAttribute(testDescription: "a minus apart", text: "- 5\n", status: Int32(CPOWERSENSORS_MALFORMED)),
        SignedAttribute(testDescription: "two minuses", text: "--5\n", status: Int32(CPOWERSENSORS_MALFORMED)),
        SignedAttribute(testDescription: "a percentage", text: "95.0%\n", status: Int32(CPOWERSENSORS_MALFORMED)),
        SignedAttribute(testDescription: "nothing", text: "", status: Int32(CPOWERSENSORS_EMPTY)),
    ])
    func `a number that is not a counter's may be negative`(attribute: SignedAttribute) throws {
        let descriptor = try temporaryFile(attribute.text)
        defer { close(descriptor) }
        var value: Int64 = 0
        let status = unsafe cpowersensors_read_i64(descriptor, &value)
        #expect(status == attribute.status)
        #expect(value == attribute.value)
    }

    @Test(arguments: [
        Attribute(testDescription: "with newline", text: "262143328850\n", status: 0, value: 262_143_328_850),
        Attribute(testDescription: "without newline", text: "262143328850", status: 0, value: 262_143_328_850),
        Attribute(testDescription: "one digit", text: "7", status: 0, value: 7),
        Attribute(testDescription: "zero", text: "0\n", status: 0),
        Attribute(testDescription: "padded on both sides", text: "  \t42    \n\n", status: 0, value: 42),
        Attribute(
            testDescription: "leading zeros",
            text: String(repeating: "0", count: 300) + "5\n",
            status: 0,
            value: 5
        ),
        Attribute(testDescription: "the greatest", text: "18446744073709551615\n", status: 0, value: .max),
        Attribute(
            testDescription: "one too many",
            text: "18446744073709551616\n",
            status: Int32(CPOWERSENSORS_OVERFLOW)
        ),
        Attribute(
            testDescription: "far too many",
            text: String(repeating: "9", count: 4000),
            status: Int32(CPOWERSENSORS_OVERFLOW)
        ),
        Attribute(testDescription: "empty", text: "", status: Int32(CPOWERSENSORS_EMPTY)),
        Attribute(testDescription: "only white space", text: " \n\n", status: Int32(CPOWERSENSORS_EMPTY)),
        Attribute(testDescription: "garbage", text: "garbage\n", status: Int32(CPOWERSENSORS_MALFORMED)),
        Attribute(testDescription: "a sign", text: "-5\n", status: Int32(CPOWERSENSORS_MALFORMED)),
        Attribute(testDescription: "a fraction", text: "1.5\n", status: Int32(CPOWERSENSORS_MALFORMED)),
        Attribute(testDescription: "two numbers", text: "1 2\n", status: Int32(CPOWERSENSORS_MALFORMED)),
        Attribute(testDescription: "hexadecimal", text: "0x10\n", status: Int32(CPOWERSENSORS_MALFORMED)),
        Attribute(testDescription: "a nul byte", text: "12\0", status: Int32(CPOWERSENSORS_MALFORMED)),
        Attribute(
            testDescription: "a page and more",
            text: String(repeating: "0", count: 5000),
            status: Int32(CPOWERSENSORS_TOO_LONG)
        ),
    ])
    func `each text has its own status`(attribute: Attribute) throws {
        let descriptor = try temporaryFile(attribute.text)
        defer { close(descriptor) }
        // Twice, since a descriptor that stays open must be read from its start each time.
        for _ in 0..<2 {
            let (status, value) = read(descriptor)
            #expect(status == attribute.status)
            #expect(value == attribute.value, "a failure leaves the value alone")
        }
    }

    @Test func `the kernel's errno is returned unchanged`() {
        #expect(read(-1) == (EBADF, 0))
        let folder = unsafe open("/", O_RDONLY | O_DIRECTORY)
        defer { close(folder) }
        #expect(read(folder) == (EISDIR, 0))
    }

    @Test func `random bytes are parsed as by a simple parser`() {
        var generator = SeededGenerator(seed: 23)
        let alphabet = Array("0123456789 \n\t-x.".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            let (status, value) = parse(bytes)
            let text = String(decoding: bytes, as: UTF8.self).trimmed
            switch status {
            case 0: #expect(UInt64(text) == value)
            case Int32(CPOWERSENSORS_EMPTY): #expect(text.isEmpty)
            // Swift parses "-0" as an unsigned number.
            default: #expect((UInt64(text) == nil || text.hasPrefix("-")) && !text.isEmpty)
            }
        }
    }

    @Test func `the fast parser agrees with the simple one for all lengths and next bytes`() {
        var generator = SeededGenerator(seed: 41)
        for digits in 0...21 {
            for byte in UInt8.min...UInt8.max {
                var bytes = (0..<digits).map { _ in UInt8.random(in: 0x30...0x39, using: &generator) }
                #expect(parseLine(bytes + [0x0a]) == parse(bytes + [0x0a]))
                bytes.append(byte)
                #expect(parseLine(bytes) == parse(bytes), "\(bytes)")
                bytes.insert(byte, at: Int.random(in: 0...digits, using: &generator))
                #expect(parseLine(bytes) == parse(bytes), "\(bytes)")
            }
        }
    }

    private func read(_ descriptor: CInt) -> (status: Int32, value: UInt64) {
        var value: UInt64 = 0
        let status = unsafe cpowersensors_read_u64(descriptor, &value)
        return (status, value)
    }

    private func parse(_ bytes: [UInt8]) -> (status: Int32, value: UInt64) {
        var value: UInt64 = 0
        let characters = bytes.map { CChar(bitPattern: $0) } + [0]
        let status = unsafe cpowersensors_parse_u64(characters, bytes.count, &value)
        return (status, value)
    }

    private func parseLine(_ bytes: [UInt8]) -> (status: Int32, value: UInt64) {
        var value: UInt64 = 0
        // Digits behind the text must not be parsed as part of the number.
        let characters = (bytes + Array(repeating: 0x39, count: 16)).map { CChar(bitPattern: $0) }
        let status = unsafe cpowersensors_parse_line(characters, bytes.count, &value)
        return (status, value)
    }

    private func temporaryFile(_ text: String) throws -> CInt {
        var template = Array("/tmp/powersensors-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&template)
        try #require(descriptor >= 0)
        unsafe unlink(template)
        let bytes = Array(text.utf8)
        try #require(unsafe write(descriptor, bytes, bytes.count) == bytes.count)
        return descriptor
    }
}

extension String {
    fileprivate var trimmed: String {
        let isSpace = { (character: Character) in character == " " || character == "\n" || character == "\t" }
        return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
