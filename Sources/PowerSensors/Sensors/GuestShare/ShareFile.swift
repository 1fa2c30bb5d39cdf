import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// A file of a share, kept open, so that reading it again costs a single system call.
///
/// It can be opened anew by its path while it is open: where the host puts another file in its place, a kept descriptor goes
/// on showing the old one for ever, without an error. The share's folder is opened anew with it, since it may be another
/// folder, or another mount, by now.
struct ShareFile: ~Copyable {
    private let directory: String
    private let name: String
    private var descriptor: CInt = -1
    private var identity: (device: UInt64, file: UInt64)?

    /// Whether the path has had more than one file: then only a file that was just opened is sure to be the last.
    private(set) var isReplaced = false

    /// A file beneath a share's folder, not opened yet. Links in it are followed inside the folder only.
    init(_ name: String, in directory: String) {
        self.name = name
        self.directory = directory
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Whether there is anything to read.
    var isOpen: Bool { descriptor >= 0 }

    /// Opens what has the path now. Where that fails, what was open stays so.
    ///
    /// - Returns: 0, or the kernel's `errno`.
    mutating func open() -> Int32 {
        do throws(AttributeError) {
            let opened = try SystemRoot(path: directory, mountPoint: directory).open(name)
            if descriptor >= 0 { close(descriptor) }
            descriptor = opened
            noteIdentity()
            return 0
        } catch {
            return error.errno
        }
    }

    private mutating func noteIdentity() {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return }
        let opened = (device: UInt64(status.st_dev), file: UInt64(status.st_ino))
        if let identity, identity != opened { isReplaced = true }
        identity = opened
    }

    /// Reads from the file's start as much as fits. No allocation.
    ///
    /// - Returns: The number of bytes, or the negated `errno`.
    func read(into bytes: inout MutableSpan<UInt8>) -> Int {
        let file = descriptor
        return unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe bytes.baseAddress.map { unsafe cpowersensors_read(file, $0, bytes.count) } ?? 0
        }
    }

    /// Reads the unsigned decimal that the file holds. No allocation.
    ///
    /// - Returns: 0, or the `errno` of what went wrong, as ``errnoOfAttribute(_:)`` has it.
    func read(_ number: inout UInt64) -> Int32 {
        errnoOfAttribute(unsafe cpowersensors_read_u64(descriptor, &number))
    }

    /// When the file was written last, in nanoseconds of the host's wall clock; nil where nothing tells.
    var modified: Int64? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        return Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    }
}
