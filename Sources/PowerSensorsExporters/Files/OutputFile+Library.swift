import Glibc
import PowerSensors

/// A file that a library opens by its path, together with companions that have the file's name and a suffix. It stays locked
/// against other programs of this package until it is closed.
package final class LibraryFile: Sendable {
    /// The path without links, whose folder was checked as ``OutputPlace`` does.
    package let path: String

    private let descriptor: OwnedDescriptor
    private let identity: FileIdentity

    /// Opens a regular file, or creates an empty one.
    ///
    /// - Parameters:
    ///   - path: The path that the user gave.
    ///   - suffixes: The suffixes of the companions' names.
    /// - Throws: ``OutputFileError`` if it cannot be opened, or somebody else could have placed it or one of its companions there.
    package init(_ path: String, companions suffixes: [String]) throws(OutputFileError) {
        for _ in 0..<10 {
            let place = try OutputPlace(path)
            try place.checkAppending()
            if place.isOpenFile || place.entry.map({ !$0.isRegular }) == true {
                throw OutputFileError(path: path, refusal: .notRegular)
            }
            for suffix in suffixes { try place.checkCompanion(suffix) }
            guard let opened = try OutputFile.open(place) else { continue }
            descriptor = OwnedDescriptor(opened.descriptor)
            identity = FileIdentity(opened.status)
            guard let folder = Self.path(of: place.folder) else {
                throw OutputFileError(path: path, errno: ENOENT)
            }
            self.path = folder == "/" ? "/\(place.name)" : "\(folder)/\(place.name)"
            return
        }
        throw OutputFileError(path: path, errno: EAGAIN)
    }

    /// Locks the file until it is closed.
    ///
    /// - Returns: False if another program has it locked.
    package func lock() -> Bool { flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK }

    /// Whether its path still leads to it.
    package var isInPlace: Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && FileIdentity(status) == identity
    }

    /// The path of an open folder; nil if it has none any more.
    private static func path(of folder: OwnedDescriptor) -> String? {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/fd/\(folder.number)", &target, target.count)
        guard count > 0, count < target.count else { return nil }
        return String(validating: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension OutputPlace {
    /// Throws if a companion of the file may not be used, because another user could have placed it.
    fileprivate func checkCompanion(_ suffix: String) throws(OutputFileError) {
        var status = stat()
        if unsafe fstatat(folder.number, name + suffix, &status, AT_SYMLINK_NOFOLLOW) != 0 { return }
        let companion = path + suffix
        if !status.isRegular { throw OutputFileError(path: companion, refusal: .notRegular) }
        if isFolderPrivate { return }
        if status.st_uid != geteuid(), status.st_uid != 0 {
            throw OutputFileError(path: companion, refusal: .foreign(owner: status.st_uid))
        }
        if status.st_nlink > 1 { throw OutputFileError(path: companion, refusal: .severalNames) }
    }
}
