#if Exporters
import NIOCore
import NIOHTTP1
import PowerSensorsExporters

/// The endpoint's paths and their responses. Belongs to its event loop.
final class Routes {
    /// A path that is served.
    enum Route: String {
        case landing = "/"
        case metrics = "/metrics"
        case health = "/healthz"
        case readiness = "/readyz"

        /// Whether it requires a password if there are users. `/healthz` and `/readyz` reveal nothing about power.
        var needsAuthentication: Bool { self == .landing || self == .metrics }
    }

    private let pages: PageCache
    private let negotiations = NegotiationCache()
    private let landing: ByteBuffer

    init(_ pages: @escaping MetricsSource) {
        self.pages = PageCache(pages)
        landing = ByteBuffer(
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

    /// The route of a request.
    ///
    /// - Throws: The response to a request that is not served.
    func route(_ head: HTTPRequestHead) throws(Response) -> Route {
        // Only HTTP/1.0 requests may lack the header (RFC 9112, section 3.2).
        let hosts = head.headers["Host"].count
        if hosts > 1 || (hosts == 0 && head.version != .http1_0) {
            throw .closing(.badRequest, "A request must have exactly one Host header.")
        }
        guard let route = Route(rawValue: Self.path(head.uri)) else {
            throw .text(.notFound, "Not found. Metrics are at /metrics.")
        }
        guard head.method == .GET || head.method == .HEAD else {
            throw .text(
                .methodNotAllowed, "Only GET and HEAD are supported.", headers: ["Allow": "GET, HEAD"],
                closesConnection: Self.hasBody(head))
        }
        guard !Self.hasBody(head) else { throw .closing(.payloadTooLarge, "Requests must not have a body.") }
        return route
    }

    /// The response of a route.
    func response(_ route: Route, _ head: HTTPRequestHead) -> Response {
        switch route {
        case .landing:
            return Response(status: .ok, headers: ["Content-Type": "text/html; charset=utf-8"], body: landing)
        case .health:
            return .text(.ok, "ok")
        case .readiness:
            return pages.isReady ? .text(.ok, "ready") : Self.notReady
        case .metrics:
            let representation = negotiations.representation(head.headers)
            guard let body = pages.body(representation) else { return Self.notReady }
            var headers: HTTPHeaders = [
                "Content-Type": representation.contentType, "Vary": "Accept, Accept-Encoding",
            ]
            if body.isCompressed { headers.add(name: "Content-Encoding", value: "gzip") }
            return Response(status: .ok, headers: headers, body: body.bytes)
        }
    }

    private static let notReady = Response.text(
        .serviceUnavailable, "There is no sample yet; try again in a second.", headers: ["Retry-After": "1"])

    private static func hasBody(_ head: HTTPRequestHead) -> Bool {
        if !head.headers["Transfer-Encoding"].isEmpty { return true }
        return head.headers["Content-Length"].contains { $0.contains { $0 != "0" } }
    }

    /// The path of a request target without its query. The target may be a whole URL, as proxies send it.
    private static func path(_ target: String) -> String {
        var path = Substring(target)
        for scheme in ["http://", "https://"] where path.lowercased().hasPrefix(scheme) {
            let rest = path.dropFirst(scheme.count)
            path = rest.firstIndex(where: { $0 == "/" || $0 == "?" }).map { rest[$0...] } ?? "/"
            break
        }
        return String(path.prefix { $0 != "?" && $0 != "#" })
    }
}
#endif
