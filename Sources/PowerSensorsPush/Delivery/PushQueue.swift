#if Exporters
/// Data waiting for delivery. The delivery loop takes one request at a time from it.
protocol PushQueue: Sendable {
    /// Whether nothing is waiting.
    var isEmpty: Bool { get }

    /// Whether enough is waiting for one request, so that there is nothing to gain from waiting for more.
    var isFull: Bool { get }

    /// The next request; nil if there is none. ``complete(_:)`` must follow each request.
    func next() -> PushRequest?

    /// Removes or keeps the contents of the request that ``next()`` returned, depending on its outcome.
    ///
    /// - Returns: The outcome after that: one that is ``PushOutcome/tooLarge(_:retryAfter:)`` becomes either
    ///   ``PushOutcome/divided(_:retryAfter:)`` or ``PushOutcome/refused(_:)``.
    func complete(_ outcome: PushOutcome) -> PushOutcome
}
#endif
