import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// A file that the user named.
enum WholeFile {
    /// The file's bytes, at most `limit` of them.
    static func bytes(_ path: String, limit: Int = 1 << 20) throws(AttributeError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 { throw AttributeError(path: path, errno: errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        while bytes.count < limit {
            var failed: Int32 = 0
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: min(65536, limit - bytes.count)) { buffer, count in
                let read = unsafe Glibc.read(file, buffer.baseAddress, buffer.count)
                failed = read < 0 ? errno : 0
                count = max(read, 0)
            }
            if failed == EINTR { continue }
            if failed != 0 { throw AttributeError(path: path, errno: failed) }
            if chunk.isEmpty { break }
            bytes += chunk
        }
        return bytes
    }
}
