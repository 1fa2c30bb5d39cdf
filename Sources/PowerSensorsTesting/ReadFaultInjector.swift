import CPowerSensorsTesting
import Glibc
import PowerSensors

/// Changes the reads of one file, as long as it exists.
///
/// The C module `CPowerSensorsTesting` replaces libc's `pread`, and the file is recognized by its inode, through any
/// descriptor. The injector keeps the file open, so that the inode is not reused.
final class ReadFaultInjector: Sendable {
    /// What a read returns instead of the text.
    enum Answer {
        case error(errno: Int32)
        /// The text, but no more of it than this number of bytes.
        case beginning(length: Int)
        /// A value of eight bytes in native order.
        case value(UInt64)
    }

    private let descriptor: CInt

    /// Starts to change the reads of a file.
    ///
    /// - Parameter answer: Called with the offset of each read; nil for the text.
    init(
        of location: String, in tree: MockTree, answer: @escaping @Sendable (_ offset: Int) -> Answer?
    ) throws(AttributeError) {
        descriptor = unsafe openat(tree.descriptor, location, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw tree.failure(location, errno) }
        var file = stat()
        unsafe fstat(descriptor, &file)
        let change = Change(descriptor: descriptor, device: file.st_dev, inode: file.st_ino, answer: answer)
        update { $0.insert(change, at: 0) }
    }

    /// Starts to inject a fault of reads; nil for a fault of the file itself, such as a missing file.
    convenience init?(of location: String, in tree: MockTree, as fault: MockFault) throws(AttributeError) {
        guard case .reads(let errno, let length, let delay, let every) = fault.form else { return nil }
        let reads = Locked(0)
        try self.init(of: location, in: tree) { _ in
            let number = reads.withLock { reads in
                reads += 1
                return reads
            }
            guard number % max(every, 1) == 0 else { return nil }
            if delay > .zero { usleep(UInt32(clamping: Int(delay / .microseconds(1)))) }
            return errno == 0 ? .beginning(length: max(length, 0)) : .error(errno: errno)
        }
    }

    deinit {
        update { [descriptor] changes in changes.removeAll { $0.descriptor == descriptor } }
        close(descriptor)
    }
}

/// How the reads of a file are changed.
private struct Change: Sendable {
    /// The injector's own descriptor.
    let descriptor: CInt
    let device: dev_t
    let inode: ino_t
    let answer: @Sendable (_ offset: Int) -> ReadFaultInjector.Answer?
}

/// The latest first.
private let changes = Locked<[Change]>([])

/// Updates the changes. Without any, reads do not pass through ``answerRead(descriptor:buffer:size:offset:)``.
private func update(_ body: (inout [Change]) -> Void) {
    changes.withLock { changes in
        body(&changes)
        unsafe cpowersensorstesting_answer_reads(changes.isEmpty ? cpowersensorstesting_kernel_read : answerRead)
    }
}

/// Answers a read of any file; the latest change of the file counts first.
private func answerRead(descriptor: CInt, buffer: UnsafeMutableRawPointer, size: Int, offset: off_t) -> Int {
    var file = stat()
    var size = size
    guard unsafe fstat(descriptor, &file) == 0 else { return -Int(errno) }
    let changes = changes.withLock { $0 }
    // By index, because an iterator of structs allocates in debug builds, and tests count allocations.
    for index in changes.indices where changes[index].device == file.st_dev && changes[index].inode == file.st_ino {
        switch changes[index].answer(offset) {
        case .error(let errno): return -Int(errno)
        case .beginning(let length): size = min(size, length)
        case .value(let value):
            guard size >= MemoryLayout<UInt64>.size else { return -Int(EIO) }
            unsafe buffer.storeBytes(of: value, as: UInt64.self)
            return MemoryLayout<UInt64>.size
        case nil: break
        }
    }
    return unsafe cpowersensorstesting_kernel_read(descriptor, buffer, size, offset)
}
