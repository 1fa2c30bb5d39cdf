import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// One guest's folder with all that is in it, by paths that begin with the guest's name.
///
/// Everything is opened beneath the share's own descriptor, name by name, and no link is followed. Before each use its
/// name must still lead to what is kept open. A file in whose place something else stands is removed and made anew; a
/// folder in whose place something else stands is left alone, and nothing is written.
struct GuestFolder: Sendable {
    private struct Kept: Sendable {
        let descriptor: OwnedDescriptor
        let identity: FileIdentity
    }

    private static let folderPermissions: mode_t = 0o750
    private static let filePermissions: mode_t = 0o640

    private let share: ShareFolder
    private let group: UInt32?
    private var kept: [String: Kept] = [:]
    private var constants: [String: String] = [:]

    /// What was found and mended since it was last asked for.
    private var findings: [Finding] = []

    /// Nothing is opened yet.
    ///
    /// - Parameter group: The group that may read it; nil for that of this process.
    init(in share: ShareFolder, group: UInt32?) {
        self.share = share
        self.group = group
    }

    /// Answers what was found and mended, once.
    mutating func takeFindings() -> [Finding] {
        defer { findings = [] }
        return findings
    }

    /// Lets go of every descriptor; what is used next is opened again.
    mutating func closeAll() { kept = [:] }

    /// Opens a folder, or makes it, and those on the way to it.
    ///
    /// - Returns: Which one it is.
    mutating func open(_ path: String) throws(ShareFault) -> FileIdentity? {
        _ = try folder(path, makes: true)
        return kept[path]?.identity
    }

    /// Writes a file from its start, with one system call.
    mutating func write(_ bytes: [UInt8], to path: String) throws(ShareFault) {
        let before = kept[path]?.identity
        let file = try file(path)
        var count: Int
        repeat {
            count = unsafe bytes.withUnsafeBytes { unsafe pwrite(file.number, $0.baseAddress, $0.count, 0) }
        } while count < 0 && errno == EINTR
        var code = count == bytes.count ? 0 : count < 0 ? errno : ENOSPC
        // What is found may be longer than what this program writes.
        if code == 0, before != kept[path]?.identity, ftruncate(file.number, off_t(bytes.count)) != 0 { code = errno }
        if code == 0 { return }
        kept[path] = nil
        throw ShareFault(path: full(path), problem: .system(errno: code))
    }

    /// Writes a file that does not change, unless it is known to say this already.
    mutating func settle(_ text: String, in path: String) throws(ShareFault) {
        if constants[path] == text { return }
        try write(Array(text.utf8), to: path)
        constants[path] = text
        kept[path] = nil
    }

    /// The number in a file; nil where there is none, or a file that this program would not have made.
    mutating func number(in path: String) throws(ShareFault) -> UInt64? {
        let (parent, name) = try place(path, makes: true)
        guard let status = try status(of: name, in: parent, path), status.isOwnFile else { return nil }
        let file = try file(path)
        var text = [UInt8](repeating: 0, count: 64)
        let count = unsafe text.withUnsafeMutableBytes { unsafe pread(file.number, $0.baseAddress, $0.count, 0) }
        kept[path] = nil
        return count > 0 ? UInt64(String(trimming: text[..<count])) : nil
    }

    // MARK: Opening

    private func full(_ path: String) -> String { "\(share.path)/\(path)" }

