#if Metrics
import CoreMetrics
import MetricsTestKit
import PowerSensors
import PowerSensorsExporters
import PowerSensorsMetrics
import PowerSensorsTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct MetricsExporterTests {
    private let backend = TestMetrics()

    private static func topology(generation: Int = 1) -> Topology {
        var socket = Component(id: "package-0", kind: .socket)
        (socket.domain, socket.socket) = ("package", 0)
        var dram = Component(id: "package-0/dram", kind: .domain, parent: "package-0")
        (dram.domain, dram.socket) = ("dram", 0)
        var psys = Component(id: "psys", kind: .domain)
        psys.domain = "psys"
        var channels = [("package-0", socket), ("package-0/dram", dram), ("psys", psys)].map { name, component in
            Channel(
                id: "rapl/\(name)", sensor: .rapl, mechanism: "powercap", quantity: .energy,
                encoding: .counter(.powercap(range: 262_143_328_850)), component: component)
        }
        (channels[0].countsIn, channels[1].countsIn, channels[2].countsIn) = (.cpu, .cpu, .platform)
        channels[1].parent = "rapl/package-0"
        return Topology(generation: generation, discoveries: [Discovery(channels: channels)])
    }

    /// A snapshot with a package's energy and power; dram has a tenth of them, psys twice as much.
    private static func snapshot(_ topology: Topology = topology(), energy: Double?, power: Double?) -> Snapshot {
        let channels = [1, 0.1, 2].map { factor in
            var channel = ChannelSnapshot(status: power == nil ? .forbidden : .ok)
            channel.energy = energy.map { Joules($0 * factor) }
            channel.power = power.map { Watts($0 * factor) }
            return channel
        }
        let host = [Scope.cpu, .platform].map { scope in
            var host = HostSnapshot(
                scope: scope, provenance: .measured, sensor: .rapl, isHeadline: scope == .cpu,
                status: power == nil ? .forbidden : .ok)
            host.energy = energy.map { Joules(scope == .cpu ? $0 * 1.1 : $0 * 2) }
            host.power = power.map { Watts(scope == .cpu ? $0 * 1.1 : $0 * 2) }
            return host
        }
        return Snapshot(
            topology: topology, instant: SampleInstant(boottimeNanoseconds: 1, monotonicNanoseconds: 1),
            timeNanoseconds: 1, interval: .seconds(2), sampleDuration: .zero, channels: channels, host: host)
    }

    private let packageLabels = [("domain", "package"), ("socket", "0")]

    @Test func `power becomes a gauge and energy a counter, with the names of the Prometheus page`() throws {
        var exporter = MetricsExporter(factory: backend)
        exporter.prepare(for: Self.topology())
        exporter.export(Self.snapshot(energy: 100, power: 20))
        exporter.export(Self.snapshot(energy: 150, power: 25))
        #expect(try backend.expectGauge("powersensors_domain_power_watts", packageLabels).values == [20, 25])
        #expect(try backend.expectCounter("powersensors_domain_energy_joules_total", packageLabels).totalValue == 150)
        #expect(try backend.expectGauge("powersensors_host_power_watts", [("scope", "platform")]).lastValue == 50)
    }

    @Test func `an unknown value removes its gauge, and the counter catches up`() throws {
        var exporter = MetricsExporter(factory: backend)
        exporter.prepare(for: Self.topology())
        exporter.export(Self.snapshot(energy: 100, power: 20))
        exporter.export(Self.snapshot(energy: nil, power: nil))
        #expect(throws: (any Error).self) { try backend.expectGauge("powersensors_domain_power_watts", packageLabels) }
        let counter = try backend.expectCounter("powersensors_domain_energy_joules_total", packageLabels)
        #expect(counter.totalValue == 100)
        exporter.export(Self.snapshot(energy: 180, power: 22))
        #expect(try backend.expectGauge("powersensors_domain_power_watts", packageLabels).values == [22])
        #expect(counter.totalValue == 180)
    }

    @Test func `a restarted total adds to the counter`() throws {
        var exporter = MetricsExporter(factory: backend)
        exporter.prepare(for: Self.topology())
        exporter.export(Self.snapshot(energy: 100, power: 20))
        exporter.prepare(for: Self.topology(generation: 2))
        exporter.export(Self.snapshot(Self.topology(generation: 2), energy: 30, power: 20))
        let counter = try backend.expectCounter("powersensors_domain_energy_joules_total", packageLabels)
        #expect(counter.totalValue == 130)
    }

    @Test func `finishing removes all gauges`() throws {
        var exporter = MetricsExporter(factory: backend)
        exporter.prepare(for: Self.topology())
        exporter.export(Self.snapshot(energy: 100, power: 20))
        exporter.finish()
        #expect(backend.recorders.isEmpty)
        #expect(!backend.counters.isEmpty)
    }

    @Test func `a channel that is gone leaves no gauge`() throws {
        var exporter = MetricsExporter(factory: backend)
        exporter.prepare(for: Self.topology())
        exporter.export(Self.snapshot(energy: 100, power: 20))
        exporter.prepare(for: Topology(generation: 2, discoveries: []))
        #expect(backend.recorders.isEmpty)
    }

    @Test func `the hardware conventions never count joules twice`() throws {
        var exporter = MetricsExporter(factory: backend, scheme: .openTelemetry)
        exporter.prepare(for: Self.topology())
        exporter.export(Self.snapshot(energy: 100, power: 20))
        let energies = backend.counters(label: "hw.energy")
        #expect(Set(energies.map { Self.value("hw.id", $0.dimensions) }) == ["rapl/package-0", "rapl/package-0/dram"])
        #expect(Set(energies.map { Self.value("hw.type", $0.dimensions) }) == ["cpu", "memory"])
        #expect(energies.map(\.totalValue).reduce(0, +) == 110)
        let dram = try #require(energies.first { Self.value("hw.type", $0.dimensions) == "memory" })
        #expect(Self.value("hw.parent", dram.dimensions) == "rapl/package-0")
        #expect(Self.value("powersensors.provenance", dram.dimensions) == "measured")
        // Packages and memory are not the whole machine; psys is.
        let hosts = backend.recorders(label: "hw.host.power")
        #expect(hosts.map { Self.value("powersensors.scope", $0.dimensions) } == ["platform"])
        #expect(hosts.first?.lastValue == 40)
    }

    @Test func `a chip's meter with several files is counted once`() {
        var chip = Component(id: "amdgpu", kind: .chip)
        chip.chip = "amdgpu"
        let channels = ["power1_average", "power1_input", "energy1_input", "power2_input"].map { name in
            Channel(
                id: "hwmon/amdgpu/\(name)", sensor: SensorName("hwmon"), mechanism: "sysfs",
                quantity: name.hasPrefix("energy") ? .energy : .power, encoding: .gauge, component: chip)
        }
        var figure = ChannelSnapshot(status: .ok)
        (figure.energy, figure.power) = (Joules(10), Watts(5))
        let topology = Topology(generation: 1, discoveries: [Discovery(channels: channels)])
        var exporter = MetricsExporter(factory: backend, scheme: .openTelemetry)
        exporter.prepare(for: topology)
        exporter.export(
            Snapshot(
                topology: topology, instant: SampleInstant(boottimeNanoseconds: 1, monotonicNanoseconds: 1),
                timeNanoseconds: 1, interval: .seconds(2), sampleDuration: .zero,
                channels: Array(repeating: figure, count: 4), host: []))
        let energies = backend.counters(label: "hw.energy").map { Self.value("hw.id", $0.dimensions) }
        #expect(Set(energies) == ["hwmon/amdgpu/energy1_input", "hwmon/amdgpu/power2_input"])
        let powers = backend.recorders(label: "hw.power").map { Self.value("hw.id", $0.dimensions) }
        #expect(Set(powers) == ["hwmon/amdgpu/power1_average", "hwmon/amdgpu/power2_input"])
        #expect(backend.counters.allSatisfy { Self.value("hw.type", $0.dimensions) == "gpu" })
    }

    @Test(arguments: [("Battery", "battery"), ("UPS", "battery"), ("Mains", "power_supply"), ("USB", "power_supply")])
    func `only a supply that stores energy is a battery`(supplyType: String, hardwareType: String) {
        var supply = Component(id: "AC", kind: .supply)
        (supply.supply, supply.supplyType) = ("AC", supplyType)
        let channel = Channel(
            id: "supply/AC/power", sensor: .supply, mechanism: "sysfs", quantity: .power, encoding: .gauge,
            component: supply)
        var figure = ChannelSnapshot(status: .ok)
        figure.power = Watts(30)
        let topology = Topology(generation: 1, discoveries: [Discovery(channels: [channel])])
        var exporter = MetricsExporter(factory: backend, scheme: .openTelemetry)
        exporter.prepare(for: topology)
        exporter.export(
            Snapshot(
                topology: topology, instant: SampleInstant(boottimeNanoseconds: 1, monotonicNanoseconds: 1),
                timeNanoseconds: 1, interval: .seconds(2), sampleDuration: .zero, channels: [figure], host: []))
        let powers = backend.recorders(label: "hw.power")
        #expect(powers.map { Self.value("hw.type", $0.dimensions) } == [hardwareType])
    }

    private static func value(_ name: String, _ dimensions: [(String, String)]) -> String? {
        dimensions.first { $0.0 == name }?.1
    }

    @Test func `a monitor's figures reach the backend`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let sensors = SensorSet(roots: machine.roots)
        let monitor = try PowerMonitor(MonitorConfiguration(sensors: sensors, interval: .milliseconds(5)))
        let exporter = MetricsExporter(factory: backend, interval: .milliseconds(5))
        let running = Task { await monitor.export(to: [exporter]) { Issue.record($0) } }
        let counter = "powersensors_host_energy_joules_total"
        while backend.counterTotal(label: counter, dimensions: [("scope", "cpu")]) < 3 {
            try machine.advanceAll(by: .milliseconds(100))
            try await Task.sleep(for: .milliseconds(5))
        }
        monitor.stop()
        await running.value
    }
}
#endif
