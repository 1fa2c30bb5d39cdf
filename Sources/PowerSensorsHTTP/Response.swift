#if Exporters
import NIOCore
import NIOHTTP1

/// What is sent back: a status, headers but for those that every response has, and a body.
struct Response {
    let status: HTTPResponseStatus
    var headers: HTTPHeaders
    let body: ByteBuffer

    /// Whether the connection is closed behind it.
    var closes = false

    init(_ status: HTTPResponseStatus, headers: HTTPHeaders, body: ByteBuffer) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A short text, with a line end.
    static func text(_ status: HTTPResponseStatus, _ text: String, headers: HTTPHeaders = [:]) -> Response {
        var headers = headers
        headers.add(name: "Content-Type", value: "text/plain; charset=utf-8")
        return Response(status, headers: headers, body: ByteBuffer(string: text + "\n"))
    }

    /// The same, and the connection closed behind it.
    static func closing(_ status: HTTPResponseStatus, _ text: String) -> Response {
        var response = Response.text(status, text)
        response.closes = true
        return response
    }
}
#endif
