import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// How bytes reach a file, and how files go away. Locations are paths without links.
extension MockTree {
    /// Writes in place, so that no reader sees less than the old text or the new one.
    func put(_ bytes: [UInt8], at location: String) throws(AttributeError) {
        var file = unsafe openat(descriptor, location, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
        var permissions: UInt32?
        if file < 0, errno == EACCES {
            // The kernel's counters are mode 0400, and so are ours: lend the owner the right to write.
            permissions = try self.permissions(of: location)
            unsafe fchmodat(descriptor, location, (permissions ?? 0) | 0o200, AT_SYMLINK_NOFOLLOW)
            file = unsafe openat(descriptor, location, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
        }
        if file < 0 {
            guard errno == ENOENT else { throw failure(location, errno) }
            return try place(bytes, at: location, permissions: 0o644)
        }
        defer {
            if let permissions { fchmod(file, permissions) }
            close(file)
        }
        let oldSize = Int(lseek(file, 0, SEEK_END))
        // Data reach a growing file before its size does: grow by newlines, which every parser skips.
        if bytes.count > oldSize, oldSize > 0 {
            try append(Self.newlines(bytes.count - oldSize), to: file, at: oldSize, location)
        }
        let padding = bytes.isEmpty ? 0 : oldSize - bytes.count
        try append(bytes + Self.newlines(padding), to: file, at: 0, location)
        if oldSize > bytes.count, ftruncate(file, bytes.count) != 0 { throw failure(location, errno) }
    }

    /// Puts a whole new file in the place of what is there.
    func place(_ bytes: [UInt8], at location: String, permissions: UInt32) throws(AttributeError) {
        try makeDirectories(leadingTo: location)
        // Outside the folders that readers list.
        let workshop = owner ?? self
        let name = ".new-\(UInt64.random(in: .min ... .max))"
        let file = unsafe openat(workshop.descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if file < 0 { throw failure(location, errno) }
        defer { close(file) }
        do throws(AttributeError) {
            try append(bytes, to: file, at: 0, location)
            fchmod(file, permissions)
            if unsafe renameat(workshop.descriptor, name, descriptor, location) != 0 { throw failure(location, errno) }
        } catch {
            unsafe unlinkat(workshop.descriptor, name, 0)
            throw error
        }
    }

    /// Makes the folders that a location's last slash ends.
    func makeDirectories(leadingTo location: String) throws(AttributeError) {
        for slash in location.indices where location[slash] == "/" {
            let folder = String(location[..<slash])
            if unsafe mkdirat(descriptor, folder, 0o755) != 0, errno != EEXIST { throw failure(folder, errno) }
        }
    }

    func permissions(of location: String) throws(AttributeError) -> UInt32 {
        var status = stat()
        if unsafe fstatat(descriptor, location, &status, AT_SYMLINK_NOFOLLOW) != 0 {
            throw failure(location, errno)
        }
        return status.st_mode & 0o7777
    }

    /// Removes a file, a link, or a folder with all that is in it; no link is followed.
    func remove(location: String) throws(AttributeError) {
        if unsafe unlinkat(descriptor, location, 0) == 0 { return }
        guard errno == EISDIR else { throw failure(location, errno) }
        // A folder that was closed by a fault can be emptied by its owner again.
        unsafe fchmodat(descriptor, location, 0o700, AT_SYMLINK_NOFOLLOW)
        for name in try root.list(location) { try remove(location: "\(location)/\(name)") }
        if unsafe unlinkat(descriptor, location, AT_REMOVEDIR) != 0 { throw failure(location, errno) }
    }

    /// Empties and removes the folder itself; nobody is left to be told of a failure.
    func removeEverything() {
        fchmod(descriptor, 0o700)
        for name in (try? root.list("")) ?? [] { try? remove(location: name) }
        unsafe rmdir(path)
    }

    private func append(
        _ bytes: [UInt8],
        to file: CInt,
        at offset: Int,
        _ location: String
    ) throws(AttributeError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes[written...].withUnsafeBytes { buffer in
                unsafe pwrite(file, buffer.baseAddress, buffer.count, offset + written)
            }
            if count < 0, errno != EINTR { throw failure(location, errno) }
            written += max(count, 0)
        }
    }

    private static func newlines(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x0A, count: max(count, 0)) }
}
