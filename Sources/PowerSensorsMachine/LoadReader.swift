package import PowerSensorsCore

/// Reads the times of all processors, which are the first line of procfs' `stat`, with one system call and no
/// allocation per reading: the file stays open.
///
/// The kernel generates the whole file each time, which takes tens of microseconds on a machine with many
/// processors.
package struct LoadReader: ~Copyable {
    /// The file, relative to procfs.
    package static let path = "stat"

    private var file: KeptFile
    /// The number of processors in the file; nil before it is needed.
    private var processors: Int?

    /// Opens the file. If that fails, reading throws until a later attempt succeeds.
    package init(beneath root: SystemRoot) { file = KeptFile(Self.path, beneath: root) }

    /// The processors' times now.
    package mutating func read() throws(AttributeError) -> CPUTimes {
        // Ten fields of up to twenty digits, with the spaces between them, are 216 bytes.
        var buffer = InlineArray<256, UInt8>(repeating: 0)
        var bytes = buffer.mutableSpan
        let count = try file.read(into: &bytes)
        let text = buffer.span.extracting(first: count)
        return try CPUTimes(parsing: text, isWhole: count < buffer.count, path: file.path)
    }

    /// Whether what the processors counted between two readings can have happened between them.
    ///
    /// It cannot if processors went offline or came back online. A processor's idle time is then shown from another
    /// counter (fs/proc/stat.c), and some kernels and containers sum up online processors only, so that the sums fall by
    /// what a processor has counted since boot, and later rise by it again.
    ///
    /// - Parameters:
    ///   - times: The later reading, the latest of ``read()``.
    ///   - earlier: The earlier one.
    ///   - nanoseconds: The time between them.
    package mutating func isContinuous(_ times: CPUTimes, since earlier: CPUTimes, over nanoseconds: Int64) -> Bool {
        if times.hasFallen(since: earlier) { return false }
        let ticks = times.elapsed(since: earlier).total
        if let processors, ticks <= Self.mostTicks(of: processors, in: nanoseconds) { return true }
        // There may be more processors by now. This reads the whole file, so it is done only if it matters.
        let processors = countProcessors()
        self.processors = processors
        return ticks <= Self.mostTicks(of: processors, in: nanoseconds)
    }

    /// How many ticks processors may count between two readings some time apart: one in 10 ms each, half as many again,
    /// and those of 200 ms by which a reading may be late.
    private static func mostTicks(of processors: Int, in nanoseconds: Int64) -> UInt64 {
        let each = UInt64(max(nanoseconds, 0)) / 10_000_000
        let (ticks, overflow) = (each + each / 2 + 20).multipliedReportingOverflow(by: UInt64(max(processors, 0)))
        return overflow ? .max : ticks
    }

    private static let prefix = Array("cpu".utf8)

    /// The number of processors that the file lists, one in each line after the first; without such lines it is unlimited.
    private mutating func countProcessors() -> Int {
        var (processors, offset, column) = (0, 0, 0)
        var buffer = InlineArray<4096, UInt8>(repeating: 0)
        while true {
            var bytes = buffer.mutableSpan
            guard let count = try? file.read(into: &bytes, at: offset), count > 0 else { break }
            offset += count
            let text = buffer.span.extracting(first: count)
            for index in 0..<count {
                let byte = text[index]
                if byte == UInt8(ascii: "\n") {
                    column = 0
                    continue
                }
                if column < Self.prefix.count, byte != Self.prefix[column] {
                    return processors > 0 ? processors : .max
                }
                if column == Self.prefix.count, byte != UInt8(ascii: " ") { processors += 1 }
                column += 1
            }
        }
        return processors > 0 ? processors : .max
    }
}
