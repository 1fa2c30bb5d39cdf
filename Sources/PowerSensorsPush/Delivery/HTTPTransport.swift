#if Exporters
import NIOCore
import NIOHTTP1
import NIOSSL
import PowerSensors

#if canImport(FoundationEssentials)
import struct FoundationEssentials.Data
#else
import struct Foundation.Data
#endif

/// Sends requests by HTTP/1.1 over a connection that is kept open. Redirects are not followed, since POST would turn into GET, and
/// any page that answers 200 would look like a success.
package final class HTTPTransport: PushTransport {
    /// Whether the event loop was started, and so has its descriptors.
    private static let hasEventLoop = Locked(false)

    private let credentials: PushCredentials?
    private let maximumMessageBytes: Int
    private let connections: HTTPConnections

    /// Prepares connections without making one.
    ///
    /// - Parameters:
    ///   - credentials: What to send with each request.
    ///   - authorityFile: The certificates of the authorities to trust instead of the system's; nil for the system's.
    ///   - maximumMessageBytes: How many bytes of a response's body are read, which become part of a one-line message.
    /// - Throws: ``PushSetupError`` for a file that cannot be used, and if the event loop has not enough descriptors, for which NIO
    ///   would end the process.
    package init(
        _ credentials: PushCredentials?, authorityFile: String?, maximumMessageBytes: Int = 4096
    ) throws(PushSetupError) {
        _ = try credentials?.resolved()
        // Three are the event loop's, the others a connection's.
        let refusal = DescriptorBudget.probe((Self.hasEventLoop.withLock { $0 } ? 0 : 3) + 2)
        if refusal != 0 {
            throw PushSetupError(
                subject: "the connection to a server", problem: systemMessage(errno: refusal),
                remedy: Finding.remedy(ofErrno: refusal) ?? "See what the system lacks.")
        }
        self.credentials = credentials
        self.maximumMessageBytes = maximumMessageBytes
        connections = HTTPConnections(try Self.tls(authorityFile))
        // It starts now.
        _ = HTTPConnections.eventLoop
        Self.hasEventLoop.withLock { $0 = true }
    }

    package func send(_ request: PushRequest) async throws -> PushResponse {
        let address = try PushAddress(request.url)
        let server = address.server
        let head = try head(of: request, to: address)
        do {
            let receipt = try await self.receipt(of: request, head, server, on: connections.takeIdle(to: server))
            if let channel = receipt.idleChannel { connections.keep(channel, to: server) }
            return receipt.response
        } catch let error as NoResponse {
            throw error.reason
        }
    }

    package func close() { connections.close() }

    /// Sends a request on a connection that was kept, or else on a new one.
    ///
    /// A server may close a connection that was kept at any time, even while a request is on its way. It is sent once more then,
    /// which changes nothing if it did arrive: lines that Loki has are not stored twice, and pages replace each other.
    private func receipt(
        of request: PushRequest, _ head: HTTPRequestHead, _ server: HTTPServer, on kept: (any NIOCore.Channel)?
    ) async throws -> HTTPReceipt {
        try Task.checkCancellation()
        let promise = HTTPConnections.eventLoop.makePromise(of: HTTPReceipt.self)
        let exchange = HTTPExchange(
            head: head, body: ByteBuffer(bytes: request.body), maximumMessageBytes: maximumMessageBytes,
            response: promise)
        do {
            if let kept { exchange.start(onIdle: kept) } else { try connections.connect(to: server, for: exchange) }
        } catch {
            promise.fail(error)
        }
        do {
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                promise.fail(CancellationError())
            }
        } catch is NoResponse where kept != nil {
            return try await receipt(of: request, head, server, on: nil)
        }
    }

    private func head(of request: PushRequest, to address: PushAddress) throws(PushSetupError) -> HTTPRequestHead {
        let method = HTTPMethod(rawValue: request.method.rawValue.uppercased())
        var headers = HTTPHeaders([("Host", address.server.header)])
        headers.add(contentsOf: request.headers.map { ($0.name, $0.value) })
        headers.add(name: "User-Agent", value: "powersensors")
        switch try credentials?.resolved().kind {
        case .basic(let user, let password):
            let base64 = Data("\(user):\(password)".utf8).base64EncodedString()
            headers.add(name: "Authorization", value: "Basic \(base64)")
        case .bearer(let token): headers.add(name: "Authorization", value: "Bearer \(token)")
        case .basicFile, .bearerFile, nil: break
        }
        if !request.body.isEmpty || method == .POST || method == .PUT {
            headers.add(name: "Content-Length", value: "\(request.body.count)")
        }
        return HTTPRequestHead(version: .http1_1, method: method, uri: address.requestTarget, headers: headers)
    }

    private static func tls(_ authorityFile: String?) throws(PushSetupError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
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
}
#endif
