#if Exporters
import PowerSensors
import PowerSensorsPush
import PowerSensorsTestSupport

/// Samples of a machine with a package, its core, and psys; and an environment with a manual clock.
enum PushSamples {
    /// 2026-11-22T14:00:00Z.
    static let wall: Int64 = 1_795_356_000_000_000_000

    static func topology(generation: Int = 1) -> Topology {
        var socket = Component(id: "package-0", kind: .socket)
        (socket.domain, socket.socket) = ("package", 0)
        var core = Component(id: "package-0/core", kind: .domain, parent: "package-0")
        (core.domain, core.socket) = ("core", 0)
        var psys = Component(id: "psys", kind: .domain)
        psys.domain = "psys"
        var channels = [
            channel("rapl/package-0", in: socket), channel("rapl/package-0/core", in: core),
            channel("rapl/psys", in: psys),
        ]
        channels[0].countsIn = .cpu
        channels[1].parent = "rapl/package-0"
        channels[2].countsIn = .platform
        return Topology(generation: generation, discoveries: [Discovery(channels: channels)])
    }

    static func channel(_ id: String, in component: Component = .host, sensor: SensorName = .rapl) -> Channel {
        Channel(
            id: id, sensor: sensor, mechanism: "powercap", quantity: .energy,
            encoding: .counter(.powercap(range: 262_143_328_850)), component: component)
    }

    /// A snapshot taken some nanoseconds after 14:00. psys cannot be read.
    static func snapshot(_ topology: Topology = topology(), power: Double? = 41.2, after nanoseconds: Int64 = 0)
        -> Snapshot
    {
        var package = ChannelSnapshot(status: power == nil ? .warmingUp : .ok)
        package.power = power.map { Watts($0) }
        package.energy = Joules(82.4)
        var core = ChannelSnapshot(status: .ok)
        core.power = Watts(0.85)
        core.energy = Joules(1.7)
        var cpu = HostSnapshot(
            scope: .cpu, provenance: .measured, sensor: .rapl, isHeadline: true, status: package.status)
        cpu.power = package.power
        cpu.energy = package.energy
        let platform = HostSnapshot(
            scope: .platform, provenance: .measured, sensor: .rapl, isHeadline: false, status: .io(errno: 5))
        return snapshot(
            topology, channels: [package, core, ChannelSnapshot(status: .io(errno: 5))], host: [cpu, platform],
            after: nanoseconds)
    }

    static func snapshot(
        _ topology: Topology, channels: [ChannelSnapshot], host: [HostSnapshot], after nanoseconds: Int64 = 0
    ) -> Snapshot {
        Snapshot(
            topology: topology,
            instant: SampleInstant(
                boottimeNanoseconds: 8_000_000_000_000 + nanoseconds, monotonicNanoseconds: 1 + nanoseconds),
            timeNanoseconds: wall + nanoseconds, interval: .seconds(2), sampleDuration: .microseconds(3),
            channels: channels, host: host)
    }

    /// A snapshot whose energy was divided among processes.
    static func attributed(_ topology: Topology = topology(), processes: Int, after nanoseconds: Int64 = 0) -> Snapshot
    {
        var snapshot = snapshot(topology, after: nanoseconds)
        let joule = EnergyParts(package: 1_000_000_000, dram: 0)
        snapshot.attribution = AttributionSnapshot(
            instant: snapshot.instant, scope: .cpu, origin: .measured, band: nil, policy: .active,
            consumers: (0..<processes).map { number in
                ConsumerSnapshot(consumer: Consumer(kind: .process, name: "p\(number)"), parts: joule, id: number)
            },
            unattributed: [UnattributedSnapshot(kind: .process, reason: .idle, parts: joule)], given: [:])
        return snapshot
    }

    /// An environment with a manual clock, whose wall time starts at 14:00.
    static func environment(_ clock: ManualClock, seed: UInt64 = 1) -> PushEnvironment {
        let start = clock.now
        return PushEnvironment(
            clock: clock,
            wallNanoseconds: { wall + start.duration(to: clock.now).wholeNanoseconds },
            generator: SeededGenerator(seed: seed))
    }
}
#endif
