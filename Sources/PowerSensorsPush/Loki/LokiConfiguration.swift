#if Exporters
/// How a ``LokiExporter`` sends. Every value has a default that suits a Loki with its own defaults.
public struct LokiConfiguration: Sendable {
    /// How a line is written.
    public struct LineFormat: Hashable, Sendable {
        /// Its name, as an option takes it.
        public let name: String

        /// `host_power_w=41.2 scope=cpu`, for LogQL's `| logfmt`.
        public static let logfmt = LineFormat(name: "logfmt")

        /// `{"host_power_w":41.2,"scope":"cpu"}`, for LogQL's `| json`.
        public static let json = LineFormat(name: "json")

        /// All that there are.
        public static let known: [LineFormat] = [.logfmt, .json]
    }

    /// How often a snapshot is sent; 1 ms at least.
    public var interval = Duration.seconds(5)

    /// How a line is written.
    public var lineFormat = LineFormat.logfmt

    /// Whether words, such as the scope and the sensor, go into Loki's structured metadata and only numbers into the line.
    ///
    /// A Loki before 3.0 refuses that unless its schema allows it.
    public var usesStructuredMetadata = false

    /// Who the lines belong to, where Loki has several tenants: the header `X-Scope-OrgID`.
    public var tenant: String?

    /// How to prove who this is; what the URL holds is used where this is nil.
    public var credentials: PushCredentials?

    /// Whether bodies are compressed with gzip.
    public var isCompressed = true

    /// How long a line waits for others, so that they go together.
    public var batchInterval = Duration.seconds(1)

    /// How many bytes go into one request, before they are compressed: 1 KiB to 1 MiB. Loki's own limits are a few times that.
    public var maximumBatchBytes = 1 << 20

    /// How many bytes wait at most while Loki is away, about 300 a line; beyond it the oldest lines go, and are counted.
    public var maximumQueuedBytes = 16 << 20

    /// How old a line may become while it waits; older ones go, and are counted. Loki refuses what is older than 7 days.
    public var maximumAge = Duration.seconds(167 * 3600)

    /// How long Loki may take to answer.
    public var timeout = Duration.seconds(10)

    /// How long the last delivery may take at the end.
    public var finishLimit = Duration.seconds(5)

    /// What counts as a power spike; nil for none.
    public var spikes: SpikeRule? = SpikeRule()

    /// The defaults.
    public init() {}
}
#endif
