#if Exporters
/// The HTTP header `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3).
package struct RetryAfter {
    /// The longest wait that is respected.
    package static let maximum = Duration.seconds(3600)

    /// The time to wait from now; nil for values that cannot be parsed or lie in the past.
    ///
    /// - Parameters:
    ///   - text: The header's value.
    ///   - now: Wall time, in nanoseconds since 1970.
    package static func duration(_ text: String, now: Int64) -> Duration? {
        let text = text.drop { $0 == " " }
        if !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            // A number too large for 64 bits exceeds the maximum as well.
            return min(.seconds(Int64(text) ?? .max), maximum)
        }
        guard let seconds = secondsSince1970(text) else { return nil }
        let wait = Duration.seconds(seconds) - .nanoseconds(now)
        return wait > .zero ? min(wait, maximum) : nil
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Parses a date in one of HTTP's three formats (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`,
    /// `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
    package static func secondsSince1970(_ text: some StringProtocol) -> Int64? {
        var words = text.split { " ,-".contains($0) }.map { String($0) }
        guard words.count >= 5 else { return nil }
        // The last format has the month before the day, and the year at the end.
        if months.contains(words[1]) { words = [words[0], words[2], words[1], words[4], words[3]] }
        let clock = words[4].split(separator: ":").map { Int64($0) ?? -1 }
        guard let day = Int64(words[1]), let month = months.firstIndex(of: words[2]), var year = Int64(words[3]),
            clock.count == 3, 1...31 ~= day, 0..<24 ~= clock[0], 0..<60 ~= clock[1], 0...60 ~= clock[2],
            0...9999 ~= year
        else { return nil }
        if words[3].count == 2 { year += year < 70 ? 2000 : 1900 }
        return days(year, Int64(month) + 1, day) * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
    }

    /// The days from 1970 to a date in the Gregorian calendar. Years are counted from March, so that the leap day is the
    /// last one.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let sinceMarch = (month + 9) % 12
        let leapDays = shifted / 4 - shifted / 100 + shifted / 400
        // From 1 March of year 0 to 1970 it is 719 468 days; one more since `day` starts at 1.
        return shifted * 365 + leapDays + (sinceMarch * 153 + 2) / 5 + day - 719_469
    }
}
#endif
