import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// A folder that stands for `/sys`, `/proc` or `/dev`: every file is opened beneath it.
///
/// Symbolic links, absolute ones included, are resolved inside it, as with a host's `/sys` that is mounted at
/// `/host/sys`; none leads out.
public final class SystemRoot: Sendable {
    /// The folder's path.
    public let path: String

    /// Where the kernel's own links expect the folder to be mounted, such as `/sys`.
    package let mountPoint: String

    /// Negative where the folder is missing: then nothing is found beneath it.
    private let descriptor: CInt

    /// Whether openat2(2) is tried first. The fall-back must give the same, and is tested by switching it off.
    private let prefersKernelResolution: Bool

    /// Opens a folder, which must exist.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - mountPoint: Where links expect it, such as `/sys`.
    /// - Throws: ``AttributeError`` where it is no folder that can be opened.
    public convenience init(path: String, mountPoint: String) throws(AttributeError) {
        try self.init(path: path, mountPoint: mountPoint, prefersKernelResolution: true)
    }

    package init(path: String, mountPoint: String, prefersKernelResolution: Bool) throws(AttributeError) {
        descriptor = unsafe Glibc.open(path, cpowersensors_path_only_flag() | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { throw AttributeError(path: path, errno: errno) }
        // A folder that may not be entered opens all the same, and then hides what is in it.
        if unsafe faccessat(descriptor, ".", X_OK, 0) != 0 {
            let code = errno
            close(descriptor)
            throw AttributeError(path: path, errno: code)
        }
        self.path = path
        self.mountPoint = mountPoint
        self.prefersKernelResolution = prefersKernelResolution
    }

    /// The usual folder, or an empty one where it is not mounted.
    package init(mountPoint: String) {
        descriptor = unsafe Glibc.open(mountPoint, cpowersensors_path_only_flag() | O_DIRECTORY | O_CLOEXEC)
        path = mountPoint
        self.mountPoint = mountPoint
        prefersKernelResolution = true
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Whether this is the machine's own tree and no fixture or second mount.
    package var isUsual: Bool { path == mountPoint }

    /// Opens a file or folder beneath the root for reading; the caller closes the descriptor.
    package func open(_ relativePath: String, flags: Int32 = O_RDONLY) throws(AttributeError) -> CInt {
        guard descriptor >= 0 else { throw failure(relativePath, ENOENT) }
        // In a tree that somebody else made, a pipe must not hold us up. Descriptors that only name a file never
        // wait, and openat2(2) refuses those flags for them.
        let isPathOnly = flags & cpowersensors_path_only_flag() != 0
        let flags = isPathOnly ? flags : flags | O_NONBLOCK | O_NOCTTY
        if prefersKernelResolution {
            let opened = unsafe cpowersensors_open_in_root(descriptor, relativePath, flags)
            if opened >= 0 { return opened }
            // ENOENT may be a link to an absolute path of the usual mount point, which only the walk knows.
            guard [ENOSYS, EPERM, ENOENT].contains(-opened) else { throw failure(relativePath, -opened) }
        }
        let resolved = try resolve(relativePath)
        let opened = unsafe openat(descriptor, resolved.isEmpty ? "." : resolved, flags | O_NOFOLLOW | O_CLOEXEC)
        if opened < 0 { throw failure(relativePath, errno) }
        return opened
    }

    /// The path beneath the root that is left when every link is resolved.
    package func resolve(_ relativePath: String) throws(AttributeError) -> String {
        var pending = Array(relativePath.split(separator: "/").reversed())
        var resolved: [Substring] = []
        var links = 0
        while let component = pending.popLast() {
            switch component {
            case ".": continue
            case "..": _ = resolved.popLast()
            default:
                resolved.append(component)
                guard let target = readLink(resolved.joined(separator: "/")) else { continue }
                links += 1
                // The kernel's own limit (path_resolution(7)).
                if links > 40 { throw failure(relativePath, ELOOP) }
                resolved.removeLast()
                if target.hasPrefix("/") { resolved = [] }
                pending += beneathRoot(target).split(separator: "/").reversed()
            }
        }
        return resolved.joined(separator: "/")
    }

    /// The names in a folder, sorted, without `.` and `..`.
    package func list(_ relativePath: String) throws(AttributeError) -> [String] {
        let folder = try open(relativePath, flags: O_RDONLY | O_DIRECTORY)
        guard let stream = unsafe fdopendir(folder) else {
            let code = errno
            close(folder)
            throw failure(relativePath, code)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// A file's bytes, at most `limit` of them.
    package func bytes(_ relativePath: String, limit: Int = 1 << 20) throws(AttributeError) -> [UInt8] {
        let file = try open(relativePath)
        defer { close(file) }
        var bytes: [UInt8] = []
        var failed: Int32 = 0
        while bytes.count < limit {
            let size = min(65536, limit - bytes.count)
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                let read = unsafe Glibc.read(file, buffer.baseAddress, size)
                if read < 0 { failed = errno }
                count = max(read, 0)
            }
            if failed == EINTR {
                failed = 0
                continue
            }
            if failed != 0 { throw failure(relativePath, failed) }
            if chunk.isEmpty { break }
            bytes += chunk
        }
        return bytes
    }

    /// A small attribute's text without the white space around it; ill-formed UTF-8 is repaired.
    package func text(_ relativePath: String) throws(AttributeError) -> String {
        String(trimming: try bytes(relativePath, limit: 4096))
    }

    /// The unsigned decimal in a small attribute.
    ///
    /// - Throws: The kernel's `errno`, or that of ``Attributes`` for a text that is no such number.
    package func number(_ relativePath: String) throws(AttributeError) -> UInt64 {
        try timedNumber(relativePath).number
    }

    /// The unsigned decimal in a small attribute, and what it costs to read it once more while it is open.
    package func timedNumber(
        _ relativePath: String
    ) throws(AttributeError) -> (number: UInt64, cost: Duration) {
        let file = try open(relativePath)
        defer { close(file) }
        var number: UInt64 = 0
        let code = unsafe cpowersensors_read_u64(file, &number)
        if code != 0 { throw failure(relativePath, errnoOfAttribute(code)) }
        var again: UInt64 = 0
        let began = ContinuousClock.now
        _ = unsafe cpowersensors_read_u64(file, &again)
        return (number, ContinuousClock.now - began)
    }

    /// Who owns a file, and who may do what with it (inode(7)).
    package func fileStatus(_ relativePath: String) throws(AttributeError) -> (
        mode: UInt32, owner: UInt32, group: UInt32
    ) {
        let file = try open(relativePath, flags: cpowersensors_path_only_flag())
        defer { close(file) }
        var status = stat()
        if unsafe fstat(file, &status) != 0 { throw failure(relativePath, errno) }
        return (status.st_mode, status.st_uid, status.st_gid)
    }

    /// The folder that keeps this process from a file in it, links resolved; nil where only the file itself may do so.
    package func closedFolder(above relativePath: String) -> String? {
        guard let resolved = try? resolve(relativePath) else { return nil }
        var folder = ""
        for part in resolved.split(separator: "/") {
            let next = folder.isEmpty ? String(part) : "\(folder)/\(part)"
            do throws(AttributeError) {
                _ = try fileStatus(next)
            } catch {
                return error.status == .forbidden && !folder.isEmpty ? folder : nil
            }
            folder = next
        }
        return nil
    }

    /// Whether a file or folder lies on the kernel's own sysfs, and not in a fixture or on another machine's share.
    package func isOnSysfs(_ relativePath: String) -> Bool {
        guard let file = try? open(relativePath, flags: cpowersensors_path_only_flag()) else { return false }
        defer { close(file) }
        return cpowersensors_file_system(file) == UInt64(CPOWERSENSORS_SYSFS)
    }

    /// Whether something is there.
    package func exists(_ relativePath: String) -> Bool {
        guard let file = try? open(relativePath, flags: cpowersensors_path_only_flag()) else { return false }
        close(file)
        return true
    }

    /// Whether nothing is there, unlike something that is only closed to us.
    package func isMissing(_ relativePath: String) -> Bool {
        do throws(AttributeError) {
            close(try open(relativePath, flags: cpowersensors_path_only_flag()))
            return false
        } catch {
            return error.status == .absent
        }
    }

    private func failure(_ relativePath: String, _ code: Int32) -> AttributeError {
        AttributeError(path: relativePath.isEmpty ? path : "\(path)/\(relativePath)", errno: code)
    }

    /// The link's target, or nil for anything but a link.
    private func readLink(_ relativePath: String) -> String? {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(PATH_MAX)) { buffer in
            let count = unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
                unsafe characters.baseAddress.map { unsafe readlinkat(descriptor, relativePath, $0, buffer.count) }
            }
            guard let count, count > 0 else { return nil }
            return unsafe String(decoding: buffer[..<count], as: UTF8.self)
        }
    }

    /// What an absolute link means beneath this root, be it written for the folder or for its mount point.
    private func beneathRoot(_ target: String) -> String {
        for prefix in [path, mountPoint] where target.hasPrefix(prefix + "/") {
            return String(target.dropFirst(prefix.count))
        }
        return target
    }
}

/// The three trees that sensors look in.
public struct SystemRoots: Sendable {
    /// What stands for `/sys`.
    public let sysfs: SystemRoot

    /// What stands for `/proc`.
    public let procfs: SystemRoot

    /// What stands for `/dev`.
    public let dev: SystemRoot

    /// The machine's own trees, or others in their place.
    ///
    /// - Parameters:
    ///   - sysfs: A folder in place of `/sys`; nil for the usual one.
    ///   - procfs: A folder in place of `/proc`; nil for the usual one.
    ///   - dev: A folder in place of `/dev`; nil for the usual one.
    /// - Throws: ``AttributeError`` for a folder that was named and cannot be opened. A usual one that is not
    ///   mounted counts as empty.
    public init(sysfs: String? = nil, procfs: String? = nil, dev: String? = nil) throws(AttributeError) {
        self.sysfs = try Self.root(sysfs, mountPoint: "/sys")
        self.procfs = try Self.root(procfs, mountPoint: "/proc")
        self.dev = try Self.root(dev, mountPoint: "/dev")
    }

    /// The machine's own trees.
    public static var usual: SystemRoots {
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
