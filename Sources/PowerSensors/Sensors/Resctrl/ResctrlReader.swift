#if canImport(Glibc)
import Glibc
#endif

/// Reads the groups' counters with one `pread` each, as counts of 1 µJ.
final class ResctrlReader: SensorReader {
    /// A kept-open file; a file cannot be copied, so it does not lie in an array itself.
    private final class Counter {
        private let path: String
        private let sysfs: SystemRoot
        private var file: KeptFile
        private let isKept: Bool
        private var bytes = [UInt8](repeating: 0, count: 64)

        init(_ channel: Channel, beneath sysfs: SystemRoot) {
            path = channel.path ?? ""
            self.sysfs = sysfs
            isKept = !channel.isOpenedEachTime
            file = KeptFile(path, beneath: sysfs, opensNow: isKept)
        }

        /// The counter's reading now.
        func read() -> Reading {
            do throws(AttributeError) {
                if !isKept {
                    let text = try sysfs.bytes(path, limit: 64)
                    return Self.reading(of: text, count: text.count)
                }
                var span = bytes.mutableSpan
                let count = try file.read(into: &span)
                return Self.reading(of: bytes, count: count)
            } catch {
                return .missing(error.status)
            }
        }

        /// What the first bytes of a buffer say. No allocation where it is a number.
        private static func reading(of bytes: [UInt8], count: Int) -> Reading {
            var (start, end) = (0, count)
            while start < end, isBlank(bytes[start]) { start += 1 }
            while start < end, isBlank(bytes[end - 1]) { end -= 1 }
            if let energy = DecimalEnergy(bytes, from: start, to: end) { return .count(energy.microjoules) }
            return .missing(ResctrlReader.status(of: String(decoding: bytes[start..<end], as: UTF8.self)))
        }

        private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A }
    }

    let channels: [Channel]
    private let counters: [Counter]

    init(_ channels: [Channel], beneath sysfs: SystemRoot) {
        self.channels = channels
        counters = channels.map { Counter($0, beneath: sysfs) }
    }

    func read(into readings: inout OutputSpan<Reading>) {
        for index in counters.indices { readings.append(counters[index].read()) }
    }

    /// What a text without a number means.
    static func status(of text: String) -> ReadingStatus {
        switch text {
        case "Unavailable", "Unassigned": .absent
        case "Error": .io(errno: EIO)
        case "": .io(errno: ENODATA)
        default: .io(errno: EBADMSG)
        }
    }
}
