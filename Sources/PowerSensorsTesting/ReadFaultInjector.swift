import CPowerSensorsTesting
import Glibc
import PowerSensors

/// Injects a fault into the reads of one file, or redirects them to registers, as long as it exists.
///
/// The C module `CPowerSensorsTesting` replaces libc's `pread` and recognizes the file by its inode, through any descriptor. The
/// injector keeps the file open, so that the inode is not reused.
final class ReadFaultInjector: Sendable {
    private let descriptor: CInt
    private let device: UInt64
    private let inode: UInt64
    private let isRedirection: Bool

    /// Starts to inject a fault of reads; nil for a fault of the file itself, such as a missing file.
    convenience init?(of location: String, in tree: MockTree, as fault: MockFault) throws(AttributeError) {
        // One of `every` reads fails with the error, or else returns `length` bytes after the delay.
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

    /// Starts to redirect the reads of a file that holds registers, see ``MockRegisterDevice``.
    convenience init(redirecting location: String, in tree: MockTree) throws(AttributeError) {
        try self.init(location, in: tree, isRedirection: true, cpowersensorstesting_redirect_to_registers)
    }

    /// - Parameter start: Starts the injection for a device and inode, and returns 0 or an `errno`.
    private init(
        _ location: String, in tree: MockTree, isRedirection: Bool, _ start: (UInt64, UInt64) -> Int32
    ) throws(AttributeError) {
        self.isRedirection = isRedirection
        descriptor = unsafe openat(tree.descriptor, location, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw tree.failure(location, errno) }
        var file = stat()
        unsafe fstat(descriptor, &file)
        (device, inode) = (UInt64(file.st_dev), UInt64(file.st_ino))
        let code = start(device, inode)
        if code != 0 { throw tree.failure(location, code) }
    }

    deinit {
        cpowersensorstesting_restore_reads(device, inode, isRedirection ? 1 : 0)
        close(descriptor)
    }
}
