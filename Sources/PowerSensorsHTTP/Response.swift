#if Exporters
import NIOCore
import NIOHTTP1

/// An HTTP response, without the headers that every response gets. It is thrown as an error if a request is not served.
struct Response: Error {
    let status: HTTPResponseStatus
    var headers: HTTPHeaders
    let body: ByteBuffer

    /// Whether the connection is closed after it.
    var closesConnection = false

    /// A line of plain text.
    static func text(
        _ status: HTTPResponseStatus, _ text: String, headers: HTTPHeaders = [:], closesConnection: Bool = false
    ) -> Response {
        var headers = headers
        headers.add(name: "Content-Type", value: "text/plain; charset=utf-8")
        let body = ByteBuffer(string: text + "\n")
        return Response(status: status, headers: headers, body: body, closesConnection: closesConnection)
    }

    /// A document for programs, or for the page's script.
    static func json(_ body: (bytes: ByteBuffer, isCompressed: Bool), tag: EntityTag? = nil) -> Response {
        document(body, headers: ["Content-Type": "application/json"], tag: tag)
    }

    /// A document that browsers neither guess the type of, show in other sites, nor use again without asking.
    static func document(
        _ body: (bytes: ByteBuffer, isCompressed: Bool), headers: HTTPHeaders, tag: EntityTag?
    ) -> Response {
        var headers = headers
        headers.add(contentsOf: caching(tag))
        headers.add(name: "X-Content-Type-Options", value: "nosniff")
        headers.add(name: "Referrer-Policy", value: "no-referrer")
        headers.add(name: "Cross-Origin-Resource-Policy", value: "same-origin")
        if body.isCompressed { headers.add(name: "Content-Encoding", value: "gzip") }
        return Response(status: .ok, headers: headers, body: body.bytes)
    }

    /// The response to a client that has the document already.
    static func notModified(_ tag: EntityTag) -> Response {
        Response(status: .notModified, headers: caching(tag), body: ByteBuffer())
    }

    private static func caching(_ tag: EntityTag?) -> HTTPHeaders {
        var headers: HTTPHeaders = ["Cache-Control": "no-cache", "Vary": "Accept-Encoding"]
        if let tag { headers.add(name: "ETag", value: tag.headerValue) }
        return headers
    }

    /// A line of plain text, after which the connection is closed.
    static func closing(_ status: HTTPResponseStatus, _ text: String) -> Response {
        .text(status, text, closesConnection: true)
    }
}
#endif
