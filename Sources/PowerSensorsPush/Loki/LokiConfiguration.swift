#if Exporters
/// How a ``LokiExporter`` sends lines. The defaults suit a Loki server with default limits.
public struct LokiConfiguration: Sendable {
    /// The format of a line.
    public struct LineFormat: Hashable, Sendable {
        /// The name, as used for options.
        public let name: String

        /// `host_power_w=41.2 scope=cpu`, for LogQL's `| logfmt`.
        public static let logfmt = LineFormat(name: "logfmt")

        /// `{"host_power_w":41.2,"scope":"cpu"}`, for LogQL's `| json`.
        public static let json = LineFormat(name: "json")

        /// All formats.
        public static let all: [LineFormat] = [.logfmt, .json]
    }

    /// How often a snapshot is sent; at least 1 ms.
    public var interval = Duration.seconds(5)

    /// The format of the lines.
    public var lineFormat = LineFormat.logfmt

    /// Whether text values, such as scope and sensor, go into Loki's structured metadata, and only numbers into the line.
    ///
    /// Loki before 3.0 refuses structured metadata unless its schema allows it.
    public var usesStructuredMetadata = false

    /// The tenant the lines belong to if Loki has several: the header `X-Scope-OrgID`.
    public var tenant: String?

    /// The user and password or token to send; nil for those in the URL, if any.
    public var credentials: PushCredentials?

    /// A PEM file with the certificates of the authorities to trust instead of the system's; nil for the system's. It is read once.
    public var certificateAuthorityFile: String?

    /// Whether requests are compressed with gzip.
    public var isCompressed = true

    /// How long a line waits for others to share a request with.
    public var batchInterval = Duration.seconds(1)

    /// The greatest size of a request before compression in bytes, from 1 KiB to 1 MiB. Loki's own limits are a few times
    /// that. Where they are lower, or a proxy's are, requests become smaller by themselves.
    public var maximumBatchBytes = 1 << 20

    /// The memory for lines while Loki is unreachable in bytes, about 300 for a consumer's line and 500 for the host's, and
    /// more if it has many channels. Beyond it the oldest lines are dropped, those of consumers first, and counted.
    public var maximumQueuedBytes = 16 << 20

    /// How long a line may wait; older ones are dropped, and counted. Loki refuses lines older than 7 days.
    public var maximumAge = Duration.seconds(167 * 3600)

    /// How long Loki may take to answer.
    public var timeout = Duration.seconds(10)

    /// How long the last delivery may take at the end.
    public var finishLimit = Duration.seconds(5)

    /// The defaults.
    public init() {}
}
#endif
