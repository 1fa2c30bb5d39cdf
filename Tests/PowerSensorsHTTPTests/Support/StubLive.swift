#if Exporters
import PowerSensors
import PowerSensorsHTTP
import PowerSensorsTestSupport

/// A live exporter of a machine with one package, whose snapshots a test makes.
struct StubLive {
    /// What is missing or limited now.
    let findings = Locked<[Finding]>([])
    let exporter: LiveExporter
    private let topology: Topology

    /// - Parameter isReady: Whether it has a snapshot already.
    init(node: String = "n1", interval: Duration = .seconds(1), generation: Int = 1, isReady: Bool = true) {
        let findings = findings
        exporter = LiveExporter(node: node, interval: interval) { findings.withLock { $0 } }
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        topology = Topology(generation: generation, discoveries: [sensor.discover()])
        if isReady { export(watts: 40, at: 1_000_000_000) }
    }

    /// Exports a snapshot.
    ///
    /// - Parameters:
    ///   - watts: The host's power.
    ///   - time: The wall-clock time in nanoseconds since 1970.
    ///   - generation: The generation of its topology; nil for the first.
    @discardableResult
    func export(watts: Double?, at time: Int64, generation: Int? = nil) -> Snapshot {
        var topology = topology
        if let generation {
            let sensor = ScriptedSensor(channels: [.counter("package-0"), .counter("package-1")])
            topology = Topology(generation: generation, discoveries: [sensor.discover()])
        }
        var host = HostSnapshot(
            scope: .cpu, provenance: .measured, sensor: SensorName("scripted"), isHeadline: true,
            status: watts == nil ? .partial : .ok)
        host.power = watts.map { Watts($0) }
        var channel = ChannelSnapshot(status: .ok)
        channel.power = host.power
        let snapshot = Snapshot(
            topology: topology, instant: .now, timeNanoseconds: time, interval: .seconds(1),
            sampleDuration: .milliseconds(1), channels: topology.channels.map { _ in channel }, host: [host])
        exporter.prepare(for: topology)
        exporter.export(snapshot)
        return snapshot
    }
}
#endif
