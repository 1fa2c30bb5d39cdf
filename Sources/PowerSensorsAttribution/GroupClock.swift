import PowerSensorsCore
import PowerSensorsMachine

/// Reads one control group's clock: the processor time that the kernel counts for the tasks of the group and of the
/// groups inside it.
final class GroupClock {
    private var file: KeptFile

    /// - Parameters:
    ///   - path: The group's `cpu.stat` or `cpuacct.usage`.
    ///   - sysfs: The tree with the file.
    init(_ path: String, beneath sysfs: SystemRoot) {
        file = KeptFile(path, beneath: sysfs, for: .group)
    }

    /// The time that its tasks have run, in microseconds; nil if the group is gone. If it was created again, that is seen after
    /// the file's back-off. No allocation.
    func microseconds() -> UInt64? {
        var buffer = InlineArray<64, UInt8>(repeating: 0)
        var bytes = buffer.mutableSpan
        guard let count = try? file.read(into: &bytes) else { return nil }
        return Self.microseconds(in: buffer.span.extracting(first: count))
    }

    private static let key = Array("usage_usec ".utf8)

    /// Parses the beginning of either file: `usage_usec` and a number of microseconds, or a number of nanoseconds
    /// alone.
    private static func microseconds(in text: Span<UInt8>) -> UInt64? {
        var position = 0
        while position < min(key.count, text.count), text[position] == key[position] { position += 1 }
        let hasKey = position == key.count
        if position > 0, !hasKey { return nil }
        guard let number = text.decimal(at: &position), !number.overflows, position < text.count,
            text[position] == UInt8(ascii: "\n")
        else { return nil }
        return hasKey ? number.value : number.value / 1000
    }
}
