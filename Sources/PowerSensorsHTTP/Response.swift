#if Exporters
import NIOCore
import NIOHTTP1

/// An HTTP response, without the headers that every response gets. An error where a request is not served.
struct Response: Error {
    let status: HTTPResponseStatus
    var headers: HTTPHeaders
    let body: ByteBuffer

    /// Whether the connection is closed after it.
    var closesConnection = false

    init(_ status: HTTPResponseStatus, headers: HTTPHeaders, body: ByteBuffer) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A line of plain text.
    static func text(_ status: HTTPResponseStatus, _ text: String, headers: HTTPHeaders = [:]) -> Response {
        var headers = headers
        headers.add(name: "Content-Type", value: "text/plain; charset=utf-8")
        return Response(status, headers: headers, body: ByteBuffer(string: text + "\n"))
    }

    /// A line of plain text, after which the connection is closed.
    static func closing(_ status: HTTPResponseStatus, _ text: String) -> Response {
        var response = Response.text(status, text)
        response.closesConnection = true
        return response
    }
}
#endif
