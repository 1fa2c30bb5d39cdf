import Glibc

/// Why a file that the user named cannot be used.
package enum NamedFileFault: Error {
    /// It cannot be opened or read.
    case unreadable(AttributeError)
    /// It is a pipe, a device or a folder.
    case notAFile
    /// It has more bytes than it may have.
    case tooLarge(limit: Int)
    /// It is a pipe or a device, whose end has not come in time.
    case endless
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
    ///   - patience: How long to wait for the end of a pipe or a device.
    package static func named(
        _ path: String, limit: Int = 1 << 20, mayBePipe: Bool = false, patience: Duration = .seconds(10)
    ) throws(NamedFileFault) -> [UInt8] {
        // Without O_NONBLOCK this would wait for somebody who writes to the pipe.
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        if file < 0 { throw .unreadable(AttributeError(path: path, errno: errno)) }
        defer { close(file) }
        var status = stat()
        if unsafe fstat(file, &status) != 0 { throw .unreadable(AttributeError(path: path, errno: errno)) }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG || (mayBePipe && [S_IFIFO, S_IFCHR].contains(kind)) else { throw .notAFile }
        let end = SampleInstant.monotonicNow + patience.wholeNanoseconds
        let bytes: [UInt8]?
        do throws(AttributeError) {
            bytes = try Self.bytes(ofPipe: file, limit: limit + 1, until: end) { AttributeError(path: path, errno: $0) }
        } catch {
            throw .unreadable(error)
        }
        guard let bytes else { throw .endless }
        guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        return bytes
    }

    /// What an open file gives until its end, at most `limit` bytes of it; nil if that takes longer than until a moment.
    ///
    /// There are files of a kernel, such as `/proc/kmsg`, that have no end either.
    private static func bytes(
        ofPipe file: CInt, limit: Int, until end: Int64, failure: (Int32) -> AttributeError
    ) throws(AttributeError) -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(65536, limit))
        // A pipe that nobody has opened yet for writing reads as if it had ended, so it is waited for at first.
        var isAwaited = true
        while bytes.count < limit {
            if isAwaited {
                let left = end - SampleInstant.monotonicNow
                if left <= 0 { return nil }
                var readable = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
                let ready = unsafe poll(&readable, 1, Int32(clamping: left / 1_000_000 + 1))
                if ready < 0, errno != EINTR { throw failure(errno) }
                if ready <= 0 { continue }
            }
            let size = min(chunk.count, limit - bytes.count)
            let count = unsafe read(file, &chunk, size)
            if count == 0 { return bytes }
            if count < 0, errno != EAGAIN, errno != EINTR { throw failure(errno) }
            bytes += chunk.prefix(max(count, 0))
            isAwaited = count < 0
        }
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
