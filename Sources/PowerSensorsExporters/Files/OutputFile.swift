import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// A file that could not be written.
public struct OutputFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    public let path: String

    /// What the kernel answered.
    public let errno: Int32

    /// Whether it was a pipe that nobody reads from any more.
    public var isClosedPipe: Bool { errno == EPIPE }

    /// The file, the kernel's words, and what to look at.
    public var description: String {
        "\(path): \(systemMessage(errno: errno)). Look whether its folder exists and this user may write there."
    }
}

/// A file to write to: its descriptor is closed when it goes away. What others may do with it is up to its group.
package struct OutputFile: ~Copyable {
    private static let permissions: mode_t = 0o640

    private let path: String
    private let descriptor: CInt
    private let isOwned: Bool

    /// Opens a file to append to; it is made where there is none.
    init(appendingTo path: String) throws(OutputFileError) {
        // A pipe that nobody reads from would hold the caller up for ever.
        try self.init(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK)
    }

    private init(_ path: String, _ flags: Int32) throws(OutputFileError) {
        descriptor = unsafe open(path, flags | O_CLOEXEC, Self.permissions)
        self.path = path
        isOwned = descriptor >= 0
        if descriptor < 0 { throw OutputFileError(path: path, errno: errno) }
    }

    private init(standard: CInt) {
        descriptor = standard
        isOwned = false
        path = "standard output"
    }

    /// Standard output, which stays open.
    static var standardOutput: OutputFile { OutputFile(standard: STDOUT_FILENO) }

    deinit {
        if isOwned { close(descriptor) }
    }

    /// How many bytes it has; nil for what is no ordinary file, such as a pipe.
    var size: Int64? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    /// Writes everything.
    func write(_ bytes: [UInt8]) throws(OutputFileError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress.map { unsafe $0 + written }, bytes.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw OutputFileError(path: path, errno: errno)
            }
        }
    }

    /// Puts a file in the place of another, or of none, so that a reader finds the old one or the new.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(OutputFileError) {
        // In the same folder, or it could not be renamed; the process' number, as another may write there too.
        let temporary = "\(path).\(getpid()).tmp"
        do throws(OutputFileError) {
            let file = try OutputFile(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
            try file.write(bytes)
        } catch {
            unsafe unlink(temporary)
            throw error
        }
        if unsafe rename(temporary, path) != 0 {
            let code = errno
            unsafe unlink(temporary)
            throw OutputFileError(path: path, errno: code)
        }
    }
}
