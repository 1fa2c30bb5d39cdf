import PowerSensors

/// The greatest power of each scope between two samples of a run.
struct PeakPowers {
    /// The shortest interval whose power is more than the noise of when a counter is updated.
    private static let shortest: Int64 = 20_000_000

    private(set) var powers: [Scope: Watts] = [:]
    private var recent: [Scope: Watts] = [:]
    private var latest: SampleInstant

    init(since began: SampleInstant) { latest = began }

    mutating func take(_ snapshot: Snapshot) {
        latest = snapshot.instant
        for figure in snapshot.host {
            guard let power = figure.power else { continue }
            powers[figure.scope] = max(powers[figure.scope] ?? power, power)
            recent[figure.scope] = max(recent[figure.scope] ?? power, power)
        }
    }

    /// The last interval, which ends where the run or a phase does, is shorter than the others, often too short.
    mutating func takeLast(_ snapshot: Snapshot) {
        if snapshot.instant.monotonicNanoseconds - latest.monotonicNanoseconds >= Self.shortest {
            return take(snapshot)
        }
        latest = snapshot.instant
    }

    /// The greatest powers since the last call.
    mutating func takeRecent() -> [Scope: Watts] {
        defer { recent = [:] }
        return recent
    }
}
