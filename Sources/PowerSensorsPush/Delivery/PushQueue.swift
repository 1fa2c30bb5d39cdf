#if Exporters
/// Data waiting for delivery. The delivery loop takes one request at a time from it.
protocol PushQueue: Sendable {
    /// How much is waiting.
    var fill: PushQueueFill { get }

    /// The next request; nil if there is none. ``complete(_:)`` must follow each request.
    func next() -> PushRequest?

    /// Removes or keeps the contents of the request that ``next()`` returned, depending on its outcome.
    func complete(_ outcome: PushOutcome)
}

/// How much data is waiting for delivery.
enum PushQueueFill: Sendable {
    /// Nothing.
    case empty

    /// Less than fits into one request, so it may wait for more.
    case some

    /// Enough for one request.
    case full
}
#endif
