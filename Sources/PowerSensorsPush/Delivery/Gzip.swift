#if Exporters
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPCompression

/// Compresses a whole body at once.
///
/// The compressor is made for a connection's pipeline; here it sits in one that leads nowhere, so that a body is
/// compressed before it is known whether there is a connection.
package func gzipped(_ bytes: [UInt8]) throws -> [UInt8] {
    let pipeline = EmbeddedChannel(handler: NIOHTTPRequestCompressor(encoding: .gzip))
    pipeline.write(
        HTTPClientRequestPart.head(HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")), promise: nil)
    pipeline.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: bytes))), promise: nil)
    pipeline.write(HTTPClientRequestPart.end(nil), promise: nil)
    pipeline.flush()
    var compressed: [UInt8] = []
    while let part = try pipeline.readOutbound(as: HTTPClientRequestPart.self) {
        if case .body(.byteBuffer(let buffer)) = part { compressed += buffer.readableBytesView }
    }
    _ = try pipeline.finish()
    return compressed
}
#endif
