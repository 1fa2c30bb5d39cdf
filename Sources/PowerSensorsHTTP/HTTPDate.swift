#if Exporters
#if canImport(Glibc)
import Glibc
#endif

/// The current date in HTTP's format (RFC 9110, section 5.6.7), formatted at most once a second.
final class HTTPDate {
    private var second: time_t?
    private var cachedText = ""

    /// The date, such as `Sun, 22 Nov 2026 20:00:00 GMT`.
    var text: String {
        let now = time(nil)
        if now != second {
            second = now
            cachedText = Self.text(now)
        }
        return cachedText
    }

    private static func text(_ moment: time_t) -> String {
        let days: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months: [StaticString] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        var moment = moment
        var parts = unsafe tm()
        guard unsafe gmtime_r(&moment, &parts) != nil else { return "Thu, 01 Jan 1970 00:00:00 GMT" }
        func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : String(number) }
        let (day, month) = unsafe (days[Int(parts.tm_wday)], months[Int(parts.tm_mon)])
        let date = unsafe "\(day), \(twoDigits(parts.tm_mday)) \(month) \(parts.tm_year + 1900)"
        return unsafe "\(date) \(twoDigits(parts.tm_hour)):\(twoDigits(parts.tm_min)):\(twoDigits(parts.tm_sec)) GMT"
    }
}
#endif
