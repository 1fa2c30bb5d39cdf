#if Exporters
#if canImport(Glibc)
import Glibc
#endif

/// Reads a whole file of a megabyte at most.
func readFile(_ path: String) throws(EndpointError) -> [UInt8] {
    func failure(_ code: Int32) -> EndpointError {
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        return EndpointError("\(path): cannot be read: \(reason). Remedy: name a file that this user may read")
    }
    // Non-blocking, so that a pipe of that name holds nobody up.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(errno) }
    defer { close(descriptor) }
    let limit = 1 << 20
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        if count < 0 {
            let code = errno
            if code == EINTR { continue }
            throw failure(code)
        }
        if count == 0 { return bytes }
        bytes.append(contentsOf: chunk.prefix(count))
        guard bytes.count <= limit else {
            throw EndpointError("\(path): has more than a megabyte, so this is no such file")
        }
    }
}

/// What tells a file from the one that took its place.
struct FileIdentity: Hashable {
    private let device, inode, size, seconds, nanoseconds: Int64

    /// The file that a path leads to now; nil where there is none.
    init?(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = Int64(truncatingIfNeeded: status.st_dev)
        inode = Int64(truncatingIfNeeded: status.st_ino)
        size = Int64(status.st_size)
        seconds = Int64(status.st_mtim.tv_sec)
        nanoseconds = Int64(status.st_mtim.tv_nsec)
    }
}
#endif
