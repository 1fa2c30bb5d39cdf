#if Exporters
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import PowerSensors

/// Requests by HTTP, over connections that are kept.
final class HTTPTransport: PushTransport {
    /// More than this of an answer is not read: it goes into one line for people.
    private static let longestMessage = 4096

    private let credentials: PushCredentials?
    private let client: HTTPClient

    init(_ credentials: PushCredentials?) {
        self.credentials = credentials
        // A redirect would turn POST into GET, and a page that answers 200 to that into a success.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        // What fails is tried again by the courier, which knows how long to wait, and tells why.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(configuration: configuration)
    }

    // A client must not go away before it was shut down; to shut it down twice is harmless.
    deinit { client.shutdown { _ in } }

    func send(_ request: PushRequest) async throws -> PushResponse {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        outgoing.headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
        outgoing.headers.add(name: "User-Agent", value: "powersensors")
        switch credentials?.kind {
        case .basic(let user, let password): outgoing.setBasicAuth(username: user, password: password)
        case .bearer(let token): outgoing.headers.add(name: "Authorization", value: "Bearer \(token)")
        case nil: break
        }
        if !request.body.isEmpty { outgoing.body = .bytes(ByteBuffer(bytes: request.body)) }
        // Whoever calls this has a limit of its own, and cancels the task. This one only bounds what is forgotten.
        let response = try await client.execute(outgoing, timeout: .hours(1))
        return PushResponse(
            status: Int(response.status.code),
            retryAfter: response.headers.first(name: "Retry-After"),
            location: response.headers.first(name: "Location"),
            message: try await beginning(of: response.body))
    }

    func close() async { try? await client.shutdown().get() }

    private func beginning(of body: HTTPClientResponse.Body) async throws -> String {
        var bytes: [UInt8] = []
        for try await part in body {
            bytes += part.readableBytesView.prefix(Self.longestMessage - bytes.count)
            if bytes.count == Self.longestMessage { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
#endif
