import CPowerSensors
package import Glibc
import PowerSensors

/// Where a path for writing leads, found without following links that others could have placed.
///
/// The rules are those of the kernel's `protected_symlinks`, `protected_regular` and `protected_fifos`
/// (`Documentation/admin-guide/sysctl/fs.rst`), which an administrator may have turned off, with two differences. They hold
/// in every folder that others may write to, not only in sticky ones such as `/tmp`. And a link of the folder's owner is
/// not followed, unless this is the current user or root.
struct OutputPlace {
    /// The path as it was given, for messages.
    let path: String

    /// The folder of the file.
    let folder: OwnedDescriptor

    /// The file's name in it.
    let name: String

    /// What has that name; nil if there is nothing.
    let entry: stat?

    /// Whether the name is one of procfs' links, such as `/proc/self/fd/1`, to a file that is open already. Only the kernel
    /// makes them, and only the kernel can follow them.
    let isOpenFile: Bool

    private let folderStatus: stat

    /// Finds the place that a path leads to.
    ///
    /// - Throws: ``OutputFileError`` if a folder on the way is missing, or the way leads over a link of somebody else.
    init(_ path: String) throws(OutputFileError) {
        if path.isEmpty { throw OutputFileError(path: path, errno: ENOENT) }
        if path.hasSuffix("/") { throw OutputFileError(path: path, errno: EISDIR) }
        var walk = Walk(names: pathNames(path), folder: try openFolder(path.hasPrefix("/") ? "/" : ".", path))
        while true {
            guard let name = walk.names.popLast() else { throw OutputFileError(path: path, errno: EISDIR) }
            let isLast = walk.names.isEmpty
            if !isLast, let next = try? openFolder(name, path, in: walk.folder, flags: O_NOFOLLOW) {
                walk.folder = next
                continue
            }
            let found = try openEntry(name, in: walk.folder, path)
            let isLink = found?.status.isLink ?? false
            if !isLast, !isLink { throw OutputFileError(path: path, errno: found == nil ? ENOENT : ENOTDIR) }
            let folderStatus = try status(of: walk.folder, path)
            let isOpenFile = isLink && cpowersensors_file_system(walk.folder.number) == procfsType
            if let found, isLink, !isOpenFile, found.status.isTrusted(in: folderStatus) {
                try walk.follow(found.descriptor, path)
            } else if isLast {
                (self.path, folder, self.name, entry) = (path, walk.folder, name, found?.status)
                (self.isOpenFile, self.folderStatus) = (isOpenFile, folderStatus)
                return
            } else if isOpenFile {
                walk.folder = try openFolder(name, path, in: walk.folder)
            } else {
                throw OutputFileError(path: path, refusal: .link(name, owner: found?.status.st_uid ?? uid_t.max))
            }
        }
    }

    /// Whether only this user and root may change which files are in the folder.
    var isFolderPrivate: Bool { folderStatus.isPrivate }

    /// Whether the kernel would open a regular file here.
    var leadsToRegularFile: Bool {
        guard isOpenFile else { return entry?.isRegular ?? false }
        var status = stat()
        return unsafe fstatat(folder.number, name, &status, 0) == 0 && status.isRegular
    }

    /// Throws if what has the name may not be appended to, because another user could have placed it.
    func checkAppending() throws(OutputFileError) {
        guard let entry, !isOpenFile else { return }
        if entry.isFolder { throw OutputFileError(path: path, errno: EISDIR) }
        if folderStatus.isPrivate { return }
        if entry.isLink { throw OutputFileError(path: path, refusal: .link(name, owner: entry.st_uid)) }
        // A folder's owner may have placed a pipe or a file for us: what is written there is theirs to read anyway.
        if !entry.isTrusted(in: folderStatus), entry.st_uid != folderStatus.st_uid {
            throw OutputFileError(path: path, refusal: .foreign(owner: entry.st_uid))
        }
        if entry.isRegular, entry.st_nlink > 1 { throw OutputFileError(path: path, refusal: .severalNames) }
    }

