import Glibc

/// Reads files from their beginning to their end.
package enum WholeFile {
    /// The bytes of a file that the user named, at most `limit` of them.
    package static func bytes(
        _ path: String, limit: Int = 1 << 20, flags: Int32 = 0
    ) throws(AttributeError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | flags)
        if file < 0 { throw AttributeError(path: path, errno: errno) }
        defer { close(file) }
        return try bytes(of: file, limit: limit) { AttributeError(path: path, errno: $0) }
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
