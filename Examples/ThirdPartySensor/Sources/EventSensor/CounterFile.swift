import Glibc
import PowerSensors

/// A file with a decimal number, kept open.
final class CounterFile {
    /// Why there is no number.
    struct Failure: Error {
        let status: ReadingStatus
    }

    private let descriptor: CInt
    private let openError: CInt

    init(_ path: String) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        openError = errno
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The number that it shows now. One system call, no allocation.
    func read() -> Result<UInt64, Failure> {
        guard descriptor >= 0 else { return .failure(Failure(status: ReadingStatus(errno: openError))) }
        return unsafe withUnsafeTemporaryAllocation(byteCount: 24, alignment: 1) { buffer in
            let count = unsafe pread(descriptor, buffer.baseAddress, buffer.count, 0)
            guard count >= 0 else { return .failure(Failure(status: ReadingStatus(errno: errno))) }
            var number: UInt64 = 0
            var digits = 0
            while digits < count, case let byte = unsafe buffer[digits], byte != UInt8(ascii: "\n") {
                let digit = UInt64(byte &- UInt8(ascii: "0"))
                let (product, overflow) = number.multipliedReportingOverflow(by: 10)
                guard digit <= 9, !overflow, product <= .max - digit else {
                    return .failure(Failure(status: .io(errno: EBADMSG)))
                }
                number = product + digit
                digits += 1
            }
            return digits > 0 ? .success(number) : .failure(Failure(status: .io(errno: ENODATA)))
        }
    }
}
