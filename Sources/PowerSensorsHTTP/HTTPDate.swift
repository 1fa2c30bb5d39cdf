#if Exporters
#if canImport(Glibc)
import Glibc
#endif

/// The wall time as HTTP writes it (RFC 9110, section 5.6.7), written anew once a second at most.
final class HTTPDate {
    private var second: time_t?
    private var written = ""

    /// The time now, such as `Sun, 22 Nov 2026 20:00:00 GMT`.
    var text: String {
        let now = time(nil)
        if now != second {
            second = now
            written = Self.text(now)
        }
        return written
    }

    private static func text(_ moment: time_t) -> String {
        let days: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months: [StaticString] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        var moment = moment
        var parts = unsafe tm()
        guard unsafe gmtime_r(&moment, &parts) != nil else { return "Thu, 01 Jan 1970 00:00:00 GMT" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : String(number) }
        let (day, month) = unsafe (days[Int(parts.tm_wday)], months[Int(parts.tm_mon)])
        let date = unsafe "\(day), \(two(parts.tm_mday)) \(month) \(parts.tm_year + 1900)"
        return unsafe "\(date) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }
}
#endif
