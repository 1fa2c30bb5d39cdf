import CPowerSensors
import Glibc

/// A file kept open, so that reading it again costs a single system call.
///
/// It owns its descriptor: it cannot be copied, and closes it when it goes away. If the descriptor is dead, because a
/// device was removed, the file is opened again, with a ``BackOff``. To save descriptors, the file can be opened for
/// each reading instead.
package struct KeptFile: ~Copyable {
    private let root: SystemRoot
    private let path: String
    private let isKept: Bool
    private var descriptor: CInt = -1
    private var backOff: BackOff
    /// Why the file was not open at the latest failure, with the file's path.
    package private(set) var failure: AttributeError

    /// Opens the file. If that fails, reads throw the error until a later attempt succeeds.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - root: The folder beneath which it is found, such as `/sys`.
    ///   - isKept: Whether it stays open between readings.
    ///   - longestBackOff: The longest time between two attempts to open it.
    package init(
        _ path: String, beneath root: SystemRoot, isKept: Bool = true, longestBackOff: Duration = .seconds(30)
    ) {
        self.root = root
        self.path = path
        self.isKept = isKept
        backOff = BackOff(longest: longestBackOff)
        failure = AttributeError(path: "\(root.path)/\(path)", errno: ENOENT)
        if isKept { open() }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Reads the file from its start or an offset, as much as fits into the buffer.
    ///
    /// - Returns: The number of bytes.
    package mutating func read(
        into bytes: inout MutableSpan<UInt8>, at offset: Int = 0
    ) throws(AttributeError) -> Int {
        if !isKept {
            descriptor = try root.open(path)
            defer {
                close(descriptor)
                descriptor = -1
            }
            return try readOpened(into: &bytes, at: offset)
        }
        if descriptor >= 0 {
            do throws(AttributeError) {
                return try readOpened(into: &bytes, at: offset)
            } catch {
                guard AttributeError.meansDeadDescriptor(error.errno) else { throw error }
                close(descriptor)
                descriptor = -1
                failure = error
                backOff.recordFailure()
            }
        }
        if backOff.isDue { open() }
        if descriptor < 0 { throw failure }
        return try readOpened(into: &bytes, at: offset)
    }

    /// The error that an `errno` means for this file.
    package func error(_ code: Int32) -> AttributeError { AttributeError(path: failure.path, errno: code) }

    private borrowing func readOpened(
        into bytes: inout MutableSpan<UInt8>, at offset: Int
    ) throws(AttributeError) -> Int {
        let file = descriptor
        let count = unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe bytes.baseAddress.map { unsafe cpowersensors_read_at(file, $0, bytes.count, offset) } ?? 0
        }
        if count < 0 { throw error(Int32(clamping: -count)) }
        return count
    }

    private mutating func open() {
        backOff.recordAttempt()
        do throws(AttributeError) {
            descriptor = try root.open(path)
        } catch {
            failure = error
        }
    }
}

extension AttributeError {
    /// Whether an `errno` means that the descriptor is dead, as after the removal of a device; other failures may be
    /// temporary.
    package static func meansDeadDescriptor(_ code: Int32) -> Bool {
        code == ENODEV || code == ENXIO || code == EBADF || code == ESTALE
    }
}
