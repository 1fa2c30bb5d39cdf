#if History
import Glibc

/// The days and hours of a time zone, from nothing but its difference to UTC at each moment.
package struct LocalCalendar: Sendable {
    /// How many seconds local time is ahead of UTC at a moment in seconds since 1970 UTC.
    package let offset: @Sendable (Int64) -> Int64

    package init(_ offset: @escaping @Sendable (Int64) -> Int64) { self.offset = offset }

    /// The time zone of this process: that of the variable TZ, or else the machine's.
    package static let current: LocalCalendar = {
        tzset()
        return LocalCalendar { seconds in
            var seconds = time_t(seconds)
            var parts = unsafe tm()
            guard unsafe localtime_r(&seconds, &parts) != nil else { return 0 }
            return unsafe Int64(parts.tm_gmtoff)
        }
    }()

    /// The hour that a moment is in, in milliseconds since 1970 UTC. One that comes twice is two hours.
    package func hour(of milliseconds: Int64) -> Range<Int64> { period(of: milliseconds, 3600) { ($0, $1) } }

    /// The day that a moment is in, which has 23 to 25 hours.
    package func day(of milliseconds: Int64) -> Range<Int64> {
        period(of: milliseconds, 86_400) { number, _ in (number, 0) }
    }

    /// Whether clocks show the time of a moment twice, as they do in the hour that is set back.
    package func isTwice(_ milliseconds: Int64) -> Bool {
        let moment = floorDivided(milliseconds, by: 1000)
        let offset = self.offset(moment)
        // No clock is set by more than a few hours.
        return ([-10_800, 10_800] as [Int64]).contains { distance in
            let other = self.offset(moment + distance)
            return other != offset && self.offset(moment + offset - other) == other
        }
    }

    /// The period of local time that a moment is in.
    ///
    /// - Parameter identity: What tells it from others, by its number in local time and the difference to UTC.
    private func period(
        of milliseconds: Int64, _ length: Int64, identity: (Int64, Int64) -> (Int64, Int64)
    ) -> Range<Int64> {
        func period(_ moment: Int64) -> (Int64, Int64) {
            let offset = self.offset(moment)
            return identity(floorDivided(moment + offset, by: length), offset)
        }
        let moment = floorDivided(milliseconds, by: 1000)
        let own = period(moment)
        let offset = self.offset(moment)
        var begin = floorDivided(moment + offset, by: length) * length - offset
        if period(begin) != own || period(begin - 1) == own {
            begin = Self.edge(from: moment, -Self.step, length) { period($0 - 1) == own }
        }
        var end = begin + length
        if period(end) == own || period(end - 1) != own {
            end = Self.edge(from: moment, Self.step, length) { period($0) == own }
        }
        return begin * 1000..<max(end, begin + 1) * 1000
    }

    /// Clocks are moved at full quarters of an hour.
    private static let step: Int64 = 900

    /// Goes from a moment to the next quarter of an hour, and on while it is within the period.
    private static func edge(
        from moment: Int64, _ step: Int64, _ length: Int64, isWithin: (Int64) -> Bool
    ) -> Int64 {
        var edge = floorDivided(moment, by: Self.step) * Self.step + max(step, 0)
        // No day is longer than two.
        for _ in 0..<(2 * length / Self.step + 8) where isWithin(edge) { edge += step }
        return edge
    }
}
#endif
