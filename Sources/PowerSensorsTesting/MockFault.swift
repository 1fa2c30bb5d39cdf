/// Something that is wrong with a file: what an ordinary folder can show, and what only a driver can do to reads.
///
/// A struct with static members, so that the set may grow.
public struct MockFault: Hashable, Sendable, CustomStringConvertible {
    enum Form: Hashable, Sendable {
        case missing, forbidden, directory, danglingLink
        case text([UInt8])
        case withoutNewline
        case padded(width: Int)
        case negative
        case long(size: Int)
        case failing(errno: Int32, every: Int)
        case torn(length: Int, every: Int)
        case delayed(by: Duration)
        case gone
    }

    let form: Form

    /// What the fault is, for the names of tests.
    public let description: String

    /// The file is not there. Descriptors that a reader keeps show the last text for ever.
    public static let missing = MockFault(form: .missing, description: "missing")

    /// Nobody may open the file, but the superuser, whom no permissions stop.
    public static let forbidden = MockFault(form: .forbidden, description: "forbidden")

    /// A folder is in the file's place, which gives EISDIR when read.
    public static let directory = MockFault(form: .directory, description: "a folder in its place")

    /// A link that leads nowhere is in the file's place.
    public static let danglingLink = MockFault(form: .danglingLink, description: "a dangling link in its place")

    /// The file is there and empty, as under a publisher that truncates before it writes.
    public static let empty = MockFault(form: .text([]), description: "empty")

    /// The file holds a text that is no number.
    public static let garbage = MockFault.text("<not supported>\n", description: "garbage")

    /// The file's own text lacks its last newline, and goes on changing.
    public static let withoutNewline = MockFault(form: .withoutNewline, description: "without a newline")

    /// The file's own text has a minus before it, and goes on changing.
    public static let negative = MockFault(form: .negative, description: "negative")

    /// The file holds 2⁶⁴, one more than 64 bits can say.
    public static let overflow = MockFault.text("18446744073709551616\n", description: "more than 64 bits")

    /// The file holds far more digits than a page has room for.
    public static let huge = MockFault(form: .long(size: 100_000), description: "a huge text")

    /// The file's own text is filled up with spaces before its newline, and goes on changing.
    ///
    /// - Parameter width: The number of characters before the newline.
    public static func padded(to width: Int = 20) -> MockFault {
        MockFault(form: .padded(width: width), description: "padded with spaces")
    }

    /// The file holds a text of choice, whatever is written to it.
    public static func text(_ text: String, description: String? = nil) -> MockFault {
        MockFault(form: .text(Array(text.utf8)), description: description ?? text.debugDescription)
    }

    /// Reads fail with an `errno`, also those of descriptors that are open already.
    ///
    /// It works in programs that link this module, whose own `pread` then takes the place of libc's; the library
    /// under test is the same as ever. A `read` does not fail.
    ///
    /// - Parameters:
    ///   - errno: What the kernel answers, such as EIO, EINVAL or ENODATA.
    ///   - every: 1 for each read, 3 for each third one.
    public static func failing(errno: Int32, every: Int = 1) -> MockFault {
        MockFault(
            form: .failing(errno: errno, every: every), description: "\(ordinal(every)) fails with errno \(errno)")
    }

    /// Reads see only the front of the text; it works as ``failing(errno:every:)`` does.
    ///
    /// - Parameters:
    ///   - length: How many bytes they see.
    ///   - every: 1 for each read, 3 for each third one.
    public static func torn(to length: Int, every: Int = 1) -> MockFault {
        MockFault(
            form: .torn(length: length, every: every), description: "\(ordinal(every)) is torn after \(length) bytes")
    }

    /// Reads take a time, as from a chip on a bus or behind a management controller; it works as
    /// ``failing(errno:every:)`` does.
    public static func delayed(by time: Duration) -> MockFault {
        MockFault(form: .delayed(by: time), description: "each read takes \(time)")
    }

    private static func ordinal(_ every: Int) -> String { every > 1 ? "one read in \(every)" : "each read" }

    /// The device is gone: the file is not there, and descriptors that a reader keeps answer ENODEV for ever, as
    /// sysfs does. A restored file is a new one.
    public static let gone = MockFault(form: .gone, description: "gone")

    /// The faults that change what a file says of itself; a number can still be read behind the last two.
    public static let everyText: [MockFault] = [
        .empty, .garbage, .negative, .overflow, .huge, .withoutNewline, .padded(),
    ]

    /// The faults that take the file itself away.
    public static let everyLoss: [MockFault] = [.missing, .forbidden, .directory, .danglingLink]

    /// What a file shows in place of its own bytes; nil where the fault leaves no file to write to.
    func shown(instead bytes: [UInt8]) -> [UInt8]? {
        let line = bytes.last == 0x0A ? Array(bytes.dropLast()) : bytes
        switch form {
        case .missing, .forbidden, .directory, .danglingLink, .gone: return nil
        case .failing, .torn, .delayed: return bytes
        case .text(let text): return text
        case .withoutNewline: return line
        case .padded(let width): return line + [UInt8](repeating: 0x20, count: max(width - line.count, 0)) + [0x0A]
        case .negative: return [0x2D] + bytes
        case .long(let size): return [UInt8](repeating: 0x37, count: size)
        }
    }
}
