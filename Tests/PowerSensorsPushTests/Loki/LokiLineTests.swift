#if Exporters
import Foundation
import PowerSensors
import PowerSensorsPush
import PowerSensorsTesting
import Testing

struct LokiLineTests {
    /// What an exporter of one snapshot sends.
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

    @Test func `a consumer is a line of its own, under the provenance of attributed figures`() async throws {
        let machine = try MockMachine()
        let time = try machine.set(.guest(processors: 1))
        try machine.add(.intelClient())
        let process = try MockProcess(
            10, start: 5, comm: "qemu-kvm", arguments: ["/usr/bin/qemu-kvm", "-name", "my guest"], in: machine.procfs)
        var now = SampleInstant(boottimeNanoseconds: 1_000_000_000_000, monotonicNanoseconds: 1_000_000_000_000)
        var sensors = SensorSet(only: [RaplSensor(roots: machine.roots)])
        sensors.attribution = Attribution(roots: machine.roots, kinds: [.virtualMachine])
        var sampler = try Sampler(sensors) { now }
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

    @Test func `a snapshot is one line, and what is unknown is left out`() async throws {
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

    @Test func `a power that is not known is absent, with its reason, and never 0`() async throws {
        let line = try #require(try await pushed([PushSamples.snapshot(power: nil)]).first?.line)
        #expect(!line.contains("host_power_w"))
        #expect(!line.contains("package0_power_w"))
        #expect(line.contains("status=warming_up"))
    }

    @Test func `JSON lines hold the same`() async throws {
        let line = try #require(try await pushed([PushSamples.snapshot()]) { $0.lineFormat = .json }.first?.line)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["host_power_w"] as? Double == 41.2)
        #expect(object["scope"] as? String == "cpu")
        #expect(object["platform_power_w"] == nil)
    }

    @Test func `words go into structured metadata where that is wanted, and numbers stay in the line`() async throws {
        let line = try #require(try await pushed([PushSamples.snapshot()]) { $0.usesStructuredMetadata = true }.first)
        #expect(line.metadata?["scope"] == "cpu")
        #expect(line.metadata?["host_power_w"] == nil)
        #expect(line.line.hasPrefix("host_power_w=41.2 "))
        #expect(!line.line.contains("scope="))
    }

    @Test func `figures of another provenance stand in a stream of their own`() async throws {
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

    @Test func `a machine of ten thousand channels makes a line that Loki takes, and says what it leaves out`()
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

struct LokiFieldTests {
    @Test(arguments: [
        ("plain", "a=plain"), ("", #"a="""#), ("two words", #"a="two words""#), (#"say "hi""#, #"a="say \"hi\"""#),
        ("x=y", #"a="x=y""#), ("line\nend\t", #"a="line\nend\t""#), ("\u{1B}[31m", #"a="\u001b[31m""#),
        (#"back\slash"#, #"a="back\\slash""#), ("broken \u{FFFD}", #"a="broken ?""#), ("größe", "a=größe"),
    ])
    func `logfmt is escaped so that LogQL reads it back`(value: String, line: String) {
        #expect([LokiField("a", value)].logfmt == line)
    }

    @Test(arguments: 0..<50)
    func `whatever a value holds, a line has its fields and no more`(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let scalars: [Unicode.Scalar] = ["a", "=", "\"", "\\", " ", "\n", "\u{0}", "\u{7F}", "é", "🔌", "\u{202E}", "{"]
        let values = (0..<8).map { _ in
            String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0...12, using: &generator)).compactMap { _ in
                        scalars.randomElement(using: &generator)
                    }))
        }
        let line = values.enumerated().map { LokiField("k\($0.offset)", $0.element) }.logfmt
        #expect(!line.contains("\n"))
        #expect(try parsed(line).map(\.value) == values)
    }

    /// Logfmt read by rules of its own: bare words up to a blank, or a JSON string.
    private func parsed(_ line: String) throws -> [(key: String, value: String)] {
        var rest = line.unicodeScalars[...]
        var fields: [(String, String)] = []
        while !rest.isEmpty {
            let key = rest.prefix { $0 != "=" }
            rest = rest.dropFirst(key.count + 1)
            if rest.first == "\"" {
                var end = rest.index(after: rest.startIndex)
                while rest[end] != "\"" { end = rest.index(end, offsetBy: rest[end] == "\\" ? 2 : 1) }
                let quoted = String(String.UnicodeScalarView(rest[...end]))
                fields.append((String(key), try JSONDecoder().decode(String.self, from: Data(quoted.utf8))))
                rest = rest[rest.index(after: end)...]
            } else {
                let value = rest.prefix { $0 != " " }
                fields.append((String(key), String(value)))
                rest = rest.dropFirst(value.count)
            }
            rest = rest.dropFirst()
        }
        return fields
    }

    @Test func `channels are named by their identities`() {
        let ids = [
            "rapl/package-0", "rapl/package-0/core", "rapl/package-0-die-1/dram", "rapl/psys", "estimator/wall",
            "rapl/cpu", "hwmon/nvme-0/temp1", "rapl/0", "rapl/ü", "rapl/a b", "rapl/a_b", "alien",
        ]
        let channels = ids.map {
            PushSamples.channel($0, sensor: SensorName(String($0.prefix { $0 != "/" })))
        }
        #expect(
            lokiKeys(for: channels) == [
                "package0", "package0_core", "package0_die1_dram", "psys", "estimator_wall", "rapl_cpu", "nvme0_temp1",
                "rapl_0", "rapl", "a_b", "rapl_a_b", "alien",
            ])
    }

    @Test(arguments: 0..<20)
    func `whatever the identities are, the names are LogQL's and differ`(seed: UInt64) {
        var generator = SplitMix(seed: seed)
        let scalars: [Unicode.Scalar] = ["a", "B", "0", "9", "-", "/", "_", " ", "é", "\"", "\u{0}"]
        let channels = (0..<200).map { _ in
            let id = (0..<Int.random(in: 0...6, using: &generator)).compactMap { _ in
                scalars.randomElement(using: &generator)
            }
            return PushSamples.channel("s/" + String(String.UnicodeScalarView(id)), sensor: SensorName("s"))
        }
        let keys = lokiKeys(for: channels)
        #expect(Set(keys).count == keys.count)
        #expect(keys.allSatisfy { $0.wholeMatch(of: /[A-Za-z][A-Za-z0-9_]*/) != nil })
    }
}
#endif
