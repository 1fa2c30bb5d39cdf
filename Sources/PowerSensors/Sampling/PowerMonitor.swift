/// Samples on a thread of its own, for any number of readers.
///
/// It samples at least as often as is safe, so no counter wraps unseen however rarely anybody asks, and as often as
/// the most eager subscriber wants. Asking never touches hardware. It stops when it is told to or goes away.
///
/// ```swift
/// let monitor = try PowerMonitor()
/// for await snapshot in monitor.snapshots(every: .seconds(5)) {
///     print(snapshot.headline?.power?.rawValue ?? .nan, "W")
/// }
/// ```
public final class PowerMonitor: Sendable {
    private let core: MonitorCore
    private let thread: Guarded<OwnedThread?>

    /// Discovers and opens the sensors, and starts to sample.
    ///
    /// - Throws: ``SamplerError`` where there is nothing to read, or no thread can be started.
    public init(_ configuration: MonitorConfiguration = MonitorConfiguration()) throws(SamplerError) {
        let core = try MonitorCore(configuration)
        self.core = core
        thread = Guarded(try OwnedThread(name: "powersensors") { core.run() })
    }

    deinit { stop() }

    /// What is read: the generation that the next sample is of.
    public var topology: Topology { core.state.withLock { $0.topology } }

    /// The last snapshot over ``MonitorConfiguration/latestInterval``; nil in the first moment.
    ///
    /// It costs a lock and no system call.
    public func latest() -> Snapshot? { core.state.withLock { $0.latest } }

    /// A subscription with a rhythm of its own.
    ///
    /// The first snapshot comes with the next sample and has no power yet; each other is of the interval since the
    /// one before. It ends with the task that iterates, or with the monitor.
    ///
    /// - Parameter interval: The rhythm; 1 ms at least.
    public func snapshots(every interval: Duration) -> SnapshotSequence {
        let core = core
        let (stream, continuation) = AsyncStream.makeStream(
            of: Snapshot.self, bufferingPolicy: .bufferingNewest(MonitorState.kept))
        let id = core.state.withLock { state -> Int? in
            state.isStopping ? nil : state.subscribe(every: interval.wholeNanoseconds, continuation)
        }
        guard let id else {
            continuation.finish()
            return SnapshotSequence(stream: stream)
        }
        continuation.onTermination = { [weak core] _ in core?.state.withLock { $0.forget(id) } }
        core.alarm.ring()
        return SnapshotSequence(stream: stream)
    }

    /// What befalls the sensors from now on, and what was found missing or limited before; the newest 256 are kept.
    public func events() -> AsyncStream<MonitorEvent> {
        let core = core
        let (stream, continuation) = AsyncStream.makeStream(
            of: MonitorEvent.self, bufferingPolicy: .bufferingNewest(256))
        let listening = core.state.withLock { state in
            state.isStopping ? nil : state.listen(continuation, at: .now)
        }
        guard let (id, deliveries) = listening else {
            continuation.finish()
            return stream
        }
        deliveries.send()
        continuation.onTermination = { [weak core] _ in core?.state.withLock { $0.forget(id) } }
        return stream
    }

    /// Ends the sampling and every subscription, and waits for the thread's end: a sample at most, unless a slow
    /// sensor is just being read. To stop again does nothing.
    public func stop() {
        core.stop()
        thread.withLock { $0.take()?.join() }
    }
}
