package import PowerSensors

/// The greatest power of each scope between two samples: of a run, and of what has passed of it since a mark.
package struct PeakPowers {
    /// The shortest interval whose power is more than the noise of when a counter is updated.
    private static let shortest: Int64 = 20_000_000

    private struct Peaks {
        var powers: [Scope: Watts] = [:]
        /// What was used since the power was judged last.
        var intervals: [Scope: (joules: Double, nanoseconds: Int64)] = [:]

        mutating func take(_ power: Watts?, of scope: Scope, over time: Int64) {
            var interval = intervals.removeValue(forKey: scope) ?? (0, 0)
            guard let power else { return }
            interval.joules += power.rawValue * Double(time)
            interval.nanoseconds += time
            if interval.nanoseconds < PeakPowers.shortest {
                intervals[scope] = interval
                return
            }
            let mean = Watts(interval.joules / Double(interval.nanoseconds))
            powers[scope] = max(powers[scope] ?? mean, mean)
        }
    }

    private var all = Peaks()
    private var recent = Peaks()
    private var latest: SampleInstant

    package init(since began: SampleInstant) { latest = began }

    package var powers: [Scope: Watts] { all.powers }

    mutating func take(_ snapshot: Snapshot) {
        take(snapshot.host.map { ($0.scope, $0.power) }, at: snapshot.instant)
    }

    /// Takes the mean powers since the last call. Intervals that are too short, as between a mark and the next regular sample, are
    /// joined.
    package mutating func take(_ samples: [(scope: Scope, power: Watts?)], at instant: SampleInstant) {
        let time = max(instant.monotonicNanoseconds - latest.monotonicNanoseconds, 0)
        latest = instant
        for (scope, power) in samples {
            all.take(power, of: scope, over: time)
            recent.take(power, of: scope, over: time)
        }
    }

    /// The greatest powers since the last call.
    package mutating func takeRecent() -> [Scope: Watts] {
        defer { recent = Peaks() }
        return recent.powers
    }
}
