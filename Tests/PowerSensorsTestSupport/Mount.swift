import PowerSensorsTesting

#if canImport(Glibc)
import Glibc
#endif

/// A small file system in memory, unmounted on deinitialization.
package final class Mount {
    package static var isAllowed: Bool {
        guard geteuid() == 0, let tree = try? MockTree() else { return false }
        return (try? Mount("\(tree.path)/probe", size: "8k")) != nil
    }

    package let path: String
    private let size: String

    package init(_ path: String, size: String, mode: String = "0700") throws {
        self.path = path
        self.size = size
        unsafe mkdir(path, 0o700)
        let code = unsafe mount("none", path, "tmpfs", 0, "size=\(size),mode=\(mode)")
        if code != 0 { throw MountError(errno: errno) }
    }

    deinit { unsafe umount2(path, Int32(MNT_DETACH)) }

    package func change(size: String? = nil, isReadOnly: Bool = false) throws {
        let flags = UInt(MS_REMOUNT) | (isReadOnly ? UInt(MS_RDONLY) : 0)
        let code = unsafe mount("none", path, "tmpfs", flags, "size=\(size ?? self.size)")
        if code != 0 { throw MountError(errno: errno) }
    }
}

/// A file system that could not be mounted.
package struct MountError: Error {
    package let errno: Int32
}
