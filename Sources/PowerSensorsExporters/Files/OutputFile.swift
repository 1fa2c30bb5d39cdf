import Glibc
import PowerSensors

/// A file open for writing, closed on deinitialization. New files are readable by their group and closed to others.
///
/// Whatever this program writes to a path that the user gave is opened here, so that nobody can redirect it: see
/// ``OutputPlace``. No file blocks, whatever it is and whoever reads it.
package struct OutputFile: ~Copyable {
    private static let permissions: mode_t = 0o640
    private static let flags = O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    /// How often to try again, if a name leads to another file each time.
    private static let attempts = 10

    /// Its path, for messages.
    let path: String
    /// The open file.
    let descriptor: CInt
    private let status: stat

    /// Opens a file for appending, creating it if necessary.
    init(appendingTo path: String) throws(OutputFileError) {
        for _ in 0..<Self.attempts {
            let place = try OutputPlace(path)
            try place.checkAppending()
            guard let opened = try Self.open(place) else { continue }
            self.init(path: path, descriptor: opened.descriptor, status: opened.status)
            return
        }
        throw OutputFileError(path: path, errno: EAGAIN)
    }

    private init(path: String, descriptor: CInt, status: stat) {
        (self.path, self.descriptor, self.status) = (path, descriptor, status)
    }

    deinit { close(descriptor) }

    /// Opens what is at a place, or a new file; nil if the name leads to something else by now.
    static func open(_ place: OutputPlace) throws(OutputFileError) -> (descriptor: CInt, status: stat)? {
        let isNew = place.entry == nil
        var flags = flags | (place.isOpenFile ? 0 : O_NOFOLLOW) | (isNew ? O_CREAT | O_EXCL : 0)
        // A file's end is read too, to see whether a record was cut off there. A pipe that is read never breaks.
        flags |= isNew || place.leadsToRegularFile ? O_RDWR : O_WRONLY
        var opened = unsafe openat(place.folder.number, place.name, flags, permissions)
        if opened < 0, errno == EACCES, !isNew {
            flags = flags & ~O_ACCMODE | O_WRONLY
            opened = unsafe openat(place.folder.number, place.name, flags)
        }
        if opened < 0 {
            if errno == (isNew ? EEXIST : ENOENT) { return nil }
            throw OutputFileError(path: place.path, errno: errno)
        }
        var status = stat()
        if unsafe fstat(opened, &status) != 0 {
            let code = errno
            close(opened)
            throw OutputFileError(path: place.path, errno: code)
        }
        if let entry = place.entry, !place.isFolderPrivate, !place.isOpenFile,
            FileIdentity(entry) != FileIdentity(status)
        {
            close(opened)
            return nil
        }
        return (opened, status)
    }

    /// Throws if a file cannot be written, without creating it.
    ///
    /// - Parameter isReplaced: Whether a new file replaces it each time, for which its folder must be writable.
    package static func check(_ path: String, isReplaced: Bool) throws(OutputFileError) {
        let place = try OutputPlace(path)
        if isReplaced { try place.checkReplacing() } else { try place.checkAppending() }
        let isInPlace = place.entry != nil && !isReplaced
        let (name, rights) = isInPlace ? (place.name, W_OK) : (".", W_OK | X_OK)
        if unsafe faccessat(place.folder.number, name, rights, 0) != 0 {
            throw OutputFileError(path: path, errno: errno)
        }
    }

    /// Whether it is a regular file; otherwise it is a pipe or a device, which cannot be read and has no end.
    var isRegular: Bool { status.isRegular }

    var identity: FileIdentity { FileIdentity(status) }

    /// Writes a record as a whole or, if that fails, not at all.
    ///
    /// - Parameter isCut: Whether a part of a record was written that could not be taken back, as to a pipe.
    func write(_ record: [UInt8], isCut: inout Bool) throws(OutputFileError) {
        try Self.write(record, to: descriptor, path, isCut: &isCut)
    }

    /// Writes a record to standard output, as ``write(_:isCut:)`` does.
    static func writeToStandardOutput(_ record: [UInt8], isCut: inout Bool) throws(OutputFileError) {
        try write(record, to: STDOUT_FILENO, "standard output", isCut: &isCut)
    }

    private static func write(
        _ record: [UInt8], to descriptor: CInt, _ path: String, isCut: inout Bool
    ) throws(OutputFileError) {
        var part = 0
        var hasWaited = false
        do throws(OutputFileError) {
            try writeAll(record, to: descriptor) { code, written throws(OutputFileError) in
                part = written
                if code == EINTR { return }
                // The pipe was full before the record was complete: its reader has a second.
                if code == EAGAIN, written > 0, !hasWaited {
                    var writable = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    hasWaited = unsafe poll(&writable, 1, 1000) == 0
                    return
                }
                throw OutputFileError(path: path, errno: code)
            }
            isCut = false
        } catch {
            if !removeWritten(part, from: descriptor) { isCut = true }
            throw error
        }
    }
}

// MARK: - Replacing

