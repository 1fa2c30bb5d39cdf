import Glibc
import PowerSensors

/// One guest's folder and its contents, by paths that begin with the guest's name.
///
/// Everything is opened relative to the share's descriptor, one name at a time, without following links. Before each use the
/// name must still refer to the open file. Anything in the place of a file is replaced with a new file; anything in the place
/// of a folder is left alone, and nothing is written.
struct GuestFolder: Sendable {
    private struct Entry: Sendable {
        let descriptor: OwnedDescriptor
        let identity: FileIdentity
    }

    private static let folderPermissions: mode_t = 0o750
    private static let filePermissions: mode_t = 0o640

    private let share: ShareFolder
    private let group: UInt32?
    /// The open files and folders by their paths.
    private var entries: [String: Entry] = [:]
    /// The texts of the constant files that were written, by their paths.
    private var constants: [String: String] = [:]

    /// The findings since the last ``drainFindings()``.
    private var findings: [Finding] = []

    /// Prepares to use a folder; nothing is opened yet.
    ///
    /// - Parameter group: The group that may read it; nil for that of this process.
    init(in share: ShareFolder, group: UInt32?) {
        self.share = share
        self.group = group
    }

    /// Returns and clears the findings.
    mutating func drainFindings() -> [Finding] { exchange(&findings, with: []) }

    /// Closes every descriptor; the next use opens it again.
    mutating func closeAll() { entries = [:] }

    /// Opens a folder, and creates it and its parents if necessary.
    ///
    /// - Returns: The folder's identity.
    mutating func open(_ path: String) throws(ShareFault) -> FileIdentity? {
        _ = try folder(path, creates: true)
        return entries[path]?.identity
    }

    /// Writes a file from its start, with one system call.
    mutating func write(_ bytes: [UInt8], to path: String) throws(ShareFault) {
        let before = entries[path]?.identity
        let file = try file(path)
        var count: Int
        repeat {
            count = unsafe bytes.withUnsafeBytes { unsafe pwrite(file.number, $0.baseAddress, $0.count, 0) }
        } while count < 0 && errno == EINTR
        var code = count == bytes.count ? 0 : count < 0 ? errno : ENOSPC
        // A file that was already there may be longer.
        if code == 0, before != entries[path]?.identity, ftruncate(file.number, off_t(bytes.count)) != 0 {
            code = errno
        }
        if code == 0 { return }
        entries[path] = nil
        throw ShareFault(path: full(path), problem: .system(errno: code))
    }

    /// Writes a constant file, unless it was already written with this text.
    mutating func writeConstant(_ text: String, in path: String) throws(ShareFault) {
        if constants[path] == text { return }
        try write(Array(text.utf8), to: path)
        constants[path] = text
        entries[path] = nil
    }

    /// The number in a file; nil if there is none, or the file is not one that this program creates.
    mutating func number(in path: String) throws(ShareFault) -> UInt64? {
        let (parent, name) = try locate(path, creates: true)
        guard let status = try status(of: name, in: parent, path), status.isOwnFile else { return nil }
        let file = try file(path)
        var text = [UInt8](repeating: 0, count: 64)
        let count = unsafe text.withUnsafeMutableBytes { unsafe pread(file.number, $0.baseAddress, $0.count, 0) }
        entries[path] = nil
        return count > 0 ? UInt64(String(trimming: text[..<count])) : nil
    }

    // MARK: Opening

    private func full(_ path: String) -> String { "\(share.path)/\(path)" }

