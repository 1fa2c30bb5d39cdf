public import PowerSensorsAttribution
public import PowerSensorsCore

/// Samples on its own thread, for any number of subscribers.
///
/// It samples often enough that no counter wraps unnoticed, and at the shortest interval of its subscribers. After
/// ``init(_:)`` its methods never access hardware. It stops when ``stop()`` is called or it is deallocated.
///
/// ```swift
/// let monitor = try PowerMonitor()
/// for await snapshot in monitor.snapshots(every: .seconds(5)) {
///     if let power = snapshot.headline?.power { print(power) }
/// }
/// ```
public final class PowerMonitor: Sendable {
    private let core: MonitorCore
    private let thread: Locked<OwnedThread?>
    /// Whether a call has waited for the thread's end until it came.
    private let hasEnded = Locked(false)

    /// Discovers and opens the sensors, and starts sampling.
    ///
    /// - Throws: ``SamplerError`` if there is nothing to read, the headline scope does not exist, or no thread can be started.
    public init(_ configuration: MonitorConfiguration) throws(SamplerError) {
        let core = try MonitorCore(configuration)
        self.core = core
        do throws(ThreadError) {
            thread = Locked(try OwnedThread(name: "powersensors") { core.run() })
        } catch {
            throw .noThread(errno: error.errno)
        }
    }

    /// Discovers and opens the sensors, and starts sampling; ``MonitorConfiguration`` has all settings.
    ///
    /// - Parameters:
    ///   - sensors: The sensors to use.
    ///   - interval: The time between two samples, at least 1 ms.
    ///   - headlineScope: The scope of the headline figure; nil for ``Topology/headlineScope``.
    ///   - attribution: How the energy is divided among consumers; nil to not divide it.
    /// - Throws: ``SamplerError`` if there is nothing to read, the headline scope does not exist, or no thread can be started.
    public convenience init(
        sensors: SensorSet = SensorSet(), interval: Duration = .seconds(1), headlineScope: Scope? = nil,
        attribution: Attribution? = nil
    ) throws(SamplerError) {
        try self.init(
            MonitorConfiguration(
                sensors: sensors, interval: interval, headlineScope: headlineScope, attribution: attribution))
    }

    deinit { stop() }

    /// The topology of the current generation.
    public var topology: Topology { core.state.withLock { $0.topology } }

    /// What is missing or limited now. It costs a lock and no system call.
    package var findings: [Finding] { core.state.withLock { $0.findings } }

    /// The latest snapshot over ``MonitorConfiguration/latestInterval``; nil until the first sample.
    ///
    /// It costs a lock and no system call.
    public func latest() -> Snapshot? { core.state.withLock { $0.latest } }

    /// Subscribes to snapshots at an interval.
    ///
    /// The first snapshot comes with the next sample and has no power yet; each of the others covers the interval since the
    /// previous one. The subscription ends with the iterating task or with the monitor.
    ///
    /// All intervals are counted from the monitor's start, so that subscribers with the same interval receive snapshots of
    /// the same samples. Only the first interval of a subscription is therefore shorter or longer, by half at most.
    ///
    /// - Parameter interval: The time between two snapshots; at least 1 ms.
    public func snapshots(every interval: Duration) -> SnapshotSequence {
        let (stream, continuation) = Self.makeStream()
        subscribe([(interval, continuation)])
        return SnapshotSequence(stream: stream)
    }

    /// Subscribes to snapshots at several intervals at once, so that the first snapshots are of the same sample too.
    package func snapshots(every intervals: [Duration]) -> [SnapshotSequence] {
        let streams = intervals.map { (interval: $0, Self.makeStream()) }
        subscribe(streams.map { ($0.interval, $0.1.continuation) })
        return streams.map { SnapshotSequence(stream: $0.1.stream) }
    }

    private static func makeStream() -> (
        stream: AsyncStream<Snapshot>, continuation: AsyncStream<Snapshot>.Continuation
    ) {
        AsyncStream.makeStream(of: Snapshot.self, bufferingPolicy: .bufferingNewest(MonitorState.bufferedSnapshots))
    }

    private func subscribe(_ streams: [(interval: Duration, continuation: AsyncStream<Snapshot>.Continuation)]) {
        let ids = core.state.withLock { state in
            streams.map { state.subscribe(every: $0.interval.wholeNanoseconds, $0.continuation) }
        }
        for (stream, id) in zip(streams, ids) { removeSubscription(id, whenEnded: stream.continuation) }
        core.timer.wake()
    }

    /// Subscribes to events: the findings so far, and everything from now on. The newest 256 are buffered.
    public func events() -> AsyncStream<MonitorEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: MonitorEvent.self, bufferingPolicy: .bufferingNewest(256))
        let listener = core.state.withLock { $0.listen(continuation, at: .now) }
        // Outside of the lock, see ``Deliveries``.
        listener?.deliveries.send()
        removeSubscription(listener?.id, whenEnded: continuation)
        return stream
    }

    /// Removes a subscription once its stream has ended.
    ///
    /// - Parameter id: The subscription; nil if the monitor has stopped, and then the stream is ended now.
    private func removeSubscription<Element>(_ id: Int?, whenEnded stream: AsyncStream<Element>.Continuation) {
        guard let id else { return stream.finish() }
        stream.onTermination = { [weak core] _ in core?.state.withLock { $0.remove(id) } }
    }

    /// Stops sampling, ends every subscription, and waits for the thread to end. Calling it again has no effect, and
    /// does not wait.
    ///
    /// The wait takes about a sample, and up to three seconds if a source does not answer. The thread that reads that source
    /// then goes on, and ends when the source answers.
    public func stop() { _ = stop(within: .seconds(3)) }

    /// The same with another limit.
    ///
    /// - Returns: Whether the thread has ended. Only the first call waits; the others return false until it has seen the end.
    package func stop(within limit: Duration) -> Bool {
        endSubscriptions()
        guard let running = thread.withLock({ $0.take() }) else { return hasEnded.withLock { $0 } }
        // Outside of the lock, or another call would wait as long.
        guard running.join(within: limit) else { return false }
        hasEnded.withLock { $0 = true }
        return true
    }

    /// Stops sampling and ends every subscription, without waiting for the thread.
    package func endSubscriptions() { core.stop() }
}
