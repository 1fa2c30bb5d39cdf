/// The first line of procfs' `stat`, kept open: one system call a reading, no allocation.
///
/// The kernel writes the whole file for it, some tens of microseconds on a machine of many processors.
struct LoadReader: ~Copyable {
    /// The file, relative to procfs.
    static let path = "stat"

    private var file: KeptFile

    /// Opens the file; where it cannot be opened, readings tell why until a later try succeeds.
    init(beneath root: SystemRoot) { file = KeptFile(Self.path, beneath: root) }

    /// Reads the times of this moment.
    mutating func read() throws(AttributeError) -> CPUTimes {
        // Ten fields of up to twenty digits, with the spaces between them, are 216 bytes.
        var buffer = InlineArray<256, UInt8>(repeating: 0)
        var bytes = buffer.mutableSpan
        let count = try file.read(into: &bytes)
        do throws(CPUTimesError) {
            let text = buffer.span.extracting(first: count)
            return try CPUTimes(parsing: text, isWhole: count < buffer.count)
        } catch {
            throw file.error(error.errno)
        }
    }
}
