#if Exporters
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import PowerSensors

/// Sends requests by HTTP over connections that are kept open.
final class HTTPTransport: PushTransport {
    /// How many bytes of a response's body are read, which become part of a one-line message.
    private static let maximumMessageBytes = 4096

    /// The event loop of all transports. The one that NIO would share has a thread and three descriptors for each processor.
    private static let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Whether the event loop was started, and so has its descriptors.
    private static let hasEventLoop = Locked(false)

    private let credentials: PushCredentials?
    private let client: HTTPClient

    /// Prepares connections without making one.
    ///
    /// - Parameters:
    ///   - credentials: What to send with each request.
    ///   - authorityFile: The certificates of the authorities to trust instead of the system's; nil for the system's.
    /// - Throws: ``PushSetupError`` for a file that cannot be used, and if the event loop has not enough descriptors, for which NIO
    ///   would end the process.
    init(_ credentials: PushCredentials?, authorityFile: String?) throws(PushSetupError) {
        _ = try credentials?.resolved()
        // Three are the event loop's, the others a connection's.
        let refusal = DescriptorBudget.probe((Self.hasEventLoop.withLock { $0 } ? 0 : 3) + 2)
        if refusal != 0 {
            throw PushSetupError(
                subject: "the connection to a server", problem: systemMessage(errno: refusal),
                remedy: Finding.remedy(ofErrno: refusal) ?? "See what the system lacks.")
        }
        self.credentials = credentials
        // Following a redirect would turn POST into GET, and any page that answers 200 would look like a success.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        // The sender retries by itself, with its own delays, and reports the failures.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.tlsConfiguration = try Self.tls(authorityFile)
        client = HTTPClient(eventLoopGroup: Self.eventLoops, configuration: configuration)
        Self.hasEventLoop.withLock { $0 = true }
    }

    // A client must be shut down before it is released. A second shutdown is harmless.
    deinit { client.shutdown { _ in } }

    func send(_ request: PushRequest) async throws -> PushResponse {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue.uppercased())
        outgoing.headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
        outgoing.headers.add(name: "User-Agent", value: "powersensors")
        switch try credentials?.resolved().kind {
        case .basic(let user, let password): outgoing.setBasicAuth(username: user, password: password)
        case .bearer(let token): outgoing.headers.add(name: "Authorization", value: "Bearer \(token)")
        case .basicFile, .bearerFile, nil: break
        }
        if !request.body.isEmpty { outgoing.body = .bytes(ByteBuffer(bytes: request.body)) }
        // The caller cancels the task after its own, shorter timeout.
        let response = try await client.execute(outgoing, timeout: .hours(1))
        return PushResponse(
            status: Int(response.status.code),
            retryAfter: response.headers.first(name: "Retry-After"),
            location: response.headers.first(name: "Location"),
            message: try await beginning(of: response.body))
    }

    func close() async { try? await client.shutdown().get() }

    private static func tls(_ authorityFile: String?) throws(PushSetupError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        guard let authorityFile else { return configuration }
        let bytes = try fileForPushing(authorityFile, "the authority's certificate", limit: 1 << 20)
        guard let authorities = try? NIOSSLCertificate.fromPEMBytes(bytes), !authorities.isEmpty else {
            throw PushSetupError(
                subject: authorityFile, problem: "the file has no certificate in PEM format",
                remedy: "Name the file with the certificate of the server's authority.")
        }
        configuration.trustRoots = .certificates(authorities)
        return configuration
    }

    private func beginning(of body: HTTPClientResponse.Body) async throws -> String {
        var bytes: [UInt8] = []
        for try await part in body {
            bytes += part.readableBytesView.prefix(Self.maximumMessageBytes - bytes.count)
            if bytes.count == Self.maximumMessageBytes { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
#endif