    /// The folder that something lies in, and its name there.
    private mutating func place(
        _ path: String, makes: Bool
    ) throws(ShareFault) -> (parent: OwnedDescriptor, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (share.descriptor, path) }
        return (try folder(String(path[..<slash]), makes: makes), String(path[path.index(after: slash)...]))
    }

    /// What stands at a place; nil for nothing.
    private func status(
        of name: String, in parent: OwnedDescriptor, _ path: String
    ) throws(ShareFault) -> stat? {
        var status = stat()
        if unsafe fstatat(parent.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return status }
        if errno == ENOENT { return nil }
        throw ShareFault(path: full(path), problem: .system(errno: errno))
    }

    private mutating func folder(_ path: String, makes: Bool) throws(ShareFault) -> OwnedDescriptor {
        let (parent, name) = try place(path, makes: makes)
        let found = try status(of: name, in: parent, path)
        if let known = kept[path] {
            if let found, FileIdentity(found) == known.identity {
                try found.checkFolder(at: full(path))
                return known.descriptor
            }
            forget(path)
            findings.append(replaced(path, "It was removed or replaced."))
        }
        if found == nil {
            guard makes else { throw ShareFault(path: full(path), problem: .system(errno: ENOENT)) }
            // For nobody else until it has its group.
            if unsafe mkdirat(parent.number, name, 0o700) != 0 {
                throw ShareFault(path: full(path), problem: .system(errno: errno))
            }
        }
        let opened = unsafe openat(parent.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if opened < 0 { throw ShareFault(path: full(path), openingFolderFailed: errno) }
        let descriptor = OwnedDescriptor(opened)
        let status = try status(of: descriptor, path)
        try status.checkFolder(at: full(path))
        do throws(ShareFault) {
            try settlePermissions(of: descriptor, status, Self.folderPermissions, isNew: found == nil, path)
        } catch {
            // The next round would leave it as narrow as it is.
            if found == nil { unsafe unlinkat(parent.number, name, AT_REMOVEDIR) }
            throw error
        }
        kept[path] = Kept(descriptor: descriptor, identity: FileIdentity(status))
        return descriptor
    }

    private mutating func file(_ path: String) throws(ShareFault) -> OwnedDescriptor {
        let (parent, name) = try place(path, makes: true)
        var found = try status(of: name, in: parent, path)
        if let known = kept[path] {
            if let found, found.isOwnFile, FileIdentity(found) == known.identity { return known.descriptor }
            kept[path] = nil
            if found?.isOwnFile != false { findings.append(replaced(path, "It was removed or replaced.")) }
        }
        if let stranger = found, !stranger.isOwnFile {
            if stranger.isFolder { throw ShareFault(path: full(path), problem: .notAFile) }
            // In this folder only a name is removed, never what it may lead to.
            if unsafe unlinkat(parent.number, name, 0) != 0 {
                throw ShareFault(path: full(path), problem: .system(errno: errno))
            }
            findings.append(replaced(path, "It was a link, a special file or somebody else's; it is made anew."))
            found = nil
        }
        let isNew = found == nil
        let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (isNew ? O_CREAT | O_EXCL : 0)
        let opened = unsafe openat(parent.number, name, flags, 0o600)
        if opened < 0 { throw ShareFault(path: full(path), problem: .system(errno: errno)) }
        let descriptor = OwnedDescriptor(opened)
        let status = try status(of: descriptor, path)
        // It was replaced between the look and the opening: the next round looks again.
        guard status.isOwnFile else { throw ShareFault(path: full(path), problem: .system(errno: EAGAIN)) }
        do throws(ShareFault) {
            try settlePermissions(of: descriptor, status, Self.filePermissions, isNew: isNew, path)
        } catch {
            if isNew { unsafe unlinkat(parent.number, name, 0) }
            throw error
        }
        kept[path] = Kept(descriptor: descriptor, identity: FileIdentity(status))
        return descriptor
    }

    private func status(of descriptor: OwnedDescriptor, _ path: String) throws(ShareFault) -> stat {
        var status = stat()
        if unsafe fstat(descriptor.number, &status) == 0 { return status }
        throw ShareFault(path: full(path), problem: .system(errno: errno))
    }

    /// Gives something to the guest's group, and takes from others what they should not have; never the reverse.
    private mutating func settlePermissions(
        of descriptor: OwnedDescriptor, _ status: stat, _ most: mode_t, isNew: Bool, _ path: String
    ) throws(ShareFault) {
        if let group, status.st_gid != group, fchown(descriptor.number, uid_t.max, group) != 0 {
            guard errno == EPERM else { throw ShareFault(path: full(path), problem: .system(errno: errno)) }
            findings.append(groupFinding(group))
        }
        let before = status.st_mode & 0o7777
        let wanted = isNew ? most : before & most
        if wanted != before, fchmod(descriptor.number, wanted) != 0 {
            throw ShareFault(path: full(path), problem: .system(errno: errno))
        }
    }

    /// Forgets a folder and all that was in it.
    private mutating func forget(_ path: String) {
        let isInside = { (other: String) in other == path || other.hasPrefix(path + "/") }
        kept = kept.filter { !isInside($0.key) }
        constants = constants.filter { !isInside($0.key) }
    }

    private func replaced(_ path: String, _ text: String) -> Finding {
        Finding(
            severity: .warning, subject: full(path), reason: "replaced", text: text,
            remedy: "Find out who changes what is in \(share.path).")
    }

    private func groupFinding(_ group: UInt32) -> Finding {
        Finding(
            severity: .warning, subject: share.path, reason: "forbidden",
            text: "This user may not give files to group \(group), as which a guest's QEMU runs: it may not read them.",
            remedy: "Run as root, or add this user to the group.")
    }
}

// MARK: - Removing

extension GuestFolder {
    /// Removes what this program makes in a guest's folder, and the folder; what somebody else put there stays.
    ///
    /// - Parameter keepsFolder: Whether only to empty it.
    mutating func remove(_ guest: GuestName, keepsFolder: Bool) -> [Finding] {
        findings = []
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
        closeAll()
        // What is left of a folder inside is why the one around it is left.
        return Array(faults.prefix(1))
    }

    private mutating func removeFiles(_ files: [String], in path: String) throws(ShareFault) {
        let descriptor = try folder(path, makes: false)
        for file in files {
            if unsafe unlinkat(descriptor.number, file, 0) != 0, ![ENOENT, EISDIR].contains(errno) {
                throw ShareFault(path: full("\(path)/\(file)"), problem: .system(errno: errno))
            }
        }
    }

    private mutating func removeFolder(_ path: String) throws(ShareFault) {
        let (parent, name) = try place(path, makes: false)
        forget(path)
        if unsafe unlinkat(parent.number, name, AT_REMOVEDIR) != 0 {
            throw ShareFault(
                path: full(path), problem: [ENOTEMPTY, EEXIST].contains(errno) ? .notEmpty : .system(errno: errno))
        }
    }
}
