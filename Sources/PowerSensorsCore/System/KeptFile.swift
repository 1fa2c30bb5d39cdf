import CPowerSensors

/// A file kept open, so that reading it again costs a single system call.
///
/// It owns its descriptor: it cannot be copied, and closes it when it goes away. If the descriptor is dead, because a
/// device was removed, the file is opened again, with a ``BackOff``. To save descriptors, the file can be opened for
/// each reading instead.
package struct KeptFile: ~Copyable {
    /// The file's path, including its root.
    package let path: String

    private var file: KeptDescriptor

    /// Opens the file. If that fails, reads throw the error until a later attempt succeeds.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - root: The folder beneath which it is found, such as `/sys`.
    ///   - isKept: Whether it stays open between readings.
    ///   - longestBackOff: The longest time between two attempts to open it.
    ///   - use: What it is read for.
    ///   - budget: What decides whether it may stay open.
    package init(
        _ path: String, beneath root: SystemRoot, isKept: Bool = true, longestBackOff: Duration = .seconds(2),
        for use: DescriptorBudget.Use = .sensor, in budget: DescriptorBudget = .ofProcess
    ) {
        self.path = "\(root.path)/\(path)"
        file = KeptDescriptor(
            Attributes.Source(path: path, isKept: isKept), beneath: root, longestBackOff: longestBackOff,
            for: use, in: budget)
    }

    deinit { file.close() }

    /// Why the file was not open at the latest failure.
    package var failure: AttributeError { AttributeError(path: path, errno: file.failure) }

    /// Reads the file from its start or an offset, as much as fits into the buffer.
    ///
    /// - Returns: The number of bytes.
    package mutating func read(
        into bytes: inout MutableSpan<UInt8>, at offset: Int = 0
    ) throws(AttributeError) -> Int {
        var count = 0
        let code = unsafe bytes.withUnsafeMutableBytes { bytes in
            file.read { file in
                count =
                    unsafe bytes.baseAddress.map { unsafe cpowersensors_read_at(file, $0, bytes.count, offset) } ?? 0
                return Int32(clamping: -min(count, 0))
            }
        }
        if code != 0 { throw AttributeError(path: path, errno: code) }
        return count
    }
}
