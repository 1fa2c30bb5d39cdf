#if Exporters
/// One request.
package struct PushRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    package var method: Method
    package var url: String
    package var headers: [(name: String, value: String)] = []
    package var body: [UInt8] = []
}

/// What a server answered.
package struct PushResponse: Sendable {
    package var status: Int

    /// The header `Retry-After`, as it came.
    package var retryAfter: String?

    /// The header `Location`, as it came.
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

/// Carries requests to a server: HTTP, or a test's.
package protocol PushTransport: Sendable {
    /// Sends one request and waits for the answer, or until the task is cancelled.
    ///
    /// - Throws: Where there is no answer.
    func send(_ request: PushRequest) async throws -> PushResponse

    /// Closes what connections there are. Nothing is sent after.
    func close() async
}
#endif
