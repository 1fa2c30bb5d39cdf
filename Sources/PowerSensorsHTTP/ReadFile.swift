#if Exporters
import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// Reads a whole file of at most a megabyte.
func readFile(_ path: String) throws(EndpointError) -> [UInt8] {
    func failure(_ code: Int32) -> EndpointError {
        EndpointError(
            "\(path) cannot be read: \(systemMessage(errno: code)). Remedy: name a file that this user may read")
    }
    // Non-blocking, in case the path is a pipe.
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
            throw EndpointError("\(path) is larger than a megabyte. Remedy: name the right file")
        }
    }
}

/// What changes when a file is written or replaced by another of the same name.
struct FileIdentity: Hashable {
    private let device, inode, size, seconds, nanoseconds: Int64

    /// The file that a path leads to now; nil if there is none.
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
