#if canImport(Glibc)
import Glibc
#endif

/// A file of sysfs, procfs or dev that could not be opened, listed or read.
public struct AttributeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, with the root it lies beneath.
    public let path: String

    /// What the kernel answered.
    public let errno: Int32

    /// Describes a failure.
    public init(path: String, errno: Int32) {
        self.path = path
        self.errno = errno
    }

    /// What the failure means for a reading.
    public var status: ReadingStatus { ReadingStatus(errno: errno) }

    /// The file and the kernel's words, such as `/sys/class/x: Permission denied`.
    public var description: String { "\(path): \(systemMessage(errno: errno))" }
}

extension ReadingStatus {
    /// What an `errno` means for a reading: forbidden, absent, or a failure of input and output.
    public init(errno: Int32) {
        switch errno {
        case EACCES, EPERM: self = .forbidden
        case ENOENT, ENOTDIR, ENODEV, ENXIO: self = .absent
        default: self = .io(errno: errno)
        }
    }
}

/// The kernel's words for an `errno`, such as `Permission denied`.
package func systemMessage(errno code: Int32) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
        guard let start = buffer.baseAddress, unsafe strerror_r(code, start, buffer.count) == 0 else {
            return "error \(code)"
        }
        return unsafe String(cString: start)
    }
}
