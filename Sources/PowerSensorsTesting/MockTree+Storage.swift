import Glibc
package import PowerSensors

/// Writing and removing files. Locations are paths whose links are resolved.
extension MockTree {
    /// Writes in place, so that a reader never sees less than the old text or the new one.
    ///
    /// A missing file is created with the given mode.
    func put(_ bytes: [UInt8], at location: String, mode: UInt32 = 0o644) throws(AttributeError) {
        var file = unsafe openat(descriptor, location, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
        var permissions: UInt32?
        if file < 0, errno == EACCES {
            // Counters have mode 0400, as the kernel's do: grant the owner write permission meanwhile.
            permissions = try self.permissions(of: location)
            unsafe fchmodat(descriptor, location, (permissions ?? 0) | 0o200, AT_SYMLINK_NOFOLLOW)
            file = unsafe openat(descriptor, location, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
        }
        if file < 0 {
            guard errno == ENOENT else { throw failure(location, errno) }
            return try replaceFile(bytes, at: location, permissions: mode)
        }
        defer {
            if let permissions { fchmod(file, permissions) }
            close(file)
        }
        let oldSize = Int(lseek(file, 0, SEEK_END))
        // A growing file's data become visible before its size: first extend it with newlines, which every parser skips.
        if bytes.count > oldSize, oldSize > 0 {
            try append(Self.newlines(bytes.count - oldSize), to: file, at: oldSize, location)
        }
        let padding = bytes.isEmpty ? 0 : oldSize - bytes.count
        try append(bytes + Self.newlines(padding), to: file, at: 0, location)
        if oldSize > bytes.count, ftruncate(file, bytes.count) != 0 { throw failure(location, errno) }
    }

    /// Creates a file, atomically replacing an existing one.
    package func replaceFile(_ bytes: [UInt8], at location: String, permissions: UInt32) throws(AttributeError) {
        try makeDirectories(leadingTo: location)
        // The temporary file is outside the folders that readers list.
        let staging = owner ?? self
        let name = ".new-\(UInt64.random(in: .min ... .max))"
        let file = unsafe openat(staging.descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if file < 0 { throw failure(location, errno) }
        defer { close(file) }
        do throws(AttributeError) {
            try append(bytes, to: file, at: 0, location)
            fchmod(file, permissions)
            if unsafe renameat(staging.descriptor, name, descriptor, location) != 0 { throw failure(location, errno) }
        } catch {
            unsafe unlinkat(staging.descriptor, name, 0)
            throw error
        }
    }

    /// Creates the parent folders of a location.
    func makeDirectories(leadingTo location: String) throws(AttributeError) {
        for slash in location.indices where location[slash] == "/" {
            let folder = String(location[..<slash])
            if unsafe mkdirat(descriptor, folder, 0o755) != 0, errno != EEXIST { throw failure(folder, errno) }
        }
    }

    func permissions(of location: String) throws(AttributeError) -> UInt32 {
        try root.fileStatus(location).mode & 0o7777
    }

    /// Removes a file, a link, or a folder with its contents, without following links.
    func remove(location: String) throws(AttributeError) {
        if unsafe unlinkat(descriptor, location, 0) == 0 { return }
        guard errno == EISDIR else { throw failure(location, errno) }
        // The owner may have removed its own permissions.
        unsafe fchmodat(descriptor, location, 0o700, AT_SYMLINK_NOFOLLOW)
        for name in try root.list(location) { try remove(location: "\(location)/\(name)") }
        if unsafe unlinkat(descriptor, location, AT_REMOVEDIR) != 0 { throw failure(location, errno) }
    }

    /// Removes the whole folder, ignoring errors.
    func removeEverything() {
        unsafe chmod(path, 0o700)
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
