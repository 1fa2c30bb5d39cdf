import CPowerSensors
import Glibc

/// `/sys`, `/proc` or `/dev`, or a folder in its place: every file is opened beneath it.
///
/// Symbolic links, including absolute ones, are resolved inside the folder and never lead out of it, for example when a
/// host's `/sys` is mounted at `/host/sys`.
public final class SystemRoot: Sendable {
    /// The folder's path.
    public let path: String

    /// Where the kernel's own links expect the folder to be mounted, such as `/sys`.
    package let mountPoint: String

    /// The open folder. Negative if it is missing; it then counts as empty.
    package let descriptor: CInt

    /// Whether openat2(2) is tried first. Tests turn it off to test the fallback, which must have the same results.
    private let prefersKernelResolution: Bool

    /// Opens a folder, which must exist.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - mountPoint: The absolute path that the kernel's links use for it, such as `/sys`.
    /// - Throws: ``AttributeError`` if it is not a folder or cannot be opened.
    public convenience init(path: String, mountPoint: String) throws(AttributeError) {
        try self.init(path: path, mountPoint: mountPoint, prefersKernelResolution: true)
    }

    package init(path: String, mountPoint: String, prefersKernelResolution: Bool) throws(AttributeError) {
        descriptor = unsafe Glibc.open(path, cpowersensors_path_only_flag() | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { throw AttributeError(path: path, errno: errno) }
        // A folder without search permission can be opened, but not the files in it. faccessat(2) would not know of capabilities.
        var status = stat()
        if unsafe fstatat(descriptor, ".", &status, 0) != 0 {
            let code = errno
            close(descriptor)
            throw AttributeError(path: path, errno: code)
        }
        self.path = path
        self.mountPoint = mountPoint
        self.prefersKernelResolution = prefersKernelResolution
    }

    /// Opens the system's own folder, which counts as empty if it is not mounted.
    package init(mountPoint: String) {
        descriptor = unsafe Glibc.open(mountPoint, cpowersensors_path_only_flag() | O_DIRECTORY | O_CLOEXEC)
        path = mountPoint
        self.mountPoint = mountPoint
        prefersKernelResolution = true
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Whether this is the system's own folder, such as `/sys`, rather than a test's or another mount.
    package var isDefault: Bool { path == mountPoint }

    /// Whether the host's folder is mounted at another place, as `/sys` is at `/host/sys` in a container.
    package var isHostMount: Bool { !isDefault && descriptor >= 0 && cpowersensors_is_mount_point(descriptor) == 1 }

    /// A file's path in commands for people. Where the host's folder is mounted at another place, it is the path on the
    /// host, since that other place exists only in the container.
    package func pathInCommands(_ relativePath: String) -> String {
        "\(isHostMount ? mountPoint : path)/\(relativePath)"
    }

    /// Opens a file or folder beneath the root for reading; the caller closes the descriptor.
    package func open(_ relativePath: String, flags: Int32 = O_RDONLY) throws(AttributeError) -> CInt {
        guard descriptor >= 0 else { throw failure(relativePath, ENOENT) }
        // Opening a pipe, which an untrusted folder may contain, must not block. Path-only descriptors never block, and
        // openat2(2) rejects these flags for them.
        let isPathOnly = flags & cpowersensors_path_only_flag() != 0
        let flags = isPathOnly ? flags : flags | O_NONBLOCK | O_NOCTTY
        if prefersKernelResolution {
            // Passing the string itself would copy it.
            let opened = unsafe relativePath.withCString { unsafe cpowersensors_open_in_root(descriptor, $0, flags) }
            if opened >= 0 { return opened }
            // ENOENT may be due to a link to an absolute path of the mount point, which only `resolve` handles.
            guard [ENOSYS, EPERM, ENOENT].contains(-opened) else { throw failure(relativePath, -opened) }
        }
        let resolved = try resolve(relativePath)
        let opened = unsafe openat(descriptor, resolved.isEmpty ? "." : resolved, flags | O_NOFOLLOW | O_CLOEXEC)
        if opened < 0 { throw failure(relativePath, errno) }
        return opened
    }

    /// The path beneath the root with every link resolved.
    package func resolve(_ relativePath: String) throws(AttributeError) -> String {
        var pending = Self.reversedParts(relativePath)
        var resolved = ""
        var links = 0
        while let component = pending.popLast() {
            switch component {
            case ".": continue
            case "..": resolved = resolved.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(resolved[..<$0]) } ?? ""
            default:
                let folder = resolved
                if !resolved.isEmpty { resolved += "/" }
                resolved += component
                guard let target = readLink(resolved) else { continue }
                links += 1
                // The kernel's own limit (path_resolution(7)).
                if links > 40 { throw failure(relativePath, ELOOP) }
                resolved = target.hasPrefix("/") ? "" : folder
                pending += Self.reversedParts(beneathRoot(target))
            }
        }
        return resolved
    }

    /// The names in a path, the last one first. Split as bytes, which is much quicker than by characters.
    private static func reversedParts(_ path: String) -> [Substring] {
        path.utf8.split(separator: UInt8(ascii: "/")).reversed().map { Substring($0) }
    }

    /// The names in a folder, sorted, without `.` and `..`.
    package func list(_ relativePath: String) throws(AttributeError) -> [String] {
        let folder = try open(relativePath, flags: O_RDONLY | O_DIRECTORY)
        return try folderNames(closing: folder) { failure(relativePath, $0) }.sorted()
    }

    /// A file's bytes, at most `limit` of them.
    package func bytes(_ relativePath: String, limit: Int = 1 << 20) throws(AttributeError) -> [UInt8] {
        let file = try open(relativePath)
        defer { close(file) }
        return try WholeFile.bytes(of: file, limit: limit) { failure(relativePath, $0) }
    }

    /// A small attribute's text without the white space around it; ill-formed UTF-8 is repaired.
    package func text(_ relativePath: String) throws(AttributeError) -> String {
        String(trimming: try bytes(relativePath, limit: 4096))
    }

    /// The unsigned decimal in a small attribute.
    ///
    /// - Throws: The kernel's error, or one with the `errno` of ``ReadingStatus/io(errno:)`` for malformed content.
    package func number(_ relativePath: String) throws(AttributeError) -> UInt64 {
        try number(relativePath) { unsafe cpowersensors_read_u64($0, &$1) }
    }

    /// The signed decimal in a small attribute.
    package func signedNumber(_ relativePath: String) throws(AttributeError) -> Int64 {
        try number(relativePath) { unsafe cpowersensors_read_i64($0, &$1) }
    }

    /// The unsigned decimal in a small attribute, and the duration of a second read of the open file.
    package func timedNumber(_ relativePath: String) throws(AttributeError) -> (number: UInt64, cost: Duration) {
        var cost = Duration.zero
        let number: UInt64 = try number(relativePath) { file, number in
            let code = unsafe cpowersensors_read_u64(file, &number)
            if code != 0 { return code }
            var again = number
            cost = ContinuousClock().measure { _ = unsafe cpowersensors_read_u64(file, &again) }
            return 0
        }
        return (number, cost)
    }

    /// The number in a small attribute, read by a function that returns 0 or a code of the C module.
    func number<Number: FixedWidthInteger>(
        _ relativePath: String, _ read: (CInt, inout Number) -> CInt
    ) throws(AttributeError) -> Number {
        let file = try open(relativePath)
        defer { close(file) }
        var number: Number = 0
        let code = read(file, &number)
        if code != 0 { throw failure(relativePath, errnoOfAttribute(code)) }
        return number
    }

    /// The mode, owner and group of a file (inode(7)).
    package func fileStatus(_ relativePath: String) throws(AttributeError) -> (
        mode: UInt32, owner: UInt32, group: UInt32
    ) {
        let file = try open(relativePath, flags: cpowersensors_path_only_flag())
        defer { close(file) }
        var status = stat()
        if unsafe fstat(file, &status) != 0 { throw failure(relativePath, errno) }
        return (status.st_mode, status.st_uid, status.st_gid)
    }

    /// The first folder on the path to a file that this process is not allowed to enter, with links resolved; nil if it
    /// can enter all of them.
    package func closedFolder(above relativePath: String) -> String? {
        guard let resolved = try? resolve(relativePath) else { return nil }
        var folder = ""
        for part in resolved.split(separator: "/") {
            let next = folder.isEmpty ? String(part) : "\(folder)/\(part)"
            if let obstacle = obstacle(to: next) {
                return obstacle == .forbidden && !folder.isEmpty ? folder : nil
            }
            folder = next
        }
        return nil
    }

    /// Whether a file or folder is on a real sysfs, rather than among a test's files or on a network share.
    package func isOnSysfs(_ relativePath: String) -> Bool {
        guard let file = try? open(relativePath, flags: cpowersensors_path_only_flag()) else { return false }
        defer { close(file) }
        return cpowersensors_file_system(file) == UInt64(CPOWERSENSORS_SYSFS)
    }

    /// Whether a file or folder exists and can be reached.
    package func exists(_ relativePath: String) -> Bool { obstacle(to: relativePath) == nil }

    /// Whether no such file or folder exists, as opposed to one that this process is not allowed to reach.
    package func isMissing(_ relativePath: String) -> Bool { obstacle(to: relativePath) == .absent }

    /// Whether a file, folder or link exists at a path that contains no links. Nothing is opened.
    package func hasEntry(_ resolvedPath: String) -> Bool {
        var status = stat()
        return unsafe fstatat(descriptor, resolvedPath, &status, AT_SYMLINK_NOFOLLOW) == 0
    }

    /// Why a file or folder cannot be reached; nil if it can be.
    private func obstacle(to relativePath: String) -> ReadingStatus? {
        do throws(AttributeError) {
            close(try open(relativePath, flags: cpowersensors_path_only_flag()))
            return nil
        } catch {
            return error.status
        }
    }

    private func failure(_ relativePath: String, _ code: Int32) -> AttributeError {
        AttributeError(path: relativePath.isEmpty ? path : "\(path)/\(relativePath)", errno: code)
    }

    /// The target of a symbolic link; nil for other files.
    package func readLink(_ relativePath: String) -> String? {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(PATH_MAX)) { buffer in
            let count = unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
                unsafe characters.baseAddress.map { unsafe readlinkat(descriptor, relativePath, $0, buffer.count) }
            }
            guard let count, count > 0 else { return nil }
            return unsafe String(decoding: buffer[..<count], as: UTF8.self)
        }
    }

    /// The path beneath this root for the target of an absolute link, from which the path of the folder or of its mount
    /// point is removed.
    private func beneathRoot(_ target: String) -> String {
        for prefix in [path, mountPoint] where target.hasPrefix(prefix + "/") {
            return String(target.dropFirst(prefix.count))
        }
        return target
    }
}

