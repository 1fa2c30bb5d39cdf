#if Exporters
/// What became of the lines of a ``LokiExporter``, since it was made. All lines are in exactly one of the counts.
public struct LokiStatistics: Hashable, Sendable {
    /// Lines that Loki has.
    public internal(set) var sent = 0

    /// Lines that wait to be delivered.
    public internal(set) var queued = 0

    /// Lines that were given up because too many waited: the oldest ones.
    public internal(set) var dropped = 0

    /// Lines that were given up because Loki takes none so old.
    public internal(set) var expired = 0

    /// Lines of requests that Loki refused. It may have kept some of them: of a refused request it stores what is good.
    public internal(set) var refused = 0

    /// Lines that were left at the end.
    public internal(set) var abandoned = 0

    /// Bytes that wait to be delivered.
    public internal(set) var queuedBytes = 0

    /// Requests that failed and were, or will be, tried again.
    public internal(set) var retried = 0
}
#endif
