import Glibc
import PowerSensors

/// A file with a number of watts.
struct MeterFile {
    private let path: String

    init(_ path: String) { self.path = path }

    /// What it shows now, or why it shows nothing.
    ///
    /// It is opened each time, since the program that writes it may put a new file in its place. That costs several times
    /// as much as a `pread` of an open file, but only once a second and off the fast path.
    var reading: Reading {
        // A pipe in its place must not block the read.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .missing(ReadingStatus(errno: errno)) }
        defer { close(descriptor) }
        return unsafe withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { buffer in
            let count = unsafe pread(descriptor, buffer.baseAddress, buffer.count, 0)
            guard count >= 0 else { return .missing(ReadingStatus(errno: errno)) }
            return unsafe Self.reading(of: buffer.prefix(count))
        }
    }

    /// What the file shows now, without its number.
    var status: ReadingStatus { reading.status }

    /// A line of watts; anything else is no number, and never 0 W. Without its newline it may be the beginning of a longer
    /// one: 20 of 200.5.
    private static func reading(of bytes: Slice<UnsafeMutableRawBufferPointer>) -> Reading {
        guard let end = unsafe bytes.firstIndex(of: UInt8(ascii: "\n")),
            let watts = unsafe Double(String(decoding: bytes[..<end], as: UTF8.self)), watts.isFinite
        else { return .missing(.io(errno: EBADMSG)) }
        return watts >= 0 ? .value(watts) : .missing(.implausible)
    }
}