/// The three file trees in which sensors find their files.
public struct SystemRoots: Sendable {
    /// `/sys`, or the folder in its place.
    public let sysfs: SystemRoot

    /// `/proc`, or the folder in its place.
    public let procfs: SystemRoot

    /// `/dev`, or the folder in its place.
    public let dev: SystemRoot

    /// Opens the system's own trees, or folders in their place.
    ///
    /// - Parameters:
    ///   - sysfs: The folder to use as `/sys`; nil for `/sys` itself.
    ///   - procfs: The folder to use as `/proc`; nil for `/proc` itself.
    ///   - dev: The folder to use as `/dev`; nil for `/dev` itself.
    /// - Throws: ``AttributeError`` if a given folder cannot be opened. A default one that is not mounted counts as
    ///   empty.
    public init(sysfs: String? = nil, procfs: String? = nil, dev: String? = nil) throws(AttributeError) {
        self.sysfs = try Self.root(sysfs, mountPoint: "/sys")
        self.procfs = try Self.root(procfs, mountPoint: "/proc")
        self.dev = try Self.root(dev, mountPoint: "/dev")
    }

    /// The system's own `/sys`, `/proc` and `/dev`.
    public static var `default`: SystemRoots {
        SystemRoots(
            sysfs: SystemRoot(mountPoint: "/sys"),
            procfs: SystemRoot(mountPoint: "/proc"),
            dev: SystemRoot(mountPoint: "/dev")
        )
    }

    package init(sysfs: SystemRoot, procfs: SystemRoot, dev: SystemRoot) {
        self.sysfs = sysfs
        self.procfs = procfs
        self.dev = dev
    }

    private static func root(_ path: String?, mountPoint: String) throws(AttributeError) -> SystemRoot {
        guard let path else { return SystemRoot(mountPoint: mountPoint) }
        return try SystemRoot(path: path, mountPoint: mountPoint)
    }
}

/// The names in an open folder, without `.` and `..`; closes the folder.
package func folderNames(
    closing folder: CInt, failure: (Int32) -> AttributeError
) throws(AttributeError) -> [String] {
    guard let stream = unsafe fdopendir(folder) else {
        let code = errno
        close(folder)
        throw failure(code)
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
            unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}
