/// When a source is read in the background: at an interval or, if it has none, at each sample.
///
/// A source that is read at each sample and does not answer in time is read at an interval instead for a while. One that takes
/// long to answer is read less often. All times are nanoseconds of the monotonic clock.
package struct SourceSchedule {
    /// The shortest time between two reads; nil for at each sample.
    package var configuredInterval: Int64?

    /// The time between two reads at present, if the source is not read at each sample.
    package private(set) var interval: Int64

    /// When the next read is due; `.max` if it is due with the next sample.
    package private(set) var due: Int64

    /// Whether a thread reads the source.
    package private(set) var isClaimed = false

    /// Whether a sample waits for the answer.
    package private(set) var isAwaited = false

    /// From when on samples wait for the source again.
    private var trustedFrom: Int64 = 0

    /// For how long samples have last stopped to wait for the source.
    private var penalty: Int64 = 0

    private static let second: Int64 = 1_000_000_000

    /// How often sources are read that are too late for samples: at the configured interval, or else every second.
    private var shortestInterval: Int64 { configuredInterval ?? Self.second }

    /// A source that is due at once.
    ///
    /// - Parameter interval: How often it is read; nil for at each sample.
    package init(every interval: Int64?, at now: Int64) {
        configuredInterval = interval
        self.interval = interval ?? Self.second
        due = now
    }

    /// Requests a reading for a sample, unless the source is read at an interval, or the previous request is unanswered.
    ///
    /// - Returns: Whether the sample shall wait for the answer.
    package mutating func request(at now: Int64) -> Bool {
        guard configuredInterval == nil, !isClaimed, !isAwaited, now >= trustedFrom else { return false }
        due = min(due, now)
        isAwaited = true
        return true
    }

    /// Claims the source for a thread if it has been due for long enough.
    ///
    /// - Parameter delay: For how long it must have been due if no sample waits for it.
    package mutating func claim(at now: Int64, lateBy delay: Int64) -> Bool {
        guard !isClaimed, due <= (isAwaited ? now : now - delay) else { return false }
        isClaimed = true
        // Sources with the same interval are due together, so that a thread wakes up once for all.
        due = nextDue(after: now)
        return true
    }

    /// Records an answer.
    ///
    /// - Parameter began: When the source was claimed.
    /// - Returns: Whether a sample waited for it.
    package mutating func release(claimedAt began: Int64, at now: Int64) -> Bool {
        let wasAwaited = isAwaited
        (isClaimed, isAwaited) = (false, false)
        // Reading takes at most a twentieth of the time, unless it takes longer than 1.5 s.
        interval = max(shortestInterval, min((now - began) * 20, 30 * Self.second))
        if configuredInterval == nil {
            if interval > Self.second {
                distrust(from: now)
                trustedFrom = max(trustedFrom, now + interval)
            } else if now - trustedFrom > 60 * Self.second {
                penalty = 0
            }
        }
        if interval > shortestInterval || configuredInterval == nil { due = nextDue(after: now) }
        return wasAwaited
    }

    /// Records that a sample has waited for long enough.
    ///
    /// - Returns: Whether the sample had waited for this source.
    package mutating func recordLateness(at now: Int64) -> Bool {
        guard isAwaited else { return false }
        isAwaited = false
        // A source that no thread has come to is not late by its own fault.
        if isClaimed { distrust(from: now) }
        return true
    }

    /// Lets no sample wait for the source for a second, and each time this happens for twice as long, at most for a minute. After
    /// a minute of timely answers that begins anew.
    private mutating func distrust(from now: Int64) {
        penalty = min(max(penalty * 2, Self.second), 60 * Self.second)
        trustedFrom = now + penalty
    }

    /// Whether an answer is missing: a read is due or in progress.
    func isUnanswered(at now: Int64) -> Bool { isClaimed || due <= now }

    /// Whether the source has been silent for longer than three of its intervals.
    ///
    /// - Parameter silence: The time since its last answer, or since the start if it has never answered.
    package func isStale(after silence: Int64, at now: Int64) -> Bool {
        silence > 3 * interval && (configuredInterval != nil || isUnanswered(at: now))
    }

    private func nextDue(after now: Int64) -> Int64 {
        configuredInterval == nil && now >= trustedFrom ? .max : TimeGrid.next(after: now, every: interval)
    }
}
