#if Exporters
/// How a ``PushgatewayExporter`` pushes.
public struct PushgatewayConfiguration: Sendable {
    /// How often a page is pushed; 1 ms at least.
    public var interval = Duration.seconds(15)

    /// The label `job`.
    public var job = "powersensors"

    /// How to prove who this is; what the URL holds is used where this is nil.
    public var credentials: PushCredentials?

    /// Whether the page is deleted at the end. Without it a Pushgateway shows the last figures for ever.
    public var deletesAtTheEnd = true

    /// How long the Pushgateway may take to answer.
    public var timeout = Duration.seconds(10)

    /// How long the last delivery may take at the end.
    public var finishLimit = Duration.seconds(5)

    /// The defaults.
    public init() {}
}

/// What became of the pages of a ``PushgatewayExporter``, since it was made.
public struct PushgatewayStatistics: Hashable, Sendable {
    /// Pages that the Pushgateway has taken.
    public internal(set) var sent = 0

    /// Pages that a newer one replaced before they were delivered: no energy is lost, since it is cumulative.
    public internal(set) var replaced = 0

    /// Pages that the Pushgateway refused.
    public internal(set) var refused = 0

    /// Requests that failed and were, or will be, tried again.
    public internal(set) var retried = 0
}
#endif
