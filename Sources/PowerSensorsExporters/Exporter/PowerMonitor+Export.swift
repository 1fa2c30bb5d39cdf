public import PowerSensors

extension PowerMonitor {
    /// Runs exporters side by side, each at its own pace, until the monitor stops or the task is cancelled; then each
    /// delivers what it still keeps.
    ///
    /// An exporter that never ends its last delivery holds this up: cancel the task, and give an exporter that waits
    /// for somebody a limit of its own.
    ///
    /// - Parameters:
    ///   - exporters: The exporters.
    ///   - report: Takes what an exporter could not do, from the exporter's task. The next call comes all the same.
    public func export(
        to exporters: [any Exporter],
        reporting report: @escaping @Sendable (ExporterFailure) -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for exporter in exporters {
                group.addTask { await self.run(exporter, report) }
            }
        }
    }

    private func run(_ exporter: any Exporter, _ report: @Sendable (ExporterFailure) -> Void) async {
        var exporter = exporter
        let name = exporter.name
        func attempt(_ body: (inout any Exporter) async throws -> Void) async -> Bool {
            do {
                try await body(&exporter)
                return true
            } catch {
                // What a cancelled wait throws is no failure.
                if !(error is CancellationError) { report(ExporterFailure(exporter: name, error: error)) }
                return false
            }
        }
        let events = EventQueue(self.events())
        var prepared: Int?
        for await snapshot in snapshots(every: exporter.interval) {
            if prepared != snapshot.topology.generation {
                let isPrepared = await attempt { try await $0.prepare(for: snapshot.topology) }
                guard isPrepared else { continue }
                prepared = snapshot.topology.generation
            }
            for event in events.take() { _ = await attempt { try await $0.export(event) } }
            _ = await attempt { try await $0.export(snapshot) }
        }
        events.stop()
        for event in events.take() { _ = await attempt { try await $0.export(event) } }
        _ = await attempt { try await $0.finish() }
    }
}

/// The events that an exporter has not been given yet: the newest 256, so that one that stalls fills no memory.
private final class EventQueue: Sendable {
    private let pending = Guarded<[MonitorEvent]>([])
    private let listener: Guarded<Task<Void, Never>?>

    init(_ events: AsyncStream<MonitorEvent>) {
        listener = Guarded(nil)
        let pending = pending
        let task = Task.detached {
            for await event in events {
                pending.withLock {
                    if $0.count == 256 { $0.removeFirst() }
                    $0.append(event)
                }
            }
        }
        listener.withLock { $0 = task }
    }

    func take() -> [MonitorEvent] {
        pending.withLock { pending in
            defer { pending = [] }
            return pending
        }
    }

    func stop() { listener.withLock { $0.take()?.cancel() } }
}
