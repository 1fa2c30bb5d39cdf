import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// A file kept open, so that reading it again costs a single system call.
///
/// It owns its descriptor: it cannot be copied, and closes it when it goes away. A file that fails in a way that only
/// opening can mend is opened again, with a ``BackOff``.
package struct KeptFile: ~Copyable {
    private let root: SystemRoot
    private let path: String
    private var descriptor: CInt = -1
    private var backOff = BackOff()
    private var failure: AttributeError

    /// Opens the file; where it cannot be opened, readings tell why until a later try succeeds.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - root: The tree it lies in.
    ///   - opensNow: Whether to open it at once, and not with the first reading.
    package init(_ path: String, beneath root: SystemRoot, opensNow: Bool = true) {
        self.root = root
        self.path = path
        failure = AttributeError(path: "\(root.path)/\(path)", errno: ENOENT)
        if opensNow { open() }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Reads from the file's start as much as fits.
    ///
    /// - Returns: The number of bytes.
    package mutating func read(into bytes: inout MutableSpan<UInt8>) throws(AttributeError) -> Int {
        if descriptor >= 0 {
            do throws(AttributeError) {
                return try readOpened(into: &bytes)
            } catch {
                guard error.isOfDeadDescriptor else { throw error }
                close(descriptor)
                descriptor = -1
                failure = error
                backOff.noteFault()
            }
        }
        if backOff.isDue { open() }
        if descriptor < 0 { throw failure }
        return try readOpened(into: &bytes)
    }

    /// The file's error of an `errno`.
    package func error(_ code: Int32) -> AttributeError { AttributeError(path: failure.path, errno: code) }

    private borrowing func readOpened(into bytes: inout MutableSpan<UInt8>) throws(AttributeError) -> Int {
        let file = descriptor
        let count = unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe bytes.baseAddress.map { unsafe cpowersensors_read(file, $0, bytes.count) } ?? 0
        }
        if count < 0 { throw error(Int32(clamping: -count)) }
        return count
    }

    private mutating func open() {
        backOff.take()
        do throws(AttributeError) {
            descriptor = try root.open(path)
        } catch {
            failure = error
        }
    }
}

extension AttributeError {
    /// Whether the descriptor itself is dead, as of a device that is gone; every other failure may pass by itself.
    package var isOfDeadDescriptor: Bool { Self.meansDeadDescriptor(errno) }

    /// The same of an `errno` alone.
    package static func meansDeadDescriptor(_ code: Int32) -> Bool {
        code == ENODEV || code == ENXIO || code == EBADF || code == ESTALE
    }
}
