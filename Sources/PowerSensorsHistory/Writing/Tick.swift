#if History
/// What one snapshot adds to the history.
struct Tick: Sendable {
    /// One series' figures.
    struct Entry: Hashable, Sendable {
        let key: SeriesKey
        var values: SeriesValues
    }

    /// When it ends, in milliseconds since 1970 UTC.
    let end: Int64

    /// The time since the one before in milliseconds, suspended time included.
    let time: Int64

    /// The part of it in which the machine was awake, in milliseconds.
    let sampled: Int64

    /// The carbon intensity in milligrams per kilowatt-hour; nil if unknown.
    var carbon: Int64?

    /// The scope to show first; nil if there is no host figure.
    var headline: String?

    var entries: [Entry] = []

    /// Extends the minimum and the maximum of each series' power to those that it had before.
    mutating func widen(by earlier: [SeriesKey: PowerRange]) {
        if earlier.isEmpty { return }
        for index in entries.indices {
            guard let other = earlier[entries[index].key] else { continue }
            entries[index].values.power = (entries[index].values.power ?? other).widened(by: other)
        }
    }
}

/// An event as it is kept.
package struct StoredEvent: Hashable, Sendable {
    /// When it happened, in milliseconds since 1970 UTC.
    let time: Int64
    let kind: String
    let subject: String
    let text: String

    package init(time: Int64, kind: String, subject: String, text: String) {
        (self.time, self.kind, self.subject, self.text) = (time, kind, subject, text)
    }
}
#endif
