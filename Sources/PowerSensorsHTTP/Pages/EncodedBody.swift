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

    /// The body for a client, and whether it is compressed.
    ///
    /// - Parameter allowed: Whether the client takes gzip.
    func body(compressed allowed: Bool) -> (bytes: ByteBuffer, isCompressed: Bool) {
        guard allowed, let compressed else { return (plain, false) }
        return (compressed, true)
    }
}
#endif
