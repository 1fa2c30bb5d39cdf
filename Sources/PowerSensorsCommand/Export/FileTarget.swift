#if Exporters
import Glibc
import PowerSensors
import PowerSensorsExporters

/// A file that an exporter is to write.
struct FileTarget {
    /// What two paths to the same file have in common: the file's inode or, before the file exists, its folder's inode and its
    /// name.
    private struct Location: Hashable {
        let device: dev_t
        let inode: ino_t
        let name: String
    }

    private let path: String

    init(_ path: String) { self.path = path }

    /// Throws if two of the options name the same file.
    static func checkDistinct(_ targets: [(option: String, path: String?)]) throws(CommandFailure) {
        var seen: [(option: String, path: String, location: Location?)] = []
        for (option, path) in targets {
            guard let path else { continue }
            let location = FileTarget(path).location
            if let other = seen.first(where: { $0.path == path || ($0.location != nil && $0.location == location) }) {
                throw .usage(
                    "\(other.option) \(other.path) and \(option) \(path) are the same file; change one of them.")
            }
            seen.append((option, path, location))
        }
    }

    /// Throws if the file cannot be written, or others could redirect it.
    ///
    /// - Parameter isReplaced: Whether a new file replaces it each time, for which its folder must be writable.
    func check(isReplaced: Bool) throws(CommandFailure) {
        do throws(OutputFileError) {
            try OutputFile.check(path, isReplaced: isReplaced)
        } catch {
            throw .failure("\(error)")
        }
    }

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Nil for anything but a regular file: two options may well write to `/dev/null`.
    private var location: Location? {
        if let file = status(of: path) {
            return file.st_mode & S_IFMT == S_IFREG ? Location(device: file.st_dev, inode: file.st_ino, name: "") : nil
        }
        let name = path.split(separator: "/").last.map { String($0) } ?? ""
        return status(of: folder).map { Location(device: $0.st_dev, inode: $0.st_ino, name: name) }
    }

    private func status(of path: String) -> stat? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status : nil
    }
}
#endif
