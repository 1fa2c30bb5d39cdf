import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// An open file or folder, closed when nobody holds it any more.
final class OwnedDescriptor: Sendable {
    let number: CInt

    init(_ number: CInt) { self.number = number }

    deinit { close(number) }
}

/// Which file or folder something is, whatever it is called.
struct FileIdentity: Hashable, Sendable {
    private let device: dev_t
    private let inode: ino_t

    init(_ status: stat) {
        device = status.st_dev
        inode = status.st_ino
    }
}

/// The folder that a host publishes in: every guest's folder lies in it, and nobody but this user can change what it holds.
struct ShareFolder: Sendable {
    /// What others may do with it: go through it to a folder whose name they know.
    private static let permissions: mode_t = 0o711

    /// Where it lies.
    let path: String

    /// It, kept open.
    let descriptor: OwnedDescriptor

    private let identity: FileIdentity

    /// The folder that it lies in, kept open too: what becomes of the way there is not this program's business.
    private let parent: OwnedDescriptor

    /// Its name there.
    private let name: String

    /// Opens a folder, or makes it in one that exists, and keeps other publishers out.
    ///
    /// The permissions of a folder that was there are left as they are.
    init(_ path: String) throws(ShareFault) {
        let (parent, name) = try Self.place(of: path)
        try self.init(making: name, in: parent, path)
    }

    /// Opens it again, or makes it anew, after it was removed or replaced: beneath the same folder as before, whatever its path
    /// leads to by now.
    func reopened() throws(ShareFault) -> ShareFolder { try ShareFolder(making: name, in: parent, path) }

    private init(making name: String, in parent: OwnedDescriptor, _ path: String) throws(ShareFault) {
        let isNew = unsafe mkdirat(parent.number, name, 0o700) == 0
        if !isNew, errno != EEXIST { throw ShareFault(path: path, problem: .system(errno: errno)) }
        try self.init(existing: name, in: parent, path)
        // The umask may have taken from it.
        if isNew, fchmod(descriptor.number, Self.permissions) != 0 {
            throw ShareFault(path: path, problem: .system(errno: errno))
        }
        if !isLocked { throw ShareFault(path: path, problem: .taken) }
    }

    /// The folder that another lies in, opened, and the other's name there.
    private static func place(of path: String) throws(ShareFault) -> (parent: OwnedDescriptor, name: String) {
        let parts = path.split(separator: "/")
        guard let name = parts.last else { throw ShareFault(path: path, problem: .notAFolder) }
        let start = path.hasPrefix("/") ? "/" : "./"
        let folder = start + parts.dropLast().joined(separator: "/")
        let parent = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if parent < 0 { throw ShareFault(path: path, problem: .system(errno: errno)) }
        return (OwnedDescriptor(parent), String(name))
    }

    /// Keeps other publishers out; false where there is one.
    private var isLocked: Bool {
        for _ in 0..<100 {
            if flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 { return true }
            // One that has just ended may be held by what it was starting, until that runs a program of its own.
            usleep(10_000)
        }
        return false
    }

    /// Opens a folder, and leaves it to other publishers.
    init(existing path: String) throws(ShareFault) {
        let (parent, name) = try Self.place(of: path)
        try self.init(existing: name, in: parent, path)
    }

    private init(existing name: String, in parent: OwnedDescriptor, _ path: String) throws(ShareFault) {
        self.path = path.lastIndex { $0 != "/" }.map { String(path[...$0]) } ?? path
        (self.name, self.parent) = (name, parent)
        let opened = unsafe openat(parent.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if opened < 0 { throw ShareFault(path: path, openingFolderFailed: errno) }
        descriptor = OwnedDescriptor(opened)
        var status = stat()
        if unsafe fstat(opened, &status) != 0 { throw ShareFault(path: path, problem: .system(errno: errno)) }
        try status.checkFolder(at: path)
        identity = FileIdentity(status)
    }

    /// Whether its name still leads to it.
    var isInPlace: Bool {
        var status = stat()
        guard unsafe fstatat(parent.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return false }
        return FileIdentity(status) == identity
    }

    /// The folders in it that an earlier publisher left, by their names and their records.
    func leftovers() -> [GuestName] {
        // A descriptor of its own, as reading the names moves it on.
        let again = unsafe openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard again >= 0 else { return [] }
        guard let stream = unsafe fdopendir(again) else {
            close(again)
            return []
        }
        defer { unsafe closedir(stream) }
        var found: [GuestName] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
            }
            if let name = GuestName(ofFolder: name), holdsRecord(name) { found.append(name) }
        }
        return found
    }

    private func holdsRecord(_ name: GuestName) -> Bool {
        let folder = unsafe openat(descriptor.number, name.description, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { return false }
        defer { close(folder) }
        // A file of this name may be anybody's: only what begins as a record does was this program's.
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
    /// Whether it is a folder, and no link to one.
    var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }

    /// Whether others may write to it.
    private var isWritableByOthers: Bool { st_mode & 0o022 != 0 }

    /// Whether it is a file that only this user may write, and that has no other name.
    var isOwnFile: Bool {
        st_mode & S_IFMT == S_IFREG && st_nlink == 1 && st_uid == geteuid() && !isWritableByOthers
    }

    /// Throws where somebody else could change what a folder holds.
    func checkFolder(at path: String) throws(ShareFault) {
        if !isFolder { throw ShareFault(path: path, problem: .notAFolder) }
        if st_uid != geteuid() { throw ShareFault(path: path, problem: .foreign(owner: st_uid)) }
        if isWritableByOthers { throw ShareFault(path: path, problem: .writable(mode: st_mode & 0o7777)) }
    }
}

extension ShareFault {
    /// What an `errno` of opening a folder without following links means.
    init(path: String, openingFolderFailed code: Int32) {
        self.init(path: path, problem: code == ELOOP || code == ENOTDIR ? .notAFolder : .system(errno: code))
    }
}
