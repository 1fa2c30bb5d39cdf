import CPowerSensorsTesting
import Glibc
import PowerSensors

/// Makes the reads of one file fail, or redirects them to registers, during its lifetime.
///
/// Reads are recognized by the file's inode; the open file prevents the inode's reuse.
final class ReadFaultInjector: Sendable {
    private let descriptor: CInt
    private let device: UInt64
    private let inode: UInt64
    private let isRedirection: Bool

    /// Starts to inject a fault; nil for a fault of the file itself.
    convenience init?(of location: String, in tree: MockTree, as fault: MockFault) throws(AttributeError) {
        let (error, length, delay, every): (Int32, Int, Duration, Int)
        switch fault.form {
        case .failing(let errno, let interval): (error, length, delay, every) = (errno, 0, .zero, interval)
        case .torn(let bytes, let interval): (error, length, delay, every) = (0, bytes, .zero, interval)
        case .delayed(let time): (error, length, delay, every) = (0, .max, time, 1)
        case .gone: (error, length, delay, every) = (ENODEV, 0, .zero, 1)
        default: return nil
        }
        try self.init(location, in: tree, isRedirection: false) { device, inode in
            cpowersensorstesting_inject_read_fault(
                device, inode, error, UInt32(clamping: length), UInt32(clamping: Int(delay / .microseconds(1))),
                UInt32(clamping: every))
        }
    }

    /// Starts to redirect the reads of a file of registers.
    convenience init(redirecting location: String, in tree: MockTree) throws(AttributeError) {
        try self.init(location, in: tree, isRedirection: true, cpowersensorstesting_redirect_to_registers)
    }

    private init(
        _ location: String, in tree: MockTree, isRedirection: Bool, _ begin: (UInt64, UInt64) -> Int32
    ) throws(AttributeError) {
        self.isRedirection = isRedirection
        descriptor = unsafe openat(tree.descriptor, location, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw tree.failure(location, errno) }
        var file = stat()
        unsafe fstat(descriptor, &file)
        (device, inode) = (UInt64(file.st_dev), UInt64(file.st_ino))
        let code = begin(device, inode)
        if code != 0 { throw tree.failure(location, code) }
    }

    deinit {
        cpowersensorstesting_restore_reads(device, inode, isRedirection ? 1 : 0)
        close(descriptor)
    }
}
