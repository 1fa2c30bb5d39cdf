import Glibc
import PowerSensors
import PowerSensorsTesting
import Testing

/// The files of some folders that are opened, by inotify(7).
final class OpenedFiles {
    private let descriptor: CInt

    /// Watches folders of a mock sysfs.
    init(in folders: [String], of machine: MockMachine) throws {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        try #require(descriptor >= 0)
        for folder in folders {
            let watch = unsafe inotify_add_watch(descriptor, "\(machine.sysfs.path)/\(folder)", UInt32(IN_OPEN))
            try #require(watch >= 0)
        }
    }

    deinit { close(descriptor) }

    /// The names of the files that were opened since the previous call, sorted; `.` is a folder itself.
    func drain() -> [String] { Set(drainAll()).sorted() }

    /// The same in the order in which they were opened, with those that were opened again.
    func drainAll() -> [String] {
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
