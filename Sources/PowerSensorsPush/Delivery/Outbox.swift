#if Exporters
/// What waits to be delivered. A courier's task takes from it, one request at a time.
protocol Outbox: Sendable {
    /// How much there is.
    var fill: OutboxFill { get }

    /// The next request; nil where there is none. ``settle(_:)`` follows.
    func next() -> PushRequest?

    /// Takes what became of the request.
    func settle(_ outcome: PushOutcome)
}

/// How much waits to be delivered.
enum OutboxFill: Sendable {
    /// Nothing.
    case empty

    /// Something, which may wait for more.
    case some

    /// As much as goes into one request.
    case full
}
#endif
