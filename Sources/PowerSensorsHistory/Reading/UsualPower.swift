#if History
package import PowerSensors

/// The power that is usual at each time of the day, as far as a history knows it.
///
/// It is the median, over the last days, of each day's highest power within half an hour or so of that time. A median, so that what
/// happened on fewer than half of the days is not usual.
package final class UsualPower: Sendable {
    private struct State: Sendable {
        /// By the name of a scope, the power in each quarter of an hour of a day of local time.
        var powers: [String: [Watts?]] = [:]
        /// When it was read, in nanoseconds of the monotonic clock; nil if it was not yet.
        var read: Int64?
    }

    /// How many days are looked at.
    private static let days: Int64 = 14

    /// With fewer days nothing is usual.
    private static let fewestDays = 5

    /// How many quarters of an hour before and after a time count as that time.
    private static let reach: Int64 = 2

    private static let quartersOfDay: Int64 = 96

    /// How long it holds.
    private static let maximumAge: Int64 = 3600 * 1_000_000_000

    private let calendar: LocalCalendar
    private let state = Locked(State())

    /// Knows nothing until it is read.
    package init(calendar: LocalCalendar = .current) { self.calendar = calendar }

    /// The usual power of a scope; nil if it is unknown. It does not wait.
    ///
    /// - Parameter time: The moment in nanoseconds since 1970 UTC.
    package func power(of scope: Scope, at time: Int64) -> Watts? {
        let quarter = localQuarter(floorDivided(time, by: 1_000_000_000))
        let index = Int(quarter - floorDivided(quarter, by: Self.quartersOfDay) * Self.quartersOfDay)
        return state.withLock { $0.powers[scope.name]?[index] }
    }

    /// Reads it, unless it was read less than an hour ago.
    ///
    /// - Parameters:
    ///   - now: The moment in nanoseconds since 1970 UTC.
    ///   - instant: The same of the monotonic clock.
    func readIfDue(_ database: Database, now: Int64, at instant: Int64) throws(HistoryError) {
        let isDue = state.withLock { $0.read.map { instant - $0 >= Self.maximumAge } ?? true }
        if !isDue { return }
        // What fails is not tried with each snapshot.
        state.withLock { $0.read = instant }
        let powers = try peaks(database, now: floorDivided(now, by: 1_000_000)).mapValues(Self.medians)
        state.withLock { $0.powers = powers }
    }

    /// The number of the quarter of an hour of local time, from 1970, that a moment in seconds since 1970 UTC is in.
    private func localQuarter(_ seconds: Int64) -> Int64 {
        floorDivided(seconds + calendar.offset(seconds), by: Level.quarter.length / 1000)
    }

    /// The highest powers of the last days in milliwatts: by scope, and by the quarter of an hour of local time.
    private func peaks(_ database: Database, now: Int64) throws(HistoryError) -> [String: [Int64: Int64]] {
        let keys = try SeriesTable.keys(database, of: [.host])
        let last = Level.quarter.cell(of: now)
        let rows = try database.prepare("SELECT start, data FROM quarter WHERE start > ?1 AND start <= ?2")
        try rows.bind(1, last - Self.days * Self.quartersOfDay)
        try rows.bind(2, last)
        var peaks: [String: [Int64: Int64]] = [:]
        while try rows.step() {
            let start = Level.quarter.start(of: try rows.time(0, in: database.path))
            let quarter = localQuarter(floorDivided(start, by: 1000))
            for entry in try Bucket(rows.bytes(1), in: database.path, kinds: [.host])[.host] {
                guard let name = keys[entry.series]?.name, let peak = entry.values.power?.maximum else { continue }
                let known = peaks[name]?[quarter] ?? .min
                peaks[name, default: [:]][quarter] = max(known, peak)
            }
        }
        return peaks
    }

    /// The medians over the days of the highest powers around each time of the day.
    private static func medians(_ peaks: [Int64: Int64]) -> [Watts?] {
        let days = Set(peaks.keys.map { floorDivided($0, by: quartersOfDay) })
        return (0..<quartersOfDay).map { time in
            let highest = days.compactMap { day in
                (-reach...reach).compactMap { peaks[day * quartersOfDay + time + $0] }.max()
            }.sorted()
            // Of an even number it is the lower one of the two: half of the days are not more than half.
            return highest.count < fewestDays ? nil : Watts(Double(highest[(highest.count - 1) / 2]) / 1000)
        }
    }
}
#endif
