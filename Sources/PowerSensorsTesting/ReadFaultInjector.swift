import CPowerSensorsTesting
import Glibc
import PowerSensors

/// Injects a fault into the reads of one file, or redirects them to registers, as long as it exists.
///
/// The C module `CPowerSensorsTesting` replaces libc's `pread` and recognizes the file by its inode, through any descriptor. The
/// injector keeps the file open, so that the inode is not reused.
final class ReadFaultInjector: Sendable {
    private let descriptor: CInt
    private let change: cpowersensorstesting_change

    /// Starts to inject a fault of reads; nil for a fault of the file itself, such as a missing file.
    convenience init?(of location: String, in tree: MockTree, as fault: MockFault) throws(AttributeError) {
        var change = cpowersensorstesting_change()
        change.every = 1
        switch fault.form {
        case .reads(let errno, let length, let delay, let every):
            change.error = errno
            change.length = UInt32(clamping: length)
            change.delay = UInt32(clamping: Int(delay / .microseconds(1)))
            change.every = UInt32(clamping: max(every, 1))
        case .gone: change.error = ENODEV
        default: return nil
        }
        try self.init(location, in: tree, change)
    }

    /// Starts to redirect the reads of a file that holds registers, see ``MockRegisterDevice``.
    convenience init(redirecting location: String, in tree: MockTree) throws(AttributeError) {
        var change = cpowersensorstesting_change()
        change.is_redirection = 1
        try self.init(location, in: tree, change)
    }

    /// - Parameter change: The change to start, without its file.
    private init(
        _ location: String, in tree: MockTree, _ change: cpowersensorstesting_change
    ) throws(AttributeError) {
        descriptor = unsafe openat(tree.descriptor, location, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw tree.failure(location, errno) }
        var file = stat()
        unsafe fstat(descriptor, &file)
        var change = change
        (change.device, change.inode) = (UInt64(file.st_dev), UInt64(file.st_ino))
        self.change = change
        let code = cpowersensorstesting_start(change)
        if code != 0 { throw tree.failure(location, code) }
    }

    deinit {
        cpowersensorstesting_end(change)
        close(descriptor)
    }
}
