import Glibc
package import PowerSensors
package import PowerSensorsTesting

/// A folder that a host shares with a guest. It holds records and trees of counters, which are written as publishers write them.
package final class MockShare: Sendable {
    /// How a publisher changes a file.
    package enum WriteMode: CaseIterable, Sendable {
        /// It overwrites the file, as our own publisher does.
        case inPlace

        /// It replaces the file by a rename.
        case rename

        /// It truncates the file first, as Scaphandre does.
        case truncate
    }

    /// The counter that Scaphandre writes.
    package static let counter = "intel-rapl:0/energy_uj"

    /// The folder.
    package let tree: MockTree

    /// The folder's own path.
    package var path: String { tree.path }

    /// Creates an empty share.
    package init(beneath parent: String = "/tmp") throws(AttributeError) { tree = try MockTree(beneath: parent) }

    /// Writes a record.
    package func publish(_ record: ShareRecord, _ mode: WriteMode = .inPlace) throws(AttributeError) {
        try write(record.encoded(), to: "share", mode)
    }

    /// Overwrites only the beginning of the record, as a guest sees it if it reads during a write.
    package func publish(firstBytes count: Int, of record: ShareRecord) throws(AttributeError) {
        let known = (try? WholeFile.bytes("\(path)/share", limit: ShareRecord.size)) ?? []
        try tree.write(bytes: Array(record.encoded().prefix(count) + known.dropFirst(count)), to: "share")
    }

    /// Writes a counter as Scaphandre does: only digits, without a newline.
    ///
    /// - Parameters:
    ///   - microjoules: The number.
    ///   - file: The counter's file.
    ///   - mode: How it is written.
    ///   - nanoseconds: The modification time on the host's wall clock; nil for now.
    package func publish(
        counter microjoules: UInt64, at file: String = counter, _ mode: WriteMode = .truncate,
        modified nanoseconds: Int64? = nil
    ) throws(AttributeError) {
        try write(Array("\(microjoules)".utf8), to: file, mode)
        if let nanoseconds { try setModified(nanoseconds, of: file) }
    }

    /// Leaves only the first digits, or none, as a reader may see while a writer truncates and rewrites the file.
    package func tear(_ file: String = counter, digits: Int = 0) throws(AttributeError) {
        let text = try tree.text(of: file)
        try tree.write(String(text.prefix(digits)), to: file)
    }

    /// Writes a tree as our own publisher does.
    package func publishTree(package microjoules: UInt64, dram: UInt64) throws(AttributeError) {
        for (zone, name, number) in [("intel-rapl:0", "package-0", microjoules), ("intel-rapl:0:0", "dram", dram)] {
            let digits = "\(number)"
            let padding = String(repeating: " ", count: max(20 - digits.utf8.count, 0))
            try tree.write("\(name)\n", to: "\(zone)/name")
            try tree.write("1\n", to: "\(zone)/enabled")
            try tree.write("9223372036854775807\n", to: "\(zone)/max_energy_range_uj")
            try tree.write("\(digits)\(padding)\n", to: "\(zone)/energy_uj")
        }
    }

    private func write(_ bytes: [UInt8], to file: String, _ mode: WriteMode) throws(AttributeError) {
        switch mode {
        case .inPlace: try tree.write(bytes: bytes, to: file)
        case .rename: try tree.replaceFile(bytes, at: tree.location(of: file), permissions: 0o644)
        case .truncate:
            if tree.exists(file) { try tree.write(bytes: [], to: file) }
            try tree.write(bytes: bytes, to: file)
        }
    }

    private func setModified(_ nanoseconds: Int64, of file: String) throws(AttributeError) {
        let time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        let path = "\(path)/\(file)"
        let times = [time, time]
        if unsafe utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) != 0 {
            throw AttributeError(path: path, errno: errno)
        }
    }
}
