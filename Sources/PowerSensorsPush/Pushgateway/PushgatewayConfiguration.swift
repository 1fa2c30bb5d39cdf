#if Exporters
package import PowerSensorsExporters

/// How a ``PushgatewayExporter`` pushes.
public struct PushgatewayConfiguration: Sendable {
    /// How often a page is pushed; at least 1 ms.
    public var interval = Duration.seconds(15)

    /// The label `job`.
    public var job = "powersensors"

    /// The user and password or token to send; nil for those in the URL, if any.
    public var credentials: PushCredentials?

    /// A PEM file with the certificates of the authorities to trust instead of the system's; nil for the system's. It is read once.
    public var certificateAuthorityFile: String?

    /// Whether the page is deleted at the end. A Pushgateway otherwise keeps showing the last figures forever.
    public var deletesOnFinish = true

    /// How long the Pushgateway may take to answer.
    public var timeout = Duration.seconds(10)

    /// How long the last delivery may take at the end.
    public var finishLimit = Duration.seconds(5)

    /// The defaults.
    public init() {}
}

/// What has become of the pages of a ``PushgatewayExporter`` since it was created.
public struct PushgatewayStatistics: Hashable, Sendable {
    /// Pages that the Pushgateway accepted.
    public internal(set) var sent = 0

    /// Pages replaced by a newer one before delivery. No energy is lost, since it is cumulative.
    public internal(set) var replaced = 0

    /// Pages that the Pushgateway refused.
    public internal(set) var refused = 0

    /// Requests that failed and were, or will be, retried.
    public internal(set) var retried = 0

    /// The counts for the Prometheus page.
    package var counts: DeliveryCounts {
        DeliveryCounts(
            exporter: "pushgateway", server: "the Pushgateway", items: "pages",
            outcomes: ["delivered": sent, "replaced": replaced, "refused": refused], retries: retried)
    }
}
#endif
