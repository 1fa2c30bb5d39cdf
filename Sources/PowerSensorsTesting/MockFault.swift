/// A fault of a file: of the file itself, or of the reads that a driver answers.
public struct MockFault: Hashable, Sendable, CustomStringConvertible {
    enum Form: Hashable, Sendable {
        case missing, forbidden, directory, danglingLink
        case text([UInt8])
        case withoutNewline
        case padded(width: Int)
        case negative
        /// One of `every` reads fails with the error, or else returns at most `length` bytes after the delay.
        case reads(errno: Int32 = 0, length: Int = .max, delay: Duration = .zero, every: Int = 1)
        case gone
    }

    let form: Form

    /// A short description, for the names of tests.
    public let description: String

    /// The file is missing. Open descriptors keep showing the last text.
    public static let missing = MockFault(form: .missing, description: "missing")

    /// Only the superuser may open the file.
    public static let forbidden = MockFault(form: .forbidden, description: "forbidden")

    /// A folder is in the file's place; reading it fails with EISDIR.
    public static let directory = MockFault(form: .directory, description: "a folder in its place")

    /// A dangling link is in the file's place.
    public static let danglingLink = MockFault(form: .danglingLink, description: "a dangling link in its place")

    /// The file is empty, as with a publisher that truncates before it writes.
    public static let empty = MockFault(form: .text([]), description: "empty")

    /// The file's text is not a number.
    public static let garbage = MockFault.text("<not supported>\n", description: "garbage")

    /// The file's own text, which still changes, lacks its final newline.
    public static let withoutNewline = MockFault(form: .withoutNewline, description: "without a newline")

    /// The file's own text, which still changes, begins with a minus sign.
    public static let negative = MockFault(form: .negative, description: "negative")

    /// The file holds 2⁶⁴, one more than 64 bits can represent.
    public static let overflow = MockFault.text("18446744073709551616\n", description: "more than 64 bits")

    /// The file holds far more digits than fit in a page.
    public static let huge = MockFault.text(String(repeating: "7", count: 100_000), description: "a huge text")

    /// The file's own text, which still changes, is padded with spaces before its newline.
    ///
    /// - Parameter width: The number of characters before the newline.
    public static func padded(to width: Int = 20) -> MockFault {
        MockFault(form: .padded(width: width), description: "padded with spaces")
    }

    /// The file holds the given text, whatever is written to it.
    public static func text(_ text: String, description: String? = nil) -> MockFault {
        MockFault(form: .text(Array(text.utf8)), description: description ?? text.debugDescription)
    }

    /// Reads fail with an `errno`, including those of open descriptors.
    ///
    /// It only affects `pread`, not `read`, in programs that link this module: its `pread` replaces libc's. The library under
    /// test is unchanged.
    ///
    /// - Parameters:
    ///   - errno: The error, such as EIO, EINVAL or ENODATA.
    ///   - every: 1 for every read, 3 for every third.
    public static func failing(errno: Int32, every: Int = 1) -> MockFault {
        MockFault(
            form: .reads(errno: errno, every: every), description: "\(ordinal(every)) fails with errno \(errno)")
    }

    /// Reads return only the beginning of the text; works like ``failing(errno:every:)``.
    ///
    /// - Parameters:
    ///   - length: The number of bytes that they return.
    ///   - every: 1 for every read, 3 for every third.
    public static func torn(to length: Int, every: Int = 1) -> MockFault {
        MockFault(
            form: .reads(length: length, every: every), description: "\(ordinal(every)) is torn after \(length) bytes")
    }

    /// Reads are slow, as from a chip on a bus or behind a management controller; works like ``failing(errno:every:)``.
    public static func delayed(by time: Duration) -> MockFault {
        MockFault(form: .reads(delay: time), description: "each read takes \(time)")
    }

    private static func ordinal(_ every: Int) -> String { every > 1 ? "one read in \(every)" : "each read" }

    /// The device is gone: the file is missing, and open descriptors fail with ENODEV from then on, as in sysfs. A restored file
    /// is a new one.
    public static let gone = MockFault(form: .gone, description: "gone")

    /// The faults that change a file's text; the last two still contain its number.
    public static let everyText: [MockFault] = [
        .empty, .garbage, .negative, .overflow, .huge, .withoutNewline, .padded(),
    ]

    /// The faults that make the file itself unreadable.
    public static let everyLoss: [MockFault] = [.missing, .forbidden, .directory, .danglingLink]

    /// The bytes that a file shows instead of its own; nil if the fault leaves no writable file.
    func shown(insteadOf bytes: [UInt8]) -> [UInt8]? {
        let line = bytes.last == 0x0A ? Array(bytes.dropLast()) : bytes
        switch form {
        case .missing, .forbidden, .directory, .danglingLink, .gone: return nil
        case .reads: return bytes
        case .text(let text): return text
        case .withoutNewline: return line
        case .padded(let width): return line + [UInt8](repeating: 0x20, count: max(width - line.count, 0)) + [0x0A]
        case .negative: return [0x2D] + bytes
        }
    }
}
