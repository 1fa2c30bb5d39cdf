public import PowerSensors

extension PowerMonitor {
    /// Runs exporters concurrently, each at its own interval, until the monitor stops or the task is cancelled. Then calls
    /// ``PowerSensorsExporters/Exporter/finish()`` of each.
    ///
    /// Exporters with the same interval receive the same snapshots: same time, same figures.
    ///
    /// Returns when all exporters have finished, so an exporter that waits for a server needs a time limit of its own.
    ///
    /// - Parameters:
    ///   - exporters: The exporters.
    ///   - report: Receives failures, on the failed exporter's task. They do not stop the exporter.
    public func export(
        to exporters: [any Exporter],
        reporting report: @escaping @Sendable (ExporterFailure) -> Void
    ) async {
        let events = exporters.map { _ in self.events() }
        let snapshots = self.snapshots(every: exporters.map(\.interval))
        await withTaskGroup(of: Void.self) { group in
            for (exporter, (events, snapshots)) in zip(exporters, zip(events, snapshots)) {
                group.addTask { await self.run(exporter, events, snapshots, report) }
            }
        }
    }

    private func run(
        _ exporter: any Exporter, _ events: AsyncStream<MonitorEvent>, _ snapshots: SnapshotSequence,
        _ report: @Sendable (ExporterFailure) -> Void
    ) async {
        var exporter = exporter
        let name = exporter.name
        func attempt(_ body: (inout any Exporter) async throws -> Void) async -> Bool {
            do {
                try await body(&exporter)
                return true
            } catch {
                // Cancellation is not a failure.
                if !(error is CancellationError) { report(ExporterFailure(exporter: name, error: error)) }
                return false
            }
        }
        // The events not exported yet: at most the newest 256, to bound memory if the exporter stalls.
        let pending = Locked<[MonitorEvent]>([])
        let listener = Task.detached {
            for await event in events {
                pending.withLock {
                    if $0.count == 256 { $0.removeFirst() }
                    $0.append(event)
                }
            }
        }
        func exportEvents() async {
            for event in pending.withLock({ exchange(&$0, with: []) }) {
                _ = await attempt { try await $0.export(event) }
            }
        }
        var preparedGeneration: Int?
        for await snapshot in snapshots {
            if preparedGeneration != snapshot.topology.generation {
                let isPrepared = await attempt { try await $0.prepare(for: snapshot.topology) }
                guard isPrepared else { continue }
                preparedGeneration = snapshot.topology.generation
            }
            await exportEvents()
            _ = await attempt { try await $0.export(snapshot) }
        }
        listener.cancel()
        await exportEvents()
        _ = await attempt { try await $0.finish() }
    }
}
