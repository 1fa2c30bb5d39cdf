import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// The first line of procfs' `stat`, kept open: one system call a reading, no allocation.
///
/// The kernel writes the whole file for it, some tens of microseconds on a machine of many processors.
struct LoadReader: ~Copyable {
    /// The file, relative to procfs.
    static let path = "stat"

    private static let firstBackOff: Duration = .milliseconds(100)
    private static let lastBackOff: Duration = .seconds(30)

    private let root: SystemRoot
    private var descriptor: CInt = -1
    private var failure = ReadingFailure(errno: ENOENT)
    private var backOff = firstBackOff
    private var retryAt = ContinuousClock.now

    /// Opens the file; where it cannot be opened, readings tell why until a later try succeeds.
    init(beneath root: SystemRoot) {
        self.root = root
        open()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Reads the times of this moment, or why there are none.
    mutating func read() -> Result<CPUTimes, ReadingFailure> {
        if descriptor < 0 {
            if retryAt <= .now { open() }
            if descriptor < 0 { return .failure(failure) }
        }
        // Ten fields of up to twenty digits, with the spaces between them, are 216 bytes.
        var buffer = InlineArray<256, UInt8>(repeating: 0)
        var span = buffer.mutableSpan
        let file = descriptor
        let count = unsafe span.withUnsafeMutableBytes { bytes in
            unsafe bytes.baseAddress.map { unsafe cpowersensors_read(file, $0, bytes.count) } ?? 0
        }
        guard count >= 0 else { return .failure(ReadingFailure(errno: Int32(clamping: -count))) }
        do throws(CPUTimesError) {
            let text = buffer.span.extracting(first: count)
            return .success(try CPUTimes(parsing: text, isWhole: count < buffer.count))
        } catch {
            return .failure(ReadingFailure(errno: error.errno))
        }
    }

    private mutating func open() {
        do throws(AttributeError) {
            descriptor = try root.open(Self.path)
            backOff = Self.firstBackOff
        } catch {
            failure = ReadingFailure(errno: error.errno)
            retryAt = .now.advanced(by: backOff)
            backOff = min(backOff * 2, Self.lastBackOff)
        }
    }
}

/// Why a reading has no value.
struct ReadingFailure: Error, Hashable {
    let errno: Int32

    var status: ReadingStatus { ReadingStatus(errno: errno) }
}