extension OutputFile {
    /// Creates or replaces a file atomically: a reader sees either the old contents or the new ones.
    ///
    /// - Parameter removesLeftovers: Whether to remove what this user's earlier attempts left behind when they were killed.
    package static func replace(
        _ path: String, with bytes: [UInt8], removesLeftovers: Bool = true
    ) throws(OutputFileError) {
        let place = try OutputPlace(path)
        try place.checkReplacing()
        if removesLeftovers { Self.removeLeftovers(of: place) }
        for attempt in 1...attempts {
            let random = String(UInt64.random(in: 0...UInt64.max), radix: 16)
            // In the same folder, because a rename cannot cross file systems.
            let temporary = leftoverPrefix(place) + String(repeating: "0", count: 16 - random.count) + random + suffix
            let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
            let opened = unsafe openat(place.folder.number, temporary, flags, permissions)
            if opened < 0, errno == EEXIST { continue }
            if opened < 0 { throw OutputFileError(path: path, errno: errno) }
            // For as long as it is locked, it is not taken for a leftover.
            flock(opened, LOCK_EX | LOCK_NB)
            var code = write(bytes, closing: opened)
            if code == 0, unsafe renameat(place.folder.number, temporary, place.folder.number, place.name) != 0 {
                code = errno
            }
            if code == 0 { return }
            unsafe unlinkat(place.folder.number, temporary, 0)
            // Another program may have taken it for a leftover before it was locked.
            if code != ENOENT || attempt == attempts { throw OutputFileError(path: path, errno: code) }
        }
        throw OutputFileError(path: path, errno: EEXIST)
    }

    /// Removes a file that ``replace(_:with:removesLeftovers:)`` made. What others placed there since then stays.
    static func remove(_ path: String) {
        guard let place = try? OutputPlace(path), let entry = place.entry, !place.isOpenFile, entry.isRegular,
            entry.st_uid == geteuid()
        else { return }
        unsafe unlinkat(place.folder.number, place.name, 0)
    }

    private static let suffix = ".tmp"

    private static func leftoverPrefix(_ place: OutputPlace) -> String { "\(place.name)." }

    /// Writes everything and closes the file, which is when some file systems report that they are full.
    ///
    /// - Returns: The error number; 0 for none.
    private static func write(_ bytes: [UInt8], closing descriptor: CInt) -> Int32 {
        var result: Int32 = 0
        do throws(OutputFileError) {
            try writeAll(bytes, to: descriptor) { code, _ throws(OutputFileError) in
                if code != EINTR { throw OutputFileError(path: "", errno: code) }
            }
        } catch {
            result = error.errno
        }
        if close(descriptor) != 0, result == 0, errno != EINTR { result = errno }
        return result
    }

    /// Removes temporary files of this user that no running program writes.
    private static func removeLeftovers(of place: OutputPlace) {
        let listed = unsafe openat(place.folder.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard listed >= 0 else { return }
        let names = (try? folderNames(closing: listed) { AttributeError(path: place.path, errno: $0) }) ?? []
        let prefix = leftoverPrefix(place)
        for name in names where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
            let random = name.dropFirst(prefix.count).dropLast(suffix.count)
            guard random.utf8.count == 16, random.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { continue }
            let opened = unsafe openat(
                place.folder.number, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
            guard opened >= 0 else { continue }
            defer { close(opened) }
            var status = stat()
            guard unsafe fstat(opened, &status) == 0, status.isRegular, status.st_nlink == 1,
                status.st_uid == geteuid(), flock(opened, LOCK_EX | LOCK_NB) == 0
            else { continue }
            unsafe unlinkat(place.folder.number, name, 0)
        }
    }
}

// MARK: - Writing

/// Writes all bytes to a descriptor.
///
/// - Parameter recover: Called with the `errno` of each failure and the number of bytes written before it; the write is
///   tried again unless it throws.
package func writeAll<Failure: Error>(
    _ bytes: [UInt8], to descriptor: CInt, recover: (Int32, _ written: Int) throws(Failure) -> Void
) throws(Failure) {
    var written = 0
    while written < bytes.count {
        let count = unsafe bytes.withUnsafeBytes { bytes in
            unsafe Glibc.write(descriptor, bytes.baseAddress.map { unsafe $0 + written }, bytes.count - written)
        }
        if count < 0 { try recover(errno, written) } else { written += count }
    }
}

/// Removes what was written last to a regular file, so that no part of a record stays there.
///
/// - Returns: Whether it was removed; not if another program has written after it, nor from a pipe.
@discardableResult
package func removeWritten(_ count: Int, from descriptor: CInt) -> Bool {
    var status = stat()
    let end = lseek(descriptor, 0, SEEK_CUR)
    guard count > 0 else { return true }
    // While another process of this program has it locked, that may be about to write after it.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { return false }
    defer { flock(descriptor, LOCK_UN) }
    guard end >= count, unsafe fstat(descriptor, &status) == 0, status.isRegular, status.st_size == end,
        ftruncate(descriptor, end - off_t(count)) == 0
    else { return false }
    return lseek(descriptor, end - off_t(count), SEEK_SET) >= 0
}
