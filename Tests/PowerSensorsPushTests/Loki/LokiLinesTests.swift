#if Exporters
import Foundation
import PowerSensors
import PowerSensorsPush
import PowerSensorsTesting
import Testing

struct LokiLinesTests {
    /// The lines that an exporter sends for snapshots and events.
    private func pushed(
        _ snapshots: [Snapshot], events: [MonitorEvent] = [], change: (inout LokiConfiguration) -> Void = { _ in }
    ) async throws -> [PushedLine] {
        let environment = PushSamples.environment(ManualClock())
        let transport = ScriptedTransport(environment)
        var configuration = LokiConfiguration()
        configuration.isCompressed = false
        configuration.batchInterval = .zero
        change(&configuration)
        var exporter = try LokiExporter(
            "http://loki", node: "n1", configuration: configuration, transport: transport, environment: environment)
        for snapshot in snapshots {
            try exporter.prepare(for: snapshot.topology)
            try exporter.export(snapshot)
        }
        for event in events { try exporter.export(event) }
        try await exporter.finish()
        return transport.sent.flatMap { PushedLine.all(in: $0.request.body) }
    }

    @Test func `a consumer is a separate line with the provenance attributed`() async throws {
        let machine = try MockMachine()
        let time = try machine.set(.guest(processors: 1))
        try machine.add(.intelClient())
        let process = try MockProcess(
            10, start: 5, comm: "qemu-kvm", arguments: ["/usr/bin/qemu-kvm", "-name", "my guest"], in: machine.procfs)
        var now = SampleInstant(boottimeNanoseconds: 1_000_000_000_000, monotonicNanoseconds: 1_000_000_000_000)
        let sensors = SensorSet(only: [RAPLSensor(roots: machine.roots)], roots: machine.roots)
        var sampler = try Sampler(sensors, attribution: Attribution(kinds: [.virtualMachine])) { now }
        _ = sampler.snapshot()
        try process.run(ticks: 50)
        try time.advance(MockTicks(user: 50, idle: 50))
        try machine.advanceAll(by: .seconds(1))
        now = now.advanced(by: .seconds(1))
        let snapshot = sampler.snapshot()
        let lines = try await pushed([snapshot])
        let line = try #require(lines.first { $0.labels["provenance"] == "attributed" })
        let energy = try #require(snapshot.consumers.first?.energy.rawValue)
        #expect(
            line.line == "kind=vm name=\"my guest\" hypervisor=qemu pid=10 power_w=\(energy) energy_j=\(energy) "
                + "scope=cpu origin=measured policy=active interval_s=1.0")
    }

    @Test func `what is no consumer's has lines too, so that the lines of a kind add up`() async throws {
        let machine = try MockMachine()
        let time = try machine.set(.guest(processors: 1))
        try machine.add(.intelClient())
        let process = try MockProcess(10, start: 5, comm: "web", arguments: ["web"], in: machine.procfs)
        var now = SampleInstant(boottimeNanoseconds: 1_000_000_000_000, monotonicNanoseconds: 1_000_000_000_000)
        let sensors = SensorSet(only: [RAPLSensor(roots: machine.roots)], roots: machine.roots)
        var sampler = try Sampler(sensors, attribution: Attribution(kinds: [.process, .virtualMachine])) { now }
        _ = sampler.snapshot()
        try process.run(ticks: 30)
        try time.advance(MockTicks(user: 50, idle: 50))
        try machine.advanceAll(by: .seconds(1))
        now = now.advanced(by: .seconds(1))
        let snapshot = sampler.snapshot()
        let lines = try await pushed([snapshot]).filter { $0.labels["provenance"] == "attributed" }
        let measured = try #require(snapshot.host.first { $0.scope == .cpu }?.energy?.rawValue)
        for kind in ["process", "vm"] {
            let energies = lines.map(\.line).filter { $0.hasPrefix("kind=\(kind) ") }.compactMap { line in
                line.split(separator: " ").first { $0.hasPrefix("energy_j=") }.flatMap { Double($0.dropFirst(9)) }
            }
            let sum = energies.reduce(0, +)
            #expect(abs(sum - measured) < 1e-6, "\(kind): \(sum) J of \(measured) J")
        }
        let idle = try #require(snapshot.unattributed.first { $0.kind == .process && $0.reason == .idle })
        #expect(
            lines.map(\.line).contains(
                "kind=process reason=idle energy_j=\(idle.energy.rawValue) scope=cpu origin=measured policy=active "
                    + "interval_s=1.0"))
    }

    @Test func `a snapshot is one line, without unknown values`() async throws {
        let line = try #require(try await pushed([PushSamples.snapshot(after: 42_000_001)]).first)
        #expect(
            line.line
                == "host_power_w=41.2 host_energy_j=82.4 scope=cpu sensor=rapl mechanism=powercap status=ok "
                + "cpu_power_w=41.2 cpu_energy_j=82.4 platform_sensor=rapl platform_status=io "
                + "package0_power_w=41.2 package0_core_power_w=0.85 interval_s=2.0")
        #expect(line.labels == ["job": "powersensors", "host": "n1", "provenance": "measured"])
        #expect(line.time == "1795356000042000001")
        #expect(line.metadata == nil)
    }

    @Test func `an unknown power is absent, with its status, rather than 0`() async throws {
        let line = try #require(try await pushed([PushSamples.snapshot(power: nil)]).first?.line)
        #expect(!line.contains("host_power_w"))
        #expect(!line.contains("package0_power_w"))
        #expect(line.contains("status=warming_up"))
    }

    @Test func `a figure that is ambiguous has its energy and its bounds, and no power`() async throws {
        let topology = PushSamples.topology()
        var sample = PushSamples.snapshot(topology, power: nil)
        var (channels, host) = (sample.channels, sample.host)
        (channels[0].status, host[0].status) = (.ambiguous, .ambiguous)
        (host[0].low, host[0].high) = (Watts(3.1), Watts(991.5))
        sample = PushSamples.snapshot(topology, channels: channels, host: host)
        let line = try #require(try await pushed([sample]).first?.line)
        #expect(line.hasPrefix("host_energy_j=82.4 host_low_w=3.1 host_high_w=991.5 scope=cpu"))
        #expect(line.contains("status=ambiguous"))
        #expect(!line.contains("host_power_w"))
    }

    @Test func `JSON lines contain the same fields`() async throws {
        let line = try #require(try await pushed([PushSamples.snapshot()]) { $0.lineFormat = .json }.first?.line)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["host_power_w"] as? Double == 41.2)
        #expect(object["scope"] as? String == "cpu")
        #expect(object["platform_power_w"] == nil)
    }

    @Test func `text values go into structured metadata if configured, and numbers stay in the line`() async throws {
        let line = try #require(try await pushed([PushSamples.snapshot()]) { $0.usesStructuredMetadata = true }.first)
        #expect(line.metadata?["scope"] == "cpu")
        #expect(line.metadata?["host_power_w"] == nil)
        #expect(line.line.hasPrefix("host_power_w=41.2 "))
        #expect(!line.line.contains("scope="))
    }

    @Test func `figures of another provenance are in a separate stream`() async throws {
        var model = PushSamples.channel("estimator/wall", sensor: .estimator)
        model.provenance = .estimated
        model.countsIn = .wall
        var package = PushSamples.channel("rapl/package-0")
        package.countsIn = .cpu
        let topology = Topology(generation: 1, discoveries: [Discovery(channels: [package, model])])
        var channel = ChannelSnapshot(status: .ok)
        channel.power = Watts(10)
        let host = topology.scopes.map { scope in
            var host = HostSnapshot(
                scope: scope, provenance: scope == .cpu ? .measured : .estimated,
                sensor: scope == .cpu ? .rapl : .estimator, isHeadline: scope == .cpu, status: .ok)
            host.power = Watts(scope == .cpu ? 10 : 100)
            return host
        }
        let lines = try await pushed([PushSamples.snapshot(topology, channels: [channel, channel], host: host)])
        #expect(lines.map { $0.labels["provenance"] } == ["measured", "estimated"])
        #expect(lines.first?.line.contains("wall") == false)
        #expect(lines.last?.line.contains("host_power_w") == false)
        #expect(lines.last?.line.contains("wall_power_w=100.0 wall_sensor=estimator") == true)
    }

    @Test func `a machine with ten thousand channels makes a line that Loki accepts and that counts the omitted ones`()
        async throws
    {
        let channels = (0..<10_000).map { PushSamples.channel("rapl/package-\($0)") }
        let topology = Topology(generation: 1, discoveries: [Discovery(channels: channels)])
        var channel = ChannelSnapshot(status: .ok)
        channel.power = Watts(1.5)
        let figures = Array(repeating: channel, count: channels.count)
        let line = try #require(
            try await pushed([PushSamples.snapshot(topology, channels: figures, host: [])]).first?.line)
        #expect(line.utf8.count < 256 << 10)
        let shown = line.split(separator: " ").count { $0.contains("_power_w=") }
        #expect(line.contains("omitted_channels=\(10_000 - shown)"))
        #expect(shown > 4000)
    }
}
#endif
