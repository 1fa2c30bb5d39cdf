import Glibc
import PowerSensors

/// A file that could not be written.
public struct OutputFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    public let path: String

    /// The error number that the kernel returned.
    public let errno: Int32

    /// Whether it was a pipe whose reading end is closed.
    public var isClosedPipe: Bool { errno == EPIPE }

    /// The file, the kernel's error message, and what to check.
    public var description: String {
        "\(path): \(systemMessage(errno: errno)). Check that its folder exists and that this user may write to it."
    }
}

/// A file open for writing, closed on deinitialization. New files are readable by their group and closed to others.
package struct OutputFile: ~Copyable {
    private static let permissions: mode_t = 0o640

    private let path: String
    private let descriptor: CInt

    /// Opens a file for appending, creating it if necessary.
    init(appendingTo path: String) throws(OutputFileError) {
        // Without O_NONBLOCK, opening a pipe that has no reader would block forever.
        try self.init(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK)
    }

    private init(_ path: String, _ flags: Int32) throws(OutputFileError) {
        descriptor = unsafe open(path, flags | O_CLOEXEC, Self.permissions)
        self.path = path
        if descriptor < 0 { throw OutputFileError(path: path, errno: errno) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The size in bytes; nil for anything but a regular file, such as a pipe.
    var size: Int64? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    /// Writes everything.
    func write(_ bytes: [UInt8]) throws(OutputFileError) { try Self.write(bytes, to: descriptor, path) }

    /// Writes everything to standard output.
    static func writeToStandardOutput(_ bytes: [UInt8]) throws(OutputFileError) {
        try write(bytes, to: STDOUT_FILENO, "standard output")
    }

    private static func write(_ bytes: [UInt8], to descriptor: CInt, _ path: String) throws(OutputFileError) {
        try writeAll(bytes, to: descriptor) { code throws(OutputFileError) in
            if code != EINTR { throw OutputFileError(path: path, errno: code) }
        }
    }

    /// Creates or replaces a file atomically: a reader sees either the old contents or the new ones.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(OutputFileError) {
        // In the same folder, because a rename cannot cross file systems; with the process ID, because another process may
        // write the same file.
        let temporary = "\(path).\(getpid()).tmp"
        do throws(OutputFileError) {
            let file = try OutputFile(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
            try file.write(bytes)
            if unsafe rename(temporary, path) != 0 { throw OutputFileError(path: path, errno: errno) }
        } catch {
            unsafe unlink(temporary)
            throw error
        }
    }
}

/// Writes all bytes to a descriptor.
///
/// - Parameter recover: Called with the `errno` of each failure; the write is tried again unless it throws.
package func writeAll<Failure: Error>(
    _ bytes: [UInt8], to descriptor: CInt, recover: (Int32) throws(Failure) -> Void
) throws(Failure) {
    var written = 0
    while written < bytes.count {
        let count = unsafe bytes.withUnsafeBytes { bytes in
            unsafe Glibc.write(descriptor, bytes.baseAddress.map { unsafe $0 + written }, bytes.count - written)
        }
        if count < 0 { try recover(errno) } else { written += count }
    }
}
