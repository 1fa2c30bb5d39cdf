#if canImport(Glibc)
import Glibc
#endif

/// A UTC time split into its fields.
struct Timestamp {
    private let year, month, day: Int
    private let hour, minute, second: Int
    private let milliseconds: Int

    /// Splits a time in nanoseconds since 1970.
    init(nanoseconds: Int64) {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let isBefore1970 = remainder < 0
        var seconds = time_t(isBefore1970 ? quotient - 1 : quotient)
        var parts = unsafe tm()
        unsafe gmtime_r(&seconds, &parts)
        unsafe (year, month, day) = (Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday))
        unsafe (hour, minute, second) = (Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec))
        milliseconds = Int(isBefore1970 ? remainder + 1_000_000_000 : remainder) / 1_000_000
    }

    /// Appends `2026-11-22T14:00:00.000Z` (ISO 8601).
    func append(to bytes: inout [UInt8]) {
        appendDate(to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        appendTime(to: &bytes)
        bytes.append(UInt8(ascii: "."))
        bytes.append(milliseconds, width: 3)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// `2026-11-22 14:00:00 UTC`, for people.
    var text: String {
        var bytes: [UInt8] = []
        appendDate(to: &bytes)
        bytes.append(UInt8(ascii: " "))
        appendTime(to: &bytes)
        return String(decoding: bytes, as: UTF8.self) + " UTC"
    }

    private func appendDate(to bytes: inout [UInt8]) {
        bytes.append(year, width: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(month, width: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(day, width: 2)
    }

    private func appendTime(to bytes: inout [UInt8]) {
        bytes.append(hour, width: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(minute, width: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(second, width: 2)
    }
}
