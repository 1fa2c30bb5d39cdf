#if Exporters
import NIOCore
import NIOPosix
import PowerSensors
public import PowerSensorsExporters

#if canImport(Glibc)
import Glibc
#endif

/// An HTTP server that shows pages of metrics to Prometheus and the like.
///
/// It answers `/metrics`, `/healthz` (always, as long as it lives), `/readyz` (once there is a page) and, for people, `/`. It has one
/// thread, and one more that checks passwords where there are users. It must be stopped with ``stop(within:)``.
public final class PrometheusEndpoint: Sendable {
    /// Where it listens, with the port that was found where 0 was asked for.
    public let address: EndpointAddress

    private let listener: any NIOCore.Channel
    private let core: NIOLoopBound<EndpointCore>
    private let threads: Threads
    private let stopping = Guarded<Task<Void, Never>?>(nil)

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - configuration: Where and how.
    ///   - pages: The newest page in a format; nil as long as there is none. Called for every scrape on the endpoint's thread,
    ///     where it holds up everybody: it must not touch hardware, nor wait. A page whose version it had before is neither
    ///     copied nor compressed again.
    ///   - report: Takes what the operator should hear of, on the endpoint's thread.
    /// - Throws: ``EndpointError`` where the address cannot be listened at, or a file or hash cannot be used.
    public static func start(
        _ configuration: EndpointConfiguration,
        pages: @escaping @Sendable (MetricsFormat) -> MetricsPage?,
        reporting report: @escaping @Sendable (EndpointNotice) -> Void
    ) async throws(EndpointError) -> PrometheusEndpoint {
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
        let eventLoop = threads.loops.next()
        let core = try await eventLoop.submit {
            let core = try EndpointCore(
                configuration, pages: pages, on: eventLoop, worker: threads.worker, reporting: report)
            return NIOLoopBound(core, eventLoop: eventLoop)
        }.get()
        if configuration.web?.users.isEmpty == false { threads.worker.start() }
        let address = configuration.address
        listener = try await ServerBootstrap(group: threads.loops)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // A request is small. One piece at a time, so that no client is served for longer than the others.
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try core.value.take(channel) }
            }
            .bind(host: address.host, port: address.port).get()
        self.address = EndpointAddress(host: address.host, port: listener.localAddress?.port ?? address.port)
        self.core = core
        self.threads = threads
    }

    /// Stops to listen, lets the responses that were begun come to their end, and ends the threads.
    ///
    /// - Parameter limit: The time after which connections are closed, whatever they are doing. Only the first call's counts.
    public func stop(within limit: Duration = .seconds(5)) async {
        await stopping.withLock { task in
            let running = task ?? Task { await self.stopOnce(within: limit) }
            task = running
            return running
        }.value
    }

    private func stopOnce(within limit: Duration) async {
        try? await listener.close()
        let core = core
        let eventLoop = listener.eventLoop
        let drained = eventLoop.flatSubmit { core.value.table.drain() }
        let last = eventLoop.scheduleTask(in: TimeAmount(limit)) { core.value.table.closeAll() }
        try? await drained.get()
        last.cancel()
        await threads.stop()
    }

    /// How often connections came, made room and were too slow.
    package func counts() async throws -> ConnectionCounts {
        try await listener.eventLoop.submit { [core] in core.value.table.counts }.get()
    }

    private static func listenError(_ address: EndpointAddress, _ error: any Error) -> EndpointError {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: EndpointError("\(address) is in use by another program. Remedy: choose another port")
        case EACCES, EPERM:
            EndpointError(
                "\(address) is forbidden to this user. Remedy: choose a port from 1024 on, or grant CAP_NET_BIND_SERVICE"
            )
        case EADDRNOTAVAIL:
            EndpointError("\(address) is no address of this machine. Remedy: choose one of `ip address`")
        case EAFNOSUPPORT: EndpointError("\(address) is of a kind that this machine has switched off, such as IPv6")
        default:
            if error is SocketAddressError || error is SocketAddressError.UnknownHost {
                EndpointError("\(address.host) is no address and no name of this machine. Remedy: write it in digits")
            } else {
                EndpointError("\(address) cannot be listened at: \(error)")
            }
        }
    }
}

/// The endpoint's threads.
private struct Threads: Sendable {
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let worker = NIOThreadPool(numberOfThreads: 1)

    func stop() async {
        try? await worker.shutdownGracefully()
        try? await loops.shutdownGracefully()
    }
}
#endif
