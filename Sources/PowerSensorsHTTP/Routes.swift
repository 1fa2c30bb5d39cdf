#if Exporters
import NIOCore
import NIOHTTP1
import NIOPosix
import PowerSensorsExporters

/// The endpoint's paths and their responses. Belongs to its event loop.
final class Routes {
    /// A path that is served.
    enum Route: String {
        case front = "/"
        case metrics = "/metrics"
        case health = "/healthz"
        case readiness = "/readyz"
        case index = "/api/v1/"
        case snapshot = "/api/v1/snapshot"
        case topology = "/api/v1/topology"
        case findings = "/api/v1/findings"
        case recent = "/api/v1/recent"
        case events = "/api/v1/events"
        case history = "/api/v1/history"

        /// Whether it requires a password if there are users. `/healthz` and `/readyz` reveal nothing about power.
        var needsAuthentication: Bool { self != .health && self != .readiness }

        /// The document that it shows; nil for what is none.
        var document: LiveDocument? {
            switch self {
            case .snapshot: .snapshot
            case .topology: .topology
            case .findings: .findings
            case .recent: .recent
            case .events: .events
            case .front, .metrics, .health, .readiness, .index, .history: nil
            }
        }

        /// Whether it is one of the JSON documents.
        var isJSON: Bool { rawValue.hasPrefix(Self.index.rawValue) }
    }

    private let pages: PageCache<MetricsFormat>
    private let documents: PageCache<LiveDocument>?
    /// What distinguishes this endpoint's versions from those of the one before it.
    private let epoch = String(UInt64.random(in: .min ... .max), radix: 36)
    private let history: HistoryService?
    /// The list of the documents.
    private let index: EncodedBody?
    private let page: LivePage?
    private let negotiations = NegotiationCache()

    /// - Parameters:
    ///   - pages: Returns the newest page of metrics.
    ///   - historian: The thread that reads the history.
    init(
        _ configuration: EndpointConfiguration, pages: @escaping MetricsSource, on eventLoop: any EventLoop,
        historian: NIOThreadPool
    ) {
        self.pages = PageCache(pages)
        let live = configuration.live
        documents = live.map { live in PageCache { live.document($0) } }
        history = live.flatMap { live in
            configuration.history.map { HistoryService($0, node: live.node, on: eventLoop, worker: historian) }
        }
        index = live.map { Self.index(of: $0.node, hasHistory: configuration.history != nil) }
        page = live != nil && configuration.showsPage ? LivePage() : nil
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
        let route = Route(rawValue: RequestTarget(head.uri).path)
        guard let route, !route.isJSON || documents != nil else {
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

    /// Responds to a request: to one of the history later perhaps, to every other at once.
    func respond(to head: HTTPRequestHead, _ route: Route, then send: @escaping (Response) -> Void) {
        guard route == .history else { return send(response(route, head)) }
        guard let history else {
            return send(
                .text(.notFound, "No history is kept. Remedy: start powersensors export with --history PATH."))
        }
        let isCompressed = negotiations.representation(head.headers).isCompressed
        do throws(HistoryRefusal) {
            let query = try HistoryQuery(parsing: RequestTarget(head.uri).query)
            history.answer(query) { result in
                switch result {
                case .success(let body): send(.json(body.body(compressed: isCompressed)))
                case .failure(let refusal): send(refusal)
                }
            }
        } catch {
            send(HistoryService.refusal(error))
        }
    }

    private func response(_ route: Route, _ head: HTTPRequestHead) -> Response {
        if let document = route.document { return response(document, head) }
        if route == .health { return .text(.ok, "ok") }
        if route == .readiness { return pages.has(.text) ? .text(.ok, "ready") : Self.notReady }
        if route == .front { return front(head) }
        if route == .index, let index {
            return .json(index.body(compressed: negotiations.representation(head.headers).isCompressed))
        }
        let representation = negotiations.representation(head.headers)
        guard let body = pages.body(representation.format, isCompressed: representation.isCompressed) else {
            return Self.notReady
        }
        var headers: HTTPHeaders = ["Content-Type": representation.contentType, "Vary": "Accept, Accept-Encoding"]
        if body.isCompressed { headers.add(name: "Content-Encoding", value: "gzip") }
        return Response(status: .ok, headers: headers, body: body.bytes)
    }

    private func response(_ document: LiveDocument, _ head: HTTPRequestHead) -> Response {
        let isCompressed = negotiations.representation(head.headers).isCompressed
        guard let body = documents?.body(document, isCompressed: isCompressed) else { return Self.notReady }
        let tag = EntityTag("\(epoch)-\(body.version)")
        if tag.isKnown(by: head.headers) { return .notModified(tag) }
        return .json((body.bytes, body.isCompressed), tag: tag)
    }

    private func front(_ head: HTTPRequestHead) -> Response {
        guard let page else {
            return Response(
                status: .ok, headers: ["Content-Type": "text/html; charset=utf-8"], body: LinksPage.body)
        }
        if page.tag.isKnown(by: head.headers) { return .notModified(page.tag) }
        let isCompressed = negotiations.representation(head.headers).isCompressed
        return .document(page.body.body(compressed: isCompressed), headers: page.headers, tag: page.tag)
    }

    private static func index(of node: String, hasHistory: Bool) -> EncodedBody {
        let routes = [.snapshot, .topology, .findings, .recent, .events] + (hasHistory ? [Route.history] : [])
        let json = JSONWriter.rendering { json in
            json.object { json in
                json.member("version", 1)
                json.member("node", node)
                json.member("documents", routes.map { String($0.rawValue.dropFirst(Route.index.rawValue.count)) })
            }
        }
        return EncodedBody(json + [UInt8(ascii: "\n")], by: GzipCompressor())
    }

    private static let notReady = Response.text(
        .serviceUnavailable, "There is no sample yet; try again in a second.", headers: ["Retry-After": "1"])

    private static func hasBody(_ head: HTTPRequestHead) -> Bool {
        if !head.headers["Transfer-Encoding"].isEmpty { return true }
        return head.headers["Content-Length"].contains { $0.contains { $0 != "0" } }
    }
}
#endif
