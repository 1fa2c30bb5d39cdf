import Glibc

/// A file of sysfs, procfs or dev that could not be opened, listed or read.
public struct AttributeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path of the file, including its root.
    public let path: String

    /// The kernel's `errno`, or one that stands for malformed content (see ``ReadingStatus/io(errno:)``).
    public let errno: Int32

    /// Creates an error.
    public init(path: String, errno: Int32) {
        self.path = path
        self.errno = errno
    }

    /// The status of a reading that failed with this error.
    public var status: ReadingStatus { ReadingStatus(errno: errno) }

    /// What went wrong: the kernel's message, or the library's own for malformed content.
    package var reason: String {
        switch errno {
        case ENODATA: "It is empty, or the driver has no data"
        case EBADMSG: "It holds no number"
        case EOVERFLOW: "It holds a number of more than 64 bits"
        case EMSGSIZE: "It is longer than a page"
        default: systemMessage(errno: errno)
        }
    }

    /// The file and the reason, such as `/sys/class/x: Permission denied`.
    public var description: String { "\(path): \(reason)" }
}

extension ReadingStatus {
    /// Converts an `errno` to a status: forbidden, absent, or an I/O error.
    public init(errno: Int32) {
        switch errno {
        case EACCES, EPERM: self = .forbidden
        case ENOENT, ENOTDIR, ENODEV, ENXIO: self = .absent
        default: self = .io(errno: errno)
        }
    }
}

/// The system's message for an `errno`, such as `Permission denied`.
package func systemMessage(errno code: Int32) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
        guard let start = buffer.baseAddress, unsafe strerror_r(code, start, buffer.count) == 0 else {
            return "error \(code)"
        }
        return unsafe String(cString: start)
    }
}
