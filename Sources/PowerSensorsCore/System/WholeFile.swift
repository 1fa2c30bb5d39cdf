import Glibc

/// Why a file that the user named cannot be used.
package enum NamedFileFault: Error {
    /// It cannot be opened or read.
    case unreadable(AttributeError)
    /// It is a pipe, a device or a folder.
    case notAFile
    /// It has more bytes than it may have.
    case tooLarge(limit: Int)
}

/// Reads files from their beginning to their end.
package enum WholeFile {
    /// The bytes of a file, at most `limit` of them.
    package static func bytes(_ path: String, limit: Int = 1 << 20) throws(AttributeError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 { throw AttributeError(path: path, errno: errno) }
        defer { close(file) }
        return try bytes(of: file, limit: limit) { AttributeError(path: path, errno: $0) }
    }

    /// All bytes of a file that the user named. A part of it is never returned, since what it lacks may be a password.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: How many bytes it may have.
    ///   - mayBePipe: Whether it may be a pipe or a device too, which can be read only once, and may have to be waited for.
    package static func named(
        _ path: String, limit: Int = 1 << 20, mayBePipe: Bool = false
    ) throws(NamedFileFault) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (mayBePipe ? 0 : O_NONBLOCK))
        if file < 0 { throw .unreadable(AttributeError(path: path, errno: errno)) }
        defer { close(file) }
        var status = stat()
        if unsafe fstat(file, &status) != 0 { throw .unreadable(AttributeError(path: path, errno: errno)) }
        guard mayBePipe || status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        let bytes: [UInt8]
        do throws(AttributeError) {
            bytes = try Self.bytes(of: file, limit: limit + 1) { AttributeError(path: path, errno: $0) }
        } catch {
            throw .unreadable(error)
        }
        guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        return bytes
    }

    /// The rest of an open file, at most `limit` bytes of it.
    static func bytes(
        of file: CInt, limit: Int, failure: (Int32) -> AttributeError
    ) throws(AttributeError) -> [UInt8] {
        var bytes: [UInt8] = []
        var isAtEnd = false
        while !isAtEnd, bytes.count < limit {
            let size = min(65536, limit - bytes.count)
            var failed: Int32 = 0
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                while count < size, failed == 0, !isAtEnd {
                    let read = unsafe Glibc.read(file, buffer.baseAddress?.advanced(by: count), size - count)
                    if read < 0, errno != EINTR { failed = errno }
                    isAtEnd = read == 0
                    count += max(read, 0)
                }
            }
            if failed != 0 { throw failure(failed) }
            // A small file is copied, so that it does not keep the whole buffer.
            bytes += chunk
        }
        return bytes
    }
}

extension [UInt8] {
    /// The bytes of a text in UTF-8 without the mark that some editors write before it.
    package var withoutByteOrderMark: ArraySlice<UInt8> {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        return starts(with: mark) ? dropFirst(mark.count) : self[...]
    }
}
