import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// What a process holds at a moment, and must not hold more of as time goes by.
struct Holdings: CustomStringConvertible {
    /// Open files.
    let descriptors: Int

    /// The monitor's threads, known by their name: the runtime's own pool grows and shrinks as it likes.
    let monitorThreads: Int

    /// Memory in use.
    let residentKibibytes: Int

    /// Looks into procfs.
    init() throws(AttributeError) {
        // One more is open while the folder is listed.
        descriptors = try Self.names(in: "/proc/self/fd").count - 1
        var named = 0
        for task in try Self.names(in: "/proc/self/task")
        where Self.text("/proc/self/task/\(task)/comm") == "powersensors" {
            named += 1
        }
        monitorThreads = named
        let pages = Self.text("/proc/self/statm").split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        residentKibibytes = pages * Int(getpagesize()) / 1024
    }

    var description: String {
        "\(descriptors) descriptors, \(monitorThreads) thread of the monitor, \(residentKibibytes) KiB resident"
    }

    private static func names(in folder: String) throws(AttributeError) -> [String] {
        guard let stream = unsafe opendir(folder) else { throw AttributeError(path: folder, errno: errno) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    /// A small file's first line; empty where it cannot be read, as when a thread has just ended.
    private static func text(_ path: String) -> String {
        guard let file = unsafe fopen(path, "r") else { return "" }
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard unsafe fgets(&line, Int32(line.count), file) != nil else { return "" }
        return String(decoding: line.prefix { $0 != 0 && $0 != 0x0A }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
