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
        guard var entry = entry(representation.format) else { return nil }
        guard representation.isCompressed else { return (entry.plain, false) }
        if let compressed = entry.compressed { return (compressed, true) }
        let compressed = compressor?.compress(Array(entry.plain.readableBytesView)).map(allocator.buffer(bytes:))
        guard let compressed else { return (entry.plain, false) }
        entry.compressed = compressed
        entries[representation.format] = entry
        return (compressed, true)
    }

    private func entry(_ format: MetricsFormat) -> Entry? {
        guard let page = page(format) else { return nil }
        if let entry = entries[format], entry.version == page.version { return entry }
        let entry = Entry(version: page.version, plain: allocator.buffer(bytes: page.bytes), compressed: nil)
        entries[format] = entry
        return entry
    }
}
#endif
