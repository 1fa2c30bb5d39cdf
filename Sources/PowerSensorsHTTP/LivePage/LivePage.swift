#if Exporters
import CPowerSensorsHTTP
import NIOCore
import NIOHTTP1
import PowerSensors
import PowerSensorsExporters

/// The live page for people, which is part of the program. Its text is that of the files in `CPowerSensorsHTTP/LivePage`.
struct LivePage {
    /// The page as it is sent.
    let body: EncodedBody

    /// Its tag, which changes with its text.
    let tag: EntityTag

    /// The headers that are the same in every response. Scripts and styles are allowed by their hash, and nothing from another
    /// server is.
    let headers: HTTPHeaders = [
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy":
            "default-src 'none'; script-src '\(Self.scriptHash)'; style-src '\(Self.styleHash)'; img-src data:;"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ]

    init() {
        var count = 0
        let text = unsafe cpowersensorshttp_page(&count)
        let bytes = unsafe Array(UnsafeBufferPointer(start: text, count: count))
        body = EncodedBody(bytes, by: GzipCompressor())
        tag = EntityTag(String(CRC32C.checksum(of: bytes.span, count: count), radix: 16))
    }
}
#endif
