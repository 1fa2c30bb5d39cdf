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
}
