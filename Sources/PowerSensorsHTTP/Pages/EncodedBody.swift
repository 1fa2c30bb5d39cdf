#if Exporters
import NIOCore
import PowerSensorsExporters

/// A response's body, plain and compressed.
struct EncodedBody {
    let plain: ByteBuffer

    /// The gzip file; nil if memory ran out.
    let compressed: ByteBuffer?

    init(_ bytes: [UInt8], by compressor: GzipCompressor?) {
        let allocator = ByteBufferAllocator()
        plain = allocator.buffer(bytes: bytes)
        compressed = compressor?.compress(bytes).map(allocator.buffer(bytes:))
    }

    /// The bytes that both take.
    var size: Int { plain.readableBytes + (compressed?.readableBytes ?? 0) }

    /// The body for a client, and whether it is compressed.
    ///
    /// - Parameter allowed: Whether the client takes gzip.
    func body(compressed allowed: Bool) -> (bytes: ByteBuffer, isCompressed: Bool) {
        guard allowed, let compressed else { return (plain, false) }
        return (compressed, true)
    }
}
#endif
