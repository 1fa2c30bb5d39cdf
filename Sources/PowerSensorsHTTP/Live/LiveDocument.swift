#if Exporters
/// A JSON document about this machine that is made anew at most once per interval.
package enum LiveDocument: Hashable, Sendable, CaseIterable {
    /// The newest snapshot, as `watch --format json` writes it.
    case snapshot

    /// The channels, as `list --json` writes them.
    case topology

    /// What is missing or limited.
    case findings

    /// The host figures of the last minutes.
    case recent

    /// The latest events.
    case events
}
#endif
