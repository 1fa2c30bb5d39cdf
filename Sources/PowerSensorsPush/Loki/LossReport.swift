#if Exporters
import PowerSensors

/// Tells when lines begin to be lost, and when that is over.
///
/// Refused lines begin with the failure that Loki answered, which the ``FailureLog`` has; dropped and expired ones begin
/// here.
struct LossReport: Sendable {
    /// A loss is over when lines are delivered and none has been lost for this long.
    private static let calm = Duration.seconds(300)

    private struct Loss: Sendable {
        /// What had become of the lines before it, and at the latest lost line.
        let before: LokiStatistics
        var latest: LokiStatistics
        var latestTime: Duration
        var isReported: (dropped: Bool, expired: Bool)
    }

    /// What a report says, and whether a loss is over with it.
    struct Notice: Sendable {
        let text: String
        let isEnd: Bool
    }

    private let maximumQueuedBytes: Int
    private let maximumAge: Duration
    private var last = LokiStatistics()
    private var loss: Loss?

    init(_ configuration: LokiConfiguration) {
        maximumQueuedBytes = configuration.maximumQueuedBytes
        maximumAge = configuration.maximumAge
    }

    /// What to report now; nil for nothing.
    mutating func notice(_ now: LokiStatistics, at time: Duration) -> Notice? {
        defer { last = now }
        guard now.lost > last.lost else { return end(now, at: time) }
        var current = loss ?? Loss(before: last, latest: now, latestTime: time, isReported: (false, false))
        (current.latest, current.latestTime) = (now, time)
        defer { loss = current }
        if now.dropped > last.dropped, !current.isReported.dropped {
            current.isReported.dropped = true
            return Notice(
                text: "lines are being lost: the queue of \(bytesText(maximumQueuedBytes)) is full,"
                    + " so the oldest lines are dropped, those of consumers first", isEnd: false)
        }
        if now.expired > last.expired, !current.isReported.expired {
            current.isReported.expired = true
            return Notice(
                text:
                    "lines are being lost: they have been waiting for \(timeText(maximumAge)), and Loki refuses older ones",
                isEnd: false)
        }
        return nil
    }

    private mutating func end(_ now: LokiStatistics, at time: Duration) -> Notice? {
        guard let current = loss, time - current.latestTime >= Self.calm, now.sent > current.latest.sent else {
            return nil
        }
        loss = nil
        let lost = current.latest.losses(since: current.before)
        return Notice(text: "no more lines are being lost; before, \(lost)", isEnd: true)
    }
}

extension LokiStatistics {
    /// The lines that were not delivered, and no longer wait.
    var lost: Int { dropped + expired + refused + abandoned }

    /// All lines.
    var offered: Int { sent + queued + lost }

    /// `12 lines were dropped because too many were waiting, and 3 were refused`.
    func losses(since earlier: LokiStatistics = LokiStatistics()) -> String {
        let parts = [
            (
                dropped - earlier.dropped, "was dropped because too many were waiting",
                "were dropped because too many were waiting"
            ),
            (
                expired - earlier.expired, "was dropped because it had become too old",
                "were dropped because they had become too old"
            ),
            (refused - earlier.refused, "was refused", "were refused"),
            (abandoned - earlier.abandoned, "was left at the end", "were left at the end"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.0 == 1 ? $0.1 : $0.2)" }
        return parts.dropLast().joined(separator: ", ") + (parts.count > 1 ? " and " : "") + (parts.last ?? "none")
    }
}

/// A size such as `16 MiB`.
package func bytesText(_ bytes: Int) -> String {
    bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(max(bytes >> 10, 1)) KiB"
}

/// A rough time such as `90 minutes`, `29 hours` or `7 days`.
package func timeText(_ time: Duration) -> String {
    let (minutes, seconds) = (time / .seconds(60), time.seconds)
    if seconds < 180 { return "\(Int(seconds)) seconds" }
    if minutes < 180 { return "\(Int(minutes)) minutes" }
    return minutes < 72 * 60 ? "\(Int(minutes / 60)) hours" : "\(Int(minutes / 1440)) days"
}
#endif
