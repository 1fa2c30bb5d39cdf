import Glibc

/// A UTC time as text.
package struct Timestamp {
    private let seconds: time_t
    private let milliseconds: Int

    /// Creates a time from nanoseconds since 1970.
    package init(nanoseconds: Int64) {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let isBefore1970 = remainder < 0
        seconds = time_t(isBefore1970 ? quotient - 1 : quotient)
        milliseconds = Int(isBefore1970 ? remainder + 1_000_000_000 : remainder) / 1_000_000
    }

    /// Creates a time from milliseconds since 1970, which reach further than nanoseconds do.
    package init(milliseconds: Int64) {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        seconds = time_t(remainder < 0 ? quotient - 1 : quotient)
        self.milliseconds = Int(remainder < 0 ? remainder + 1000 : remainder)
    }

    /// `2026-11-22T14:00:00.000Z` (ISO 8601).
    package var iso8601: String { "\(formatted("%Y-%m-%dT%H:%M:%S."))\(String(1000 + milliseconds).dropFirst())Z" }

    /// `2026-11-22 14:00:00 UTC`, for people.
    var text: String { formatted("%Y-%m-%d %H:%M:%S UTC") }

    /// `Sun, 22 Nov 2026 20:00:00 GMT`, HTTP's format (RFC 9110, section 5.6.7).
    package var http: String {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let (day, month) = (Int(formatted("%w")) ?? 0, Int(formatted("%m")) ?? 1)
        return formatted("\(days[day]), %d \(months[month - 1]) %Y %H:%M:%S GMT")
    }

    /// The seconds by a format of strftime(3), of the conversions that do not depend on the locale.
    private func formatted(_ format: String) -> String {
        var seconds = seconds
        var parts = unsafe tm()
        unsafe gmtime_r(&seconds, &parts)
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            let length = unsafe strftime(buffer.baseAddress, buffer.count, format, &parts)
            return unsafe String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
