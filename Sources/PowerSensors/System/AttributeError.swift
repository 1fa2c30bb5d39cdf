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

    /// What went wrong, in the kernel's words or, for a text that is no number, in ours.
    package var reason: String {
        switch errno {
        case ENODATA: "It is empty"
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
    /// What an `errno` means for a reading: forbidden, absent, or a failure of input and output.
    package init(errno: Int32) {
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