    /// Throws if a new file may not take the place of what has the name.
    ///
    /// Whatever others placed there may be replaced, since that does not touch what it leads to.
    func checkReplacing() throws(OutputFileError) {
        guard let entry else { return }
        if entry.isFolder { throw OutputFileError(path: path, errno: EISDIR) }
        if isOpenFile || (entry.isTrusted(in: folderStatus) && !entry.isRegular) {
            throw OutputFileError(path: path, refusal: .notReplaceable)
        }
    }

    /// A folder on the way, and what is still to come of the path.
    private struct Walk {
        /// The names that are still to come, the next one last.
        var names: [String]
        var folder: OwnedDescriptor
        /// How many links were followed.
        var links = 0

        /// As the kernel's (path_resolution(7)).
        static let maximumLinks = 40

        mutating func follow(_ link: OwnedDescriptor, _ path: String) throws(OutputFileError) {
            links += 1
            if links > Self.maximumLinks { throw OutputFileError(path: path, errno: ELOOP) }
            var target = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = unsafe readlinkat(link.number, "", &target, target.count)
            if count <= 0 { throw OutputFileError(path: path, errno: count < 0 ? errno : ENOENT) }
            guard let text = String(validating: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            else {
                throw OutputFileError(path: path, errno: EILSEQ)
            }
            if text.hasPrefix("/") { folder = try openFolder("/", path) }
            names += pathNames(text)
        }
    }
}

/// `PROC_SUPER_MAGIC` (statfs(2)).
private let procfsType: UInt64 = 0x9fa0

/// The names of a path, the first one last.
private func pathNames(_ path: String) -> [String] { path.split(separator: "/").reversed().map { String($0) } }

/// Opens a folder without the right to list it; one that is mounted on demand is mounted by this.
private func openFolder(
    _ name: String, _ path: String, in folder: OwnedDescriptor? = nil, flags: Int32 = 0
) throws(OutputFileError) -> OwnedDescriptor {
    let flags = flags | cpowersensors_path_only_flag() | O_DIRECTORY | O_CLOEXEC
    let opened = unsafe openat(folder?.number ?? AT_FDCWD, name, flags)
    if opened < 0 { throw OutputFileError(path: path, errno: errno) }
    return OwnedDescriptor(opened)
}

/// Opens what has a name, without following it and without any right to read or write it; nil if there is nothing.
private func openEntry(
    _ name: String, in folder: OwnedDescriptor, _ path: String
) throws(OutputFileError) -> (descriptor: OwnedDescriptor, status: stat)? {
    let opened = unsafe openat(folder.number, name, cpowersensors_path_only_flag() | O_NOFOLLOW | O_CLOEXEC)
    if opened < 0 {
        if errno == ENOENT { return nil }
        throw OutputFileError(path: path, errno: errno)
    }
    let descriptor = OwnedDescriptor(opened)
    return (descriptor, try status(of: descriptor, path))
}

private func status(of descriptor: OwnedDescriptor, _ path: String) throws(OutputFileError) -> stat {
    var status = stat()
    if unsafe fstat(descriptor.number, &status) != 0 { throw OutputFileError(path: path, errno: errno) }
    return status
}

extension stat {
    /// Whether it is a folder and not a link to one.
    package var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }

    var isRegular: Bool { st_mode & S_IFMT == S_IFREG }

    fileprivate var isLink: Bool { st_mode & S_IFMT == S_IFLNK }

    /// Whether others than its owner may write to it.
    var isWritableByOthers: Bool { st_mode & 0o022 != 0 }

    private var isOfTrustedUser: Bool { st_uid == geteuid() || st_uid == 0 }

    /// For a folder: whether only this user and root may change which files are in it.
    fileprivate var isPrivate: Bool { isOfTrustedUser && !isWritableByOthers }

    /// Whether only this user or root could have placed it in the folder with the given status.
    fileprivate func isTrusted(in folder: stat) -> Bool { folder.isPrivate || isOfTrustedUser }
}
