#if Exporters
import PowerSensors

/// Reads a whole file of at most a megabyte. A pipe is refused, since a certificate is read again when it changes.
func readFile(_ path: String) throws(EndpointError) -> [UInt8] {
    do throws(NamedFileFault) {
        return try WholeFile.named(path)
    } catch {
        switch error {
        case .unreadable(let error):
            let reason = systemMessage(errno: error.errno)
            let remedy = Finding.remedy(ofErrno: error.errno) ?? "name a file that this user may read"
            throw EndpointError("\(path) cannot be read: \(reason). Remedy: \(remedy)")
        case .notAFile, .endless:
            throw EndpointError("\(path) is not a file. Remedy: name a file, and no pipe or folder")
        case .tooLarge(let limit):
            throw EndpointError("\(path) is larger than \(limit >> 20) MiB. Remedy: name the right file")
        }
    }
}
#endif
