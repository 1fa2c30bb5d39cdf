#if Exporters
import NIOCore
import PowerSensorsExporters

/// The newest page in every form that was asked for, rendered and compressed once.
///
/// Belongs to the endpoint's event loop.
final class PageCache {
    private struct Entry {
        let version: UInt64
        let plain: ByteBuffer
        var compressed: ByteBuffer?
    }

    private let pages: any MetricsPages
    private let allocator = ByteBufferAllocator()
    private lazy var compressor = GzipCompressor()
    private var entries: [MetricsFormat: Entry] = [:]

    init(_ pages: any MetricsPages) {
        self.pages = pages
    }

    /// Whether there is a page.
    var isReady: Bool { pages.version != nil }

    /// The newest page; nil as long as there is none. `isCompressed` says what it is: without memory to compress it goes
    /// out as it is.
    func body(_ representation: Representation) -> (bytes: ByteBuffer, isCompressed: Bool)? {
        guard let version = pages.version, var entry = entry(representation.format, version) else { return nil }
        guard representation.isCompressed else { return (entry.plain, false) }
        if let compressed = entry.compressed { return (compressed, true) }
        let compressed = compressor?.compress(Array(entry.plain.readableBytesView)).map(allocator.buffer(bytes:))
        guard let compressed else { return (entry.plain, false) }
        entry.compressed = compressed
        entries[representation.format] = entry
        return (compressed, true)
    }

    private func entry(_ format: MetricsFormat, _ version: UInt64) -> Entry? {
        if let entry = entries[format], entry.version == version { return entry }
        guard let page = pages.page(format) else { return nil }
        let entry = Entry(version: page.version, plain: allocator.buffer(bytes: page.bytes), compressed: nil)
        entries[format] = entry
        return entry
    }
}
#endif
