#if Exporters
import NIOCore

/// The front page without the live page: three links.
enum LinksPage {
    /// The page's text.
    static let body = ByteBuffer(
        string: """
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><title>Power Sensors</title></head>
            <body>
            <h1>Power Sensors</h1>
            <p>How much power this machine uses, for Prometheus.</p>
            <ul>
            <li><a href="/metrics">Metrics</a></li>
            <li><a href="/healthz">Is it alive?</a></li>
            <li><a href="/readyz">Is there a sample yet?</a></li>
            </ul>
            </body>
            </html>

            """)
}
#endif
