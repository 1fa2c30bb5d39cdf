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

    /// A line of plain text, after which the connection is closed.
    static func closing(_ status: HTTPResponseStatus, _ text: String) -> Response {
        .text(status, text, closesConnection: true)
    }
}
#endif