    /// Opens a path's parent folder and returns it with the last name of the path.
    private mutating func locate(
        _ path: String, creates: Bool
    ) throws(ShareFault) -> (parent: OwnedDescriptor, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (share.descriptor, path) }
        return (try folder(String(path[..<slash]), creates: creates), String(path[path.index(after: slash)...]))
    }

    /// The status of a name in a folder; nil if there is nothing.
    private func status(
        of name: String, in parent: OwnedDescriptor, _ path: String
    ) throws(ShareFault) -> stat? {
        var status = stat()
        if unsafe fstatat(parent.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return status }
        if errno == ENOENT { return nil }
        throw .system(full(path))
    }

    private mutating func folder(_ path: String, creates: Bool) throws(ShareFault) -> OwnedDescriptor {
        let (parent, name) = try locate(path, creates: creates)
        let found = try status(of: name, in: parent, path)
        if let known = entries[path] {
            if let found, FileIdentity(found) == known.identity {
                try found.checkFolder(at: full(path))
                return known.descriptor
            }
            forget(path)
            findings.append(replaced(path, "It was removed or replaced."))
        }
        if found == nil {
            guard creates else { throw ShareFault(path: full(path), problem: .system(errno: ENOENT)) }
            // Closed to others until its group is set.
            if unsafe mkdirat(parent.number, name, 0o700) != 0 { throw .system(full(path)) }
        }
        let opened = unsafe openat(parent.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if opened < 0 { throw ShareFault(path: full(path), openingFolderFailed: errno) }
        return try keep(opened, as: name, in: parent, path, isNew: found == nil)
    }

    private mutating func file(_ path: String) throws(ShareFault) -> OwnedDescriptor {
        let (parent, name) = try locate(path, creates: true)
        var found = try status(of: name, in: parent, path)
        if let known = entries[path] {
            if let found, found.isOwnFile, FileIdentity(found) == known.identity { return known.descriptor }
            entries[path] = nil
            if found?.isOwnFile != false { findings.append(replaced(path, "It was removed or replaced.")) }
        }
        if let foreign = found, !foreign.isOwnFile {
            if foreign.isFolder { throw ShareFault(path: full(path), problem: .notAFile) }
            // This removes only the name in this folder, never a link's target.
            if unsafe unlinkat(parent.number, name, 0) != 0 { throw .system(full(path)) }
            findings.append(replaced(path, "It was a link, a special file or another user's file; it was replaced."))
            found = nil
        }
        let isNew = found == nil
        let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (isNew ? O_CREAT | O_EXCL : 0)
        let opened = unsafe openat(parent.number, name, flags, 0o600)
        if opened < 0 { throw .system(full(path)) }
        return try keep(opened, as: name, in: parent, path, isNew: isNew)
    }

    /// Checks a file or folder that was just opened, fixes its permissions, and keeps it open.
    private mutating func keep(
        _ opened: CInt, as name: String, in parent: OwnedDescriptor, _ path: String, isNew: Bool
    ) throws(ShareFault) -> OwnedDescriptor {
        let descriptor = OwnedDescriptor(opened)
        var status = stat()
        if unsafe fstat(opened, &status) != 0 { throw .system(full(path)) }
        let isFolder = status.isFolder
        if isFolder {
            try status.checkFolder(at: full(path))
        } else if !status.isOwnFile {
            // It was replaced between the check and the opening; the next publication tries again.
            throw ShareFault(path: full(path), problem: .system(errno: EAGAIN))
        }
        do throws(ShareFault) {
            let most = isFolder ? Self.folderPermissions : Self.filePermissions
            try fixPermissions(of: descriptor, status, most, isNew: isNew, path)
        } catch {
            // The next publication would not add permissions to what exists.
            if isNew { unsafe unlinkat(parent.number, name, isFolder ? AT_REMOVEDIR : 0) }
            throw error
        }
        entries[path] = Entry(descriptor: descriptor, identity: FileIdentity(status))
        return descriptor
    }

    /// Sets the guest's group and removes excess permissions. Never adds permissions to an existing file or folder.
    private mutating func fixPermissions(
        of descriptor: OwnedDescriptor, _ status: stat, _ most: mode_t, isNew: Bool, _ path: String
    ) throws(ShareFault) {
        if let group, status.st_gid != group, fchown(descriptor.number, uid_t.max, group) != 0 {
            guard errno == EPERM else { throw .system(full(path)) }
            findings.append(groupFinding(group))
        }
        let before = status.st_mode & 0o7777
        let wanted = isNew ? most : before & most
        if wanted != before, fchmod(descriptor.number, wanted) != 0 { throw .system(full(path)) }
    }

    /// Forgets a folder and its contents.
    private mutating func forget(_ path: String) {
        let isInside = { (other: String) in other == path || other.hasPrefix(path + "/") }
        entries = entries.filter { !isInside($0.key) }
        constants = constants.filter { !isInside($0.key) }
    }

    private func replaced(_ path: String, _ text: String) -> Finding {
        Finding(
            severity: .warning, subject: full(path), reason: .replaced, text: text,
            remedy: "Find out what changes the files in \(share.path).")
    }

    private func groupFinding(_ group: UInt32) -> Finding {
        Finding(
            severity: .warning, subject: share.path, reason: .forbidden,
            text:
                "This user may not give files to group \(group), which a guest's QEMU runs as, so QEMU cannot read them.",
            remedy: UserNamespace.current.isInitial
                ? "Run as root, or add this user to the group."
                : "Start it in the host's own user namespace, as root or as a user of the group.")
    }
}

// MARK: - Removing

extension GuestFolder {
    /// Removes the files that this program creates in a guest's folder, and the folder. Foreign files stay.
    ///
    /// - Parameter keepsFolder: Whether only to empty it.
    mutating func remove(_ guest: GuestName, keepsFolder: Bool) -> [Finding] {
        var faults: [Finding] = []
        let paths = ShareLayout.folders.map { "\(guest)/\($0)" } + ["\(guest)"]
        for path in paths {
            let isGuest = path == "\(guest)"
            do throws(ShareFault) {
                try removeFiles(isGuest ? [ShareLayout.record] : ShareLayout.zoneFiles, in: path)
                if !isGuest || !keepsFolder { try removeFolder(path) }
            } catch  where error.problem != .system(errno: ENOENT) {
                faults.append(error.finding)
            } catch {}
        }
        // The first fault causes those of the parent folders.
        return Array(faults.prefix(1))
    }

    private mutating func removeFiles(_ files: [String], in path: String) throws(ShareFault) {
        let descriptor = try folder(path, creates: false)
        for file in files {
            if unsafe unlinkat(descriptor.number, file, 0) != 0, ![ENOENT, EISDIR].contains(errno) {
                throw .system(full("\(path)/\(file)"))
            }
        }
    }

    private mutating func removeFolder(_ path: String) throws(ShareFault) {
        let (parent, name) = try locate(path, creates: false)
        if unsafe unlinkat(parent.number, name, AT_REMOVEDIR) != 0 {
            throw ShareFault(
                path: full(path), problem: [ENOTEMPTY, EEXIST].contains(errno) ? .notEmpty : .system(errno: errno))
        }
    }
}
