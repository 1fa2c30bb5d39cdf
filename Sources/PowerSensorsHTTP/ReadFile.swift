#if Exporters
import Glibc
import PowerSensors

/// Reads a whole file of at most a megabyte.
func readFile(_ path: String) throws(EndpointError) -> [UInt8] {
    let limit = 1 << 20
    let bytes: [UInt8]
    do throws(AttributeError) {
        // Non-blocking, in case the path is a pipe.
        bytes = try WholeFile.bytes(path, limit: limit + 1, flags: O_NONBLOCK)
    } catch {
        let reason = systemMessage(errno: error.errno)
        let remedy = Finding.remedy(ofErrno: error.errno) ?? "name a file that this user may read"
        throw EndpointError("\(path) cannot be read: \(reason). Remedy: \(remedy)")
    }
    guard bytes.count <= limit else {
        throw EndpointError("\(path) is larger than a megabyte. Remedy: name the right file")
    }
    return bytes
}
#endif
