import Glibc
import PowerSensors
package import PowerSensorsTesting

/// The files of some folders that are opened, by inotify(7).
package final class OpenedFiles {
    private let descriptor: CInt

    /// Watches folders of a mock sysfs.
    package init(in folders: [String], of machine: MockMachine) throws {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw AttributeError(path: "inotify", errno: errno) }
        for folder in folders {
            let watch = unsafe inotify_add_watch(descriptor, "\(machine.sysfs.path)/\(folder)", UInt32(IN_OPEN))
            guard watch >= 0 else { throw AttributeError(path: folder, errno: errno) }
        }
    }

    deinit { close(descriptor) }

    /// The names of the files that were opened since the previous call, sorted; `.` is a folder itself.
    package func drain() -> [String] { Set(drainAll()).sorted() }

    /// The same in the order in which they were opened, with those that were opened again.
    package func drainAll() -> [String] {
        var names: [String] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            if count <= 0 { return names }
            var start = 0
            while start < count {
                // int wd, uint32_t mask, cookie and len, and then a name of that length
                let length = (0..<4).reduce(0) { $0 | Int(buffer[start + 12 + $1]) << (8 * $1) }
                let name = buffer[start + 16..<start + 16 + length].prefix { $0 != 0 }
                names.append(name.isEmpty ? "." : String(decoding: name, as: UTF8.self))
                start += 16 + length
            }
        }
    }
}
