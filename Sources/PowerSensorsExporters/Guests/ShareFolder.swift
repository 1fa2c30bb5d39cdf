import Glibc
import PowerSensors

/// The folder that contains all guests' folders. Only this user can change its contents.
struct ShareFolder: Sendable {
    /// Other users may only enter subfolders whose names they know.
    private static let permissions: mode_t = 0o711

    /// The folder's path.
    let path: String

    /// The open folder.
    let descriptor: OwnedDescriptor

    private let identity: FileIdentity

    /// The open parent folder, so that later changes to the path above do not matter.
    private let parent: OwnedDescriptor

    /// The folder's name in its parent.
    private let name: String

    /// Opens a folder.
    ///
    /// - Parameter creates: Whether to create it in an existing parent if it is missing, and to lock out other publishers.
    ///   An existing folder keeps its permissions.
    init(_ path: String, creates: Bool) throws(ShareFault) {
        let parts = path.split(separator: "/")
        guard let name = parts.last.map(String.init) else { throw ShareFault(path: path, problem: .notAFolder) }
        let start = path.hasPrefix("/") ? "/" : "./"
        let folder = start + parts.dropLast().joined(separator: "/")
        let parent: OwnedDescriptor
        do throws(OutputFileError) {
            // The folder's own entry, so that links to it are followed where that is safe.
            parent = try OutputPlace("\(folder)/.").folder
        } catch {
            throw ShareFault(path: path, finding: error)
        }
        if creates {
            try self.init(making: name, in: parent, path)
        } else {
            try self.init(existing: name, in: parent, path)
        }
    }

    /// Opens or creates the folder again after it was removed or replaced, in the same parent folder as before even if the
    /// path now leads elsewhere.
    func reopened() throws(ShareFault) -> ShareFolder { try ShareFolder(making: name, in: parent, path) }

    private init(making name: String, in parent: OwnedDescriptor, _ path: String) throws(ShareFault) {
        let isNew = unsafe mkdirat(parent.number, name, 0o700) == 0
        if !isNew, errno != EEXIST { throw .system(path) }
        try self.init(existing: name, in: parent, path)
        // The umask may have removed permissions.
        if isNew, fchmod(descriptor.number, Self.permissions) != 0 { throw .system(path) }
        if !isLocked { throw ShareFault(path: path, problem: .taken) }
    }

    /// Locks out other publishers; false if there already is one, after trying for a second.
    private var isLocked: Bool {
        for _ in 0..<100 {
            if flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 { return true }
            // A lock of a publisher that just ended may survive briefly in a child that has not called exec yet.
            usleep(10_000)
        }
        return false
    }

    private init(existing name: String, in parent: OwnedDescriptor, _ path: String) throws(ShareFault) {
        self.path = path.lastIndex { $0 != "/" }.map { String(path[...$0]) } ?? path
        (self.name, self.parent) = (name, parent)
        let opened = unsafe openat(parent.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if opened < 0 { throw ShareFault(path: path, openingFolderFailed: errno) }
        descriptor = OwnedDescriptor(opened)
        var status = stat()
        if unsafe fstat(opened, &status) != 0 { throw .system(path) }
        try status.checkFolder(at: path)
        identity = FileIdentity(status)
    }

    /// Whether the name still refers to this folder.
    var isInPlace: Bool {
        var status = stat()
        guard unsafe fstatat(parent.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return false }
        return FileIdentity(status) == identity
    }

    /// The guest folders that an earlier publisher left, recognized by their names and records.
    func leftovers() -> [GuestName] {
        // Reading names moves the descriptor's offset, so it needs one of its own.
        let again = unsafe openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard again >= 0 else { return [] }
        let names = try? folderNames(closing: again) { AttributeError(path: path, errno: $0) }
        return names?.compactMap(GuestName.init(ofFolder:)).filter(holdsRecord) ?? []
    }

    private func holdsRecord(_ name: GuestName) -> Bool {
        let folder = unsafe openat(descriptor.number, name.description, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { return false }
        defer { close(folder) }
        // A file of this name may be foreign; this program's begins with a record's header.
        let record = unsafe openat(
            folder, ShareLayout.record, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard record >= 0 else { return false }
        defer { close(record) }
        var status = stat()
        guard unsafe fstat(record, &status) == 0, status.isOwnFile, status.st_size == ShareRecord.size else {
            return false
        }
        var bytes = [UInt8](repeating: 0, count: ShareRecord.size)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(record, $0.baseAddress, $0.count, 0) }
        return count == ShareRecord.size && ShareRecord.isRecord(bytes)
    }
}

extension stat {
    /// Whether it is a regular file with one name that only this user may write.
    var isOwnFile: Bool {
        isRegular && st_nlink == 1 && st_uid == geteuid() && !isWritableByOthers
    }

    /// Throws if another user could change the folder's contents.
    func checkFolder(at path: String) throws(ShareFault) {
        if !isFolder { throw ShareFault(path: path, problem: .notAFolder) }
        if st_uid != geteuid() { throw ShareFault(path: path, problem: .foreign(owner: st_uid)) }
        if isWritableByOthers { throw ShareFault(path: path, problem: .writable(mode: st_mode & 0o7777)) }
    }
}

extension ShareFault {
    /// Interprets the error of finding the folder that a path is in.
    fileprivate init(path: String, finding error: OutputFileError) {
        guard case .link(let link, let owner)? = error.refusal else {
            self.init(path: path, problem: .system(errno: error.errno))
            return
        }
        self.init(path: path, problem: .foreignLink(link, owner: owner))
    }

    /// Interprets the `errno` of opening a folder without following links.
    init(path: String, openingFolderFailed code: Int32) {
        self.init(path: path, problem: code == ELOOP || code == ENOTDIR ? .notAFolder : .system(errno: code))
    }
}
