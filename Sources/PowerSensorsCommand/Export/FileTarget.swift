#if Exporters
import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// A file that is to be written.
struct FileTarget {
    /// What makes two paths lead to one file: the folder, and the name in it; or the file, once there is one.
    private struct Place: Hashable {
        let device: dev_t
        let inode: ino_t
        let name: String
    }

    private let path: String

    init(_ path: String) { self.path = path }

    /// Throws where two of the options would write into one another.
    static func checkDistinct(_ targets: [(option: String, path: String?)]) throws(CommandFailure) {
        var seen: [(option: String, path: String, place: Place?)] = []
        for (option, path) in targets {
            guard let path else { continue }
            let place = FileTarget(path).place
            if let other = seen.first(where: { $0.path == path || ($0.place != nil && $0.place == place) }) {
                throw .usage(
                    "\(other.option) \(other.path) and \(option) \(path) would write into one another; give one of them"
                        + " another file.")
            }
            seen.append((option, path, place))
        }
    }

    /// Throws where the file could not be written.
    ///
    /// - Parameter isReplaced: Whether a new file takes its place each time, for which the folder must be writable.
    func check(isReplaced: Bool) throws(CommandFailure) {
        let existing = status(of: path)
        if let existing, existing.st_mode.isFolder {
            throw .failure("\(path): \(systemMessage(errno: EISDIR)). Name a file in it.")
        }
        if existing != nil, !isReplaced {
            if unsafe access(path, W_OK) != 0 {
                throw .failure("\(path): \(systemMessage(errno: errno)). Let this user write to it.")
            }
        } else if unsafe access(folder, W_OK | X_OK) != 0 {
            throw .failure(
                "\(path): its folder: \(systemMessage(errno: errno)). Make it, or let this user write there.")
        } else if status(of: folder)?.st_mode.isFolder != true {
            throw .failure("\(path): its folder: \(systemMessage(errno: ENOTDIR)). Name a file in a folder.")
        }
    }

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Nil for what is no ordinary file: two may well write to `/dev/null`.
    private var place: Place? {
        if let file = status(of: path) {
            return file.st_mode & S_IFMT == S_IFREG ? Place(device: file.st_dev, inode: file.st_ino, name: "") : nil
        }
        let name = path.split(separator: "/").last.map { String($0) } ?? ""
        return status(of: folder).map { Place(device: $0.st_dev, inode: $0.st_ino, name: name) }
    }

    private func status(of path: String) -> stat? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status : nil
    }
}

extension mode_t {
    fileprivate var isFolder: Bool { self & S_IFMT == S_IFDIR }
}
#endif
