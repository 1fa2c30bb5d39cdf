import CPowerSensors
import Glibc
import PowerSensorsCore

/// A file of a share that stays open, so that reading it again costs a single system call.
///
/// If the host replaces the file, a descriptor continues to show the old one without an error. So the file is opened
/// again by its path now and then, together with the share's folder, which may be another folder or mount by then.
struct ShareFile: ~Copyable {
    private let directory: String
    private let name: String
    private var descriptor: CInt = -1
    /// The device and inode number of the open file.
    private var identity: (device: UInt64, file: UInt64)?
    /// When the file may be opened again.
    private var nextOpening: Int64 = .min

    /// Whether the path has led to more than one file. Then only a file that was just opened is certainly the current
    /// one, so it is opened again for every sample, but at most every 0.25 s.
    private var wasReplaced = false

    /// When its content last changed: CLOCK_MONOTONIC in nanoseconds, like all times here. It stops in suspend.
    var changedNanoseconds: Int64

    /// The usual time between two changes.
    var periodNanoseconds = defaultPeriodNanoseconds

    /// How many samples in a row found nothing valid in it.
    var failures = 0

    /// Why the latest of them found nothing.
    var failure = ReadingStatus.absent

    /// How often `powersensors export --guests` and Scaphandre write a share.
    static let defaultPeriodNanoseconds: Int64 = 5_000_000_000

    /// A file in a share's folder, which is not opened yet. Links are followed only inside the folder.
    init(_ name: String, in directory: String, _ now: SampleInstant) {
        self.name = name
        self.directory = directory
        changedNanoseconds = now.monotonicNanoseconds
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    var isOpen: Bool { descriptor >= 0 }

    /// Opens the file again if it is not open, fails, has been replaced, or has not changed for a period.
    ///
    /// If that fails, the old file stays open.
    mutating func openIfDue(_ now: SampleInstant) {
        let now = now.monotonicNanoseconds
        let isHealthy = isOpen && failures == 0 && !wasReplaced
        if isHealthy, now &- changedNanoseconds <= periodNanoseconds { return }
        guard now >= nextOpening else { return }
        nextOpening = now &+ (isHealthy ? periodNanoseconds : 250_000_000)
        do throws(AttributeError) {
            let opened = try SystemRoot(path: directory, mountPoint: directory).open(name)
            if descriptor >= 0 { close(descriptor) }
            descriptor = opened
            updateIdentity()
        } catch {
            failure = error.status
        }
    }

    /// Whether it has not changed for three periods: a single change may have been late or missed.
    func isOverdue(_ now: SampleInstant) -> Bool {
        now.monotonicNanoseconds &- changedNanoseconds > 3 * periodNanoseconds
    }

    /// Makes the next opening due at once.
    mutating func expire() { nextOpening = .min }

    private mutating func updateIdentity() {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return }
        let opened = (device: UInt64(status.st_dev), file: UInt64(status.st_ino))
        if let identity, identity != opened { wasReplaced = true }
        identity = opened
    }

    /// Reads from the file's start as much as fits, without allocation.
    ///
    /// - Returns: The number of bytes, or the negated `errno`.
    func read(into bytes: inout MutableSpan<UInt8>) -> Int {
        let file = descriptor
        return unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe bytes.baseAddress.map { unsafe cpowersensors_read(file, $0, bytes.count) } ?? 0
        }
    }

    /// Reads the file's unsigned decimal, without allocation.
    ///
    /// - Returns: 0, or an `errno`, see ``errnoOfAttribute(_:)``.
    func read(_ number: inout UInt64) -> Int32 {
        errnoOfAttribute(unsafe cpowersensors_read_u64(descriptor, &number))
    }

    /// When the file was last written, in nanoseconds of the host's wall clock; nil if unknown.
    var modified: Int64? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        return Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    }
}
