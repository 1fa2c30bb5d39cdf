#if Exporters
import NIOCore
import PowerSensorsExporters

/// Returns the newest page in a format, or nil as long as there is none.
typealias MetricsSource = @Sendable (MetricsFormat) -> MetricsPage?

/// The newest page in every form requested so far, each copied and compressed once.
///
/// Belongs to the endpoint's event loop.
final class PageCache {
    private struct Entry {
        let version: UInt64
        let plain: ByteBuffer
        var compressed: ByteBuffer?
    }

    private let page: MetricsSource
    private let allocator = ByteBufferAllocator()
    private lazy var compressor = GzipCompressor()
    private var entries: [MetricsFormat: Entry] = [:]

    init(_ page: @escaping MetricsSource) {
        self.page = page
    }

    /// Whether there is a page.
    var isReady: Bool { page(.text) != nil }

    /// The newest page, and whether it is compressed: it is not if memory runs out. Nil as long as there is no page.
    func body(_ representation: Representation) -> (bytes: ByteBuffer, isCompressed: Bool)? {
        guard let page = page(representation.format) else { return nil }
        let known = entries[representation.format].flatMap { $0.version == page.version ? $0 : nil }
        var entry = known ?? Entry(version: page.version, plain: allocator.buffer(bytes: page.bytes))
        if representation.isCompressed, entry.compressed == nil {
            entry.compressed = compressor?.compress(page.bytes).map(allocator.buffer(bytes:))
        }
        entries[representation.format] = entry
        guard representation.isCompressed, let compressed = entry.compressed else { return (entry.plain, false) }
        return (compressed, true)
    }
}
#endif
