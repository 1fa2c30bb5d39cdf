#if Exporters
import PowerSensorsExporters

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
            cachedText = Timestamp(nanoseconds: Int64(now) &* 1_000_000_000).http
        }
        return cachedText
    }
}
#endif
