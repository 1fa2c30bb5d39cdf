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

        /// What the file holds now, or why nothing.
        func read() -> (text: ArraySlice<UInt8>, failure: ReadingStatus?) {
            do throws(AttributeError) {
                if !isKept { return (try sysfs.bytes(path, limit: 64)[...], nil) }
                var span = bytes.mutableSpan
                let count = try file.read(into: &span)
                return (bytes[..<count], nil)
            } catch {
                return ([], error.status)
            }
        }
    }

    let channels: [Channel]
    private let counters: [Counter]

    init(_ channels: [Channel], beneath sysfs: SystemRoot) {
        self.channels = channels
        counters = channels.map { Counter($0, beneath: sysfs) }
    }

    func read(into readings: inout OutputSpan<Reading>) {
        for counter in counters { readings.append(reading(of: counter)) }
    }

    private func reading(of counter: Counter) -> Reading {
        let (bytes, failure) = counter.read()
        if let failure { return .missing(failure) }
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x0A }
        let text = bytes.drop(while: isBlank)
        guard let last = text.lastIndex(where: { !isBlank($0) }) else { return .missing(.io(errno: ENODATA)) }
        let trimmed = text[...last]
        if let energy = DecimalEnergy(trimmed) { return .count(energy.microjoules) }
        // No text that is known is longer than one that needs no memory of its own.
        return .missing(
            trimmed.count > 15 ? .io(errno: EBADMSG) : Self.status(of: String(decoding: trimmed, as: UTF8.self)))
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
