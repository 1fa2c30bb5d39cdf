#if Exporters
public import PowerSensorsExporters

/// Where an endpoint gets its pages from.
///
/// The endpoint renders a page when one is asked for whose number it has not rendered yet, and keeps the bytes: a
/// page that stays the same costs nothing more. Both members are called from the endpoint's own thread, one at a time, and
/// hold up everybody who is served: they must not touch hardware, nor wait.
public protocol MetricsPages: Sendable {
    /// The number of the newest page, another for each; nil as long as there is none.
    var version: UInt64? { get }

    /// The newest page; nil as long as there is none.
    ///
    /// Its number may be newer than the ``version`` that was asked for just before.
    func page(_ format: MetricsFormat) -> MetricsPage?
}

/// A page of metrics as it was at one moment.
public struct MetricsPage: Hashable, Sendable {
    /// Its number.
    public let version: UInt64

    /// The text, in the format that was asked for.
    public let bytes: [UInt8]

    /// A page.
    public init(version: UInt64, bytes: [UInt8]) {
        self.version = version
        self.bytes = bytes
    }
}
#endif
