import Glibc
import PowerSensorsCore

/// Reads the energy counters of groups of resctrl (Linux's resource-control filesystem), with one `pread` each, as counts of 1 µJ.
final class ResctrlReader: SensorReader {
    /// One counter's file, as a class: an array cannot hold a ``KeptFile`` itself, as that cannot be copied.
    private final class Counter {
        private var file: KeptFile
        private var bytes = [UInt8](repeating: 0, count: 64)

        init(_ channel: Channel, beneath sysfs: SystemRoot) {
            file = KeptFile(channel.path ?? "", beneath: sysfs, isKept: channel.keepsOpen)
        }

        func read() -> Reading {
            do throws(AttributeError) {
                var span = bytes.mutableSpan
                let count = try file.read(into: &span)
                return reading(count: count)
            } catch {
                return .missing(error.status)
            }
        }

        /// Parses the first bytes of the buffer. No allocation if they are a number.
        private func reading(count: Int) -> Reading {
            // This shares the array's storage and does not copy it.
            let bytes = bytes
            var (start, end) = (0, count)
            while start < end, Self.isBlank(bytes[start]) { start += 1 }
            while start < end, Self.isBlank(bytes[end - 1]) { end -= 1 }
            // The file holds decimal joules.
            if let energy = bytes.span.extracting(start..<end).microjoules { return .count(energy) }
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

    func readChannels(into readings: inout OutputSpan<Reading>) {
        for index in counters.indices { readings.append(counters[index].read()) }
    }

    /// The status of a counter whose file holds one of the kernel's words in place of a number
    /// (Documentation/filesystems/resctrl.rst), or any other text.
    static func status(of text: String) -> ReadingStatus {
        switch text {
        case "Unavailable", "Unassigned": .absent
        case "Error": .io(errno: EIO)
        case "": .io(errno: ENODATA)
        default: .io(errno: EBADMSG)
        }
    }
}
