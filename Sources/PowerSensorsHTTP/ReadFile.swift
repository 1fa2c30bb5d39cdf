#if Exporters
import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// Reads a whole file of at most a megabyte.
func readFile(_ path: String) throws(EndpointError) -> [UInt8] {
    let limit = 1 << 20
    let bytes: [UInt8]
    do throws(AttributeError) {
        // Non-blocking, in case the path is a pipe.
        bytes = try WholeFile.bytes(path, limit: limit + 1, flags: O_NONBLOCK)
    } catch {
        let reason = systemMessage(errno: error.errno)
        throw EndpointError("\(path) cannot be read: \(reason). Remedy: name a file that this user may read")
    }
    guard bytes.count <= limit else {
        throw EndpointError("\(path) is larger than a megabyte. Remedy: name the right file")
    }
    return bytes
}

/// The identity of a file's content: it changes when the file is written, or replaced by another of the same name.
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
