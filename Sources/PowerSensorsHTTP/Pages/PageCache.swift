#if Exporters
import NIOCore
import PowerSensorsExporters

/// Returns the newest page in a format, or nil as long as there is none.
typealias MetricsSource = @Sendable (MetricsFormat) -> MetricsPage?

/// The newest page of each kind in every form requested so far, each copied and compressed once.
///
/// Belongs to the endpoint's event loop.
final class PageCache<Kind: Hashable> {
    /// A page as it is sent.
    struct Body {
        let bytes: ByteBuffer

        /// Whether it is compressed: it is not if memory runs out.
        let isCompressed: Bool

        /// The version of the page.
        let version: UInt64
    }

    private struct Entry {
        let version: UInt64
        let plain: ByteBuffer
        var compressed: ByteBuffer?
    }

    private let page: (Kind) -> MetricsPage?
    private let allocator = ByteBufferAllocator()
    private lazy var compressor = GzipCompressor()
    private var entries: [Kind: Entry] = [:]

    /// - Parameter page: Returns the newest page of a kind, or nil as long as there is none.
    init(_ page: @escaping (Kind) -> MetricsPage?) {
        self.page = page
    }

    /// Whether there is a page of a kind.
    func has(_ kind: Kind) -> Bool { page(kind) != nil }

    /// The newest page of a kind; nil as long as there is none.
    ///
    /// - Parameter isCompressed: Whether the client takes gzip.
    func body(_ kind: Kind, isCompressed: Bool) -> Body? {
        guard let page = page(kind) else { return nil }
        let known = entries[kind].flatMap { $0.version == page.version ? $0 : nil }
        var entry = known ?? Entry(version: page.version, plain: allocator.buffer(bytes: page.bytes))
        if isCompressed, entry.compressed == nil {
            entry.compressed = compressor?.compress(page.bytes).map(allocator.buffer(bytes:))
        }
        entries[kind] = entry
        guard isCompressed, let compressed = entry.compressed else {
            return Body(bytes: entry.plain, isCompressed: false, version: entry.version)
        }
        return Body(bytes: compressed, isCompressed: true, version: entry.version)
    }
}
#endif
