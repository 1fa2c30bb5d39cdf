#if History
/// A moment as typed: a time before now such as `1d`, a date such as `2026-11-22`, or one of RFC 3339 such as `2026-11-22T14:00:00Z`.
package enum HistoryTime {
    /// The forms that are understood, for messages.
    package static let forms =
        "a time before now, such as 90m, 12h, 7d or 1y, a date such as 2026-11-22, or a moment such as 2026-11-22T14:00:00Z"

    private static let units: [Substring: Int64] = [
        "ms": 1, "s": 1000, "": 1000, "sec": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000,
        "w": 7 * 86_400_000, "y": 365 * 86_400_000,
    ]

    /// Parses a moment, in milliseconds since 1970 UTC; nil for any other text.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - now: The moment that a time is before.
    ///   - calendar: The time zone of dates, each of which is its first moment.
    package static func milliseconds(
        _ text: String, before now: Int64, calendar: LocalCalendar = .current
    ) -> Int64? {
        let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        if let unit = units[text.dropFirst(number.count)], let count = Double(number) {
            let time = (count * Double(unit)).rounded()
            // More than can be written as a whole number of milliseconds.
            return time > 9.3e18 ? nil : clamped(now.clampedSum(-(Int64(exactly: time) ?? .max)))
        }
        return (date(text, calendar) ?? rfc3339(text)).map(clamped)
    }

    /// From the year 1000 to 9999, such that nothing overflows, and each year has four digits, in any time zone.
    static func clamped(_ milliseconds: Int64) -> Int64 {
        min(max(milliseconds, -30_609_000_000_000), 253_402_100_000_000)
    }

    /// The first moment of a date such as `2026-11-22`.
    private static func date(_ text: String, _ calendar: LocalCalendar) -> Int64? {
        guard text.utf8.count == 10, let noon = rfc3339(text + "T12:00:00Z") else { return nil }
        let local = noon - calendar.offset(floorDivided(noon, by: 1000)) * 1000
        return calendar.day(of: local).lowerBound
    }

    /// Parses `2026-11-22T14:00:00Z`, also with a fraction of a second, and with a difference to UTC in place of the `Z`.
    private static func rfc3339(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            let digits = bytes[range]
            guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }
        guard bytes.count >= 20, bytes[4] == 0x2D, bytes[7] == 0x2D, "Tt ".utf8.contains(bytes[10]),
            bytes[13] == 0x3A, bytes[16] == 0x3A, let year = number(0..<4), let month = number(5..<7),
            let day = number(8..<10), let hour = number(11..<13), let minute = number(14..<16),
            let second = number(17..<19), (1...12).contains(month), (1...daysIn(month, of: year)).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var rest = bytes[19...]
        var fraction: Int64 = 0
        if rest.first == 0x2E {
            let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            if digits.isEmpty { return nil }
            for index in 0..<3 {
                let position = digits.startIndex + index
                fraction = fraction * 10 + (position < digits.endIndex ? Int64(digits[position] - 0x30) : 0)
            }
            rest = bytes[digits.endIndex...]
        }
        guard let offset = offset(rest) else { return nil }
        let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        return seconds * 1000 + fraction
    }

    /// The seconds that `Z`, `+01:00` and the like are ahead of UTC.
    private static func offset(_ text: ArraySlice<UInt8>) -> Int64? {
        if text.elementsEqual("Z".utf8) || text.elementsEqual("z".utf8) { return 0 }
        let bytes = Array(text)
        let digits = bytes.enumerated().filter { [1, 2, 4, 5].contains($0.offset) }.map(\.element)
        guard bytes.count == 6, bytes[3] == 0x3A, bytes[0] == 0x2B || bytes[0] == 0x2D,
            digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let numbers = digits.map { Int64($0 - 0x30) }
        let (hours, minutes) = (numbers[0] * 10 + numbers[1], numbers[2] * 10 + numbers[3])
        guard hours < 24, minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (bytes[0] == 0x2B ? 1 : -1)
    }

    private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// The days from 1970 to a date of the Gregorian calendar.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        // Years that begin in March have the leap day at their end.
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDivided(shifted, by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
#endif
