#if Exporters
/// A request to a server.
package struct PushRequest: Sendable {
    package enum Method: String, Sendable {
        case get, post, put, delete
    }

    package var method: Method
    package var url: String
    package var headers: [(name: String, value: String)] = []
    package var body: [UInt8] = []

    package init(
        method: Method, url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// A server's response.
package struct PushResponse: Sendable {
    package var status: Int

    /// The `Retry-After` header as received.
    package var retryAfter: String?

    /// The `Location` header as received.
    package var location: String?

    /// The beginning of the body.
    package var message: String

    package init(status: Int, retryAfter: String? = nil, location: String? = nil, message: String = "") {
        self.status = status
        self.retryAfter = retryAfter
        self.location = location
        self.message = message
    }
}

/// A way to send requests to a server: HTTP, or a substitute in tests.
package protocol PushTransport: Sendable {
    /// Sends one request and waits for the response, or until the task is cancelled.
    ///
    /// - Throws: An error if there is no response.
    func send(_ request: PushRequest) async throws -> PushResponse

    /// Closes all connections. No request follows.
    func close() async
}
#endif
