#if Exporters
import NIOCore
import NIOHTTP1
import PowerSensorsExporters

/// The live page for people, which is part of the program. Its text is in `LivePage+Text.swift`.
struct LivePage {
    /// The page as it is sent.
    let body: EncodedBody

    /// Its tag, which changes with its text.
    let tag = EntityTag(Self.textHash)

    /// The headers that are the same in every response. Scripts and styles are allowed by their hash, and nothing from another
    /// server is.
    let headers: HTTPHeaders = [
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy":
            "default-src 'none'; script-src '\(Self.scriptHash)'; style-src '\(Self.styleHash)'; img-src data:;"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ]

    init() {
        body = EncodedBody(Self.text.withUTF8Buffer { unsafe Array($0) }, by: GzipCompressor())
    }
}
#endif
