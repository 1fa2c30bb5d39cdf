#if Exporters
import Glibc
import NIOCore
import NIOPosix
import PowerSensors
public import PowerSensorsExporters

/// An HTTP server that offers pages of metrics to Prometheus and compatible scrapers.
///
/// It serves `/metrics`, `/healthz` (200 as long as the server runs), `/readyz` (200 once there is a page), `/` for people, and
/// JSON documents beneath `/api/v1/` if ``EndpointConfiguration/live`` is set. It uses one thread, one more to check passwords if
/// there are users, and one more to read the history if there is one. Stop it with ``stop(within:)``.
public final class PrometheusEndpoint: Sendable {
    /// The address it listens on, with the actual port if 0 was given.
    public let address: EndpointAddress

    private let listener: any NIOCore.Channel
    private let core: NIOLoopBound<EndpointCore>
    private let threads: Threads
    private let stopping = Locked<Task<Void, Never>?>(nil)

    /// Starts listening.
    ///
    /// - Parameters:
    ///   - configuration: Where and how to serve.
    ///   - pages: Returns the newest page in a format; nil as long as there is none. Called for every scrape on the
    ///     endpoint's thread, where it delays all other clients: it must not block or access hardware. A page of the same
    ///     version as before is neither copied nor compressed again.
    ///   - report: Receives messages for the operator, on the endpoint's thread.
    /// - Throws: ``EndpointError`` if the endpoint cannot listen on the address, or a file or hash cannot be used.
    public static func start(
        _ configuration: EndpointConfiguration,
        pages: @escaping @Sendable (MetricsFormat) -> MetricsPage?,
        reporting report: @escaping @Sendable (EndpointNotice) -> Void
    ) async throws(EndpointError) -> PrometheusEndpoint {
        // NIO ends the process if an event loop's descriptors are refused. One more is for the listener.
        let refusal = DescriptorBudget.probe(Threads.descriptorCount + 1)
        if refusal != 0 { throw listenError(configuration.address, errno: refusal) }
        let threads = Threads()
        do {
            return try await PrometheusEndpoint(configuration, pages, threads, report)
        } catch {
            await threads.stop()
            throw error as? EndpointError ?? listenError(configuration.address, error)
        }
    }

    private init(
        _ configuration: EndpointConfiguration, _ pages: @escaping MetricsSource, _ threads: Threads,
        _ report: @escaping @Sendable (EndpointNotice) -> Void
    ) async throws {
        let eventLoop = threads.eventLoops.next()
        let core = try await eventLoop.submit {
            let core = try EndpointCore(
                configuration, pages: pages, on: eventLoop, worker: threads.worker,
                historian: threads.historian, reporting: report)
            return NIOLoopBound(core, eventLoop: eventLoop)
        }.get()
        if configuration.web?.users.isEmpty == false { threads.worker.start() }
        if configuration.history != nil { threads.historian.start() }
        let address = configuration.address
        listener = try await ServerBootstrap(group: threads.eventLoops)
            // How many new connections the kernel holds until they are accepted.
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // One after the other, so that each is read from before many others may take its place.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            // While no descriptor is free, the kernel would report the waiting client again and again.
            .serverChannelInitializer { listener in
                listener.eventLoop.makeCompletedFuture {
                    let backOff = AcceptBackOff { error in core.value.table.delayAfterRefusal(error) }
                    try listener.pipeline.syncOperations.addHandler(backOff)
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // Requests are small. One read at a time, so that no client occupies the thread for long.
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try core.value.accept(channel) }
            }
            .bind(host: address.host, port: address.port).get()
        self.address = EndpointAddress(host: address.host, port: listener.localAddress?.port ?? address.port)
        self.core = core
        self.threads = threads
        let bound = EndpointAddress(host: listener.localAddress?.ipAddress ?? address.host, port: self.address.port)
        if let notice = configuration.exposure(at: bound) { report(notice) }
    }

    /// Stops listening, lets responses in progress finish, and ends the threads.
    ///
    /// - Parameter limit: The time after which all connections are closed, whatever they are doing. Later calls wait for
    ///   the first one, whose limit applies.
    public func stop(within limit: Duration = .seconds(5)) async {
        await stopping.withLock { task in
            let current = task ?? Task { await self.stopOnce(within: limit) }
            task = current
            return current
        }.value
    }

    private func stopOnce(within limit: Duration) async {
        try? await listener.close()
        let core = core
        let eventLoop = listener.eventLoop
        let drained = eventLoop.flatSubmit { core.value.table.drain() }
        let timeout = eventLoop.scheduleTask(in: TimeAmount(limit)) { core.value.table.closeAll() }
        try? await drained.get()
        timeout.cancel()
        await threads.stop()
    }

    /// How many connections were accepted, evicted and timed out so far.
    package func counts() async throws -> ConnectionCounts {
        try await listener.eventLoop.submit { [core] in core.value.table.counts }.get()
    }

    /// What password checks have cost so far.
    package func authenticationCounts() async throws -> AuthenticationCounts {
        try await listener.eventLoop.submit { [core] in
            core.value.authenticator?.counts ?? AuthenticationCounts()
        }.get()
    }

    private static func listenError(_ address: EndpointAddress, _ error: any Error) -> EndpointError {
        guard let error = error as? IOError else {
            return error is SocketAddressError || error is SocketAddressError.UnknownHost
                ? EndpointError("\(address.host) is not a known host. Remedy: give a numeric address")
                : EndpointError("cannot listen on \(address): \(error)")
        }
        return listenError(address, errno: error.errnoCode)
    }

    private static func listenError(_ address: EndpointAddress, errno: Int32) -> EndpointError {
        switch errno {
        case EADDRINUSE:
            EndpointError(
                "\(address) is in use by another program. Remedy: choose another port, or 0 for --check beside a service that runs"
            )
        case EACCES, EPERM:
            EndpointError(
                "\(address) is not permitted for this user. Remedy: choose a port of 1024 or above, or grant"
                    + " CAP_NET_BIND_SERVICE")
        case EADDRNOTAVAIL:
            EndpointError("\(address) is not an address of this machine. Remedy: choose one that `ip address` shows")
        case EAFNOSUPPORT:
            EndpointError("\(address) is of an address family that is disabled on this machine, such as IPv6")
        default:
            EndpointError(
                "cannot listen on \(address): \(systemMessage(errno: errno))"
                    + (Finding.remedy(ofErrno: errno).map { ". Remedy: \($0)" } ?? ""))
        }
    }
}

/// The endpoint's threads.
private struct Threads: Sendable {
    /// How many descriptors an event loop has: those of epoll, its timer and its wake-ups.
    static let descriptorCount = 3

    let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let worker = NIOThreadPool(numberOfThreads: 1)
    let historian = NIOThreadPool(numberOfThreads: 1)

    func stop() async {
        try? await worker.shutdownGracefully()
        try? await historian.shutdownGracefully()
        try? await eventLoops.shutdownGracefully()
    }
}
#endif
