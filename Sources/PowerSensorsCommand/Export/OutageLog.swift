#if Exporters
/// What is told of exporters that fail: each outage once, and its end; that of a server, which tells its failures itself, once an hour.
///
/// An outage ends when the exporter has worked for a minute. So one that fails now and then does not fill a log.
package struct OutageLog {
    private struct Outage {
        var line: String
        var isEndTold: Bool
        /// Since when the exporter works, in nanoseconds of the monotonic clock; nil while it fails.
        var worksSince: Int64?
    }

    private static let minuteNanoseconds: Int64 = 60_000_000_000

    private var outages: [String: Outage] = [:]

    package init() {}

    /// Records a failure.
    ///
    /// - Parameter isEndTold: Whether an export that succeeds shows that the outage is over. What goes to a server is queued, so
    ///   the server may still be away.
    /// - Returns: Whether to tell it, since it is another one than before.
    package mutating func fail(_ exporter: String, _ line: String, isEndTold: Bool) -> Bool {
        outages.updateValue(Outage(line: line, isEndTold: isEndTold), forKey: exporter)?.line != line
    }

    /// Records that a snapshot has been exported.
    ///
    /// - Parameter now: The time in nanoseconds of the monotonic clock.
    /// - Returns: Whether to tell that the exporter works again.
    package mutating func succeed(_ exporter: String, at now: Int64) -> Bool {
        guard let outage = outages[exporter] else { return false }
        guard let since = outage.worksSince else {
            outages[exporter]?.worksSince = now
            return false
        }
        guard now - since >= Self.minuteNanoseconds else { return false }
        outages[exporter] = nil
        return outage.isEndTold
    }
}
#endif
