import PowerSensors

/// Topologies and snapshots for the tests of formats.
enum Samples {
    /// A topology of a package, its core and psys.
    static func topology(label: String? = nil, findings: [Finding] = []) -> Topology {
        var socket = Component(id: "package-0", kind: .socket)
        socket.domain = "package"
        socket.socket = 0
        var core = Component(id: "package-0/core", kind: .domain, parent: "package-0")
        core.domain = "core"
        core.socket = 0
        var psys = Component(id: "psys", kind: .domain)
        psys.domain = "psys"

        var channels = [
            channel("rapl/package-0", in: socket), channel("rapl/package-0/core", in: core),
            channel("rapl/psys", in: psys),
        ]
        channels[0].countsIn = .cpu
        channels[0].path = "class/powercap/intel-rapl:0/energy_uj"
        channels[0].readCost = .nanoseconds(812)
        channels[1].parent = "rapl/package-0"
        channels[1].label = label
        channels[2].countsIn = .platform
        return Topology(generation: 1, discoveries: [Discovery(channels: channels, findings: findings)])
    }

    /// A guest whose host shares its packages through another machine.
    ///
    /// - Parameter scope: The scope that the packages count in; nil if the guest has counters of its own.
    static func sharedTopology(countingIn scope: Scope? = .cpu) -> Topology {
        var socket = Component(id: "package-0", kind: .socket)
        socket.domain = "package"
        socket.socket = 0
        var channel = Channel(
            id: "share/package-0", sensor: .share, mechanism: "record", quantity: .energy,
            encoding: .counter(.counts(unit: .nanojoules(1), lastCount: .max)), component: socket)
        channel.provenance = .shared
        channel.origin = .measured
        channel.hops = 2
        channel.countsIn = scope
        return Topology(generation: 1, discoveries: [Discovery(channels: [channel])])
    }

    static func channel(_ id: String, in component: Component) -> Channel {
        Channel(
            id: id,
            sensor: .rapl,
            mechanism: "powercap",
            quantity: .energy,
            encoding: .counter(.powercap(range: 262_143_328_850)),
            component: component
        )
    }

    /// A snapshot at 2026-11-22T14:00:00.042Z: the first two channels have powers, and the read of the third failed.
    static func snapshot(
        _ topology: Topology = topology(),
        power: Double = 41.2,
        change: (inout [ChannelSnapshot]) -> Void = { _ in }
    ) -> Snapshot {
        var package = ChannelSnapshot(status: .ok)
        package.power = Watts(power)
        package.energy = Joules(82.4)
        package.wraps = 3
        var core = ChannelSnapshot(status: .ok)
        core.power = Watts(0.85)
        core.energy = Joules(1.7)
        core.ambiguousEnergy = Joules(0.5)
        var channels = [package, core, ChannelSnapshot(status: .io(errno: 5))]
        change(&channels)

        var cpu = HostSnapshot(
            scope: .cpu,
            provenance: .measured,
            sensor: .rapl,
            isHeadline: true,
            status: channels[0].status
        )
        cpu.power = channels[0].power
        cpu.energy = channels[0].energy
        let platform = HostSnapshot(
            scope: .platform,
            provenance: .measured,
            sensor: .rapl,
            isHeadline: false,
            status: .io(errno: 5)
        )
        return snapshot(topology, channels: channels, host: [cpu, platform])
    }

    static func snapshot(_ topology: Topology, channels: [ChannelSnapshot], host: [HostSnapshot]) -> Snapshot {
        Snapshot(
            topology: topology,
            instant: SampleInstant(boottimeNanoseconds: 8_123_000_000_000, monotonicNanoseconds: 1),
            timeNanoseconds: 1_795_356_000_042_000_001,
            interval: .seconds(2),
            sampleDuration: .microseconds(3),
            channels: channels,
            host: host
        )
    }

    /// A snapshot after a gap in which the package's counter may have wrapped unseen.
    static func ambiguous() -> Snapshot {
        let sample = snapshot {
            $0[0].status = .ambiguous
            $0[0].power = nil
            ($0[0].low, $0[0].high) = (Watts(3.1), Watts(991.5))
            $0[0].ambiguousEnergy = Joules(59_309)
        }
        var host = sample.host
        (host[0].low, host[0].high) = (Watts(3.1), Watts(991.5))
        return snapshot(sample.topology, channels: sample.channels, host: host)
    }

    /// A snapshot with only an estimate of the whole machine, as on a machine without measurements.
    static func estimate(_ power: Double, low: Double, high: Double) -> Snapshot {
        var channel = Channel(
            id: "estimator/wall",
            sensor: .estimator,
            mechanism: "model",
            quantity: .power,
            encoding: .gauge,
            component: .host
        )
        channel.provenance = .estimated
        channel.countsIn = .wall
        var figure = ChannelSnapshot(status: .ok)
        figure.power = Watts(power)
        figure.energy = Joules(power * 2)
        figure.value = power
        figure.low = Watts(low)
        figure.high = Watts(high)
        var host = HostSnapshot(
            scope: .wall,
            provenance: .estimated,
            sensor: .estimator,
            isHeadline: true,
            status: .ok
        )
        host.power = figure.power
        host.energy = figure.energy
        host.low = figure.low
        host.high = figure.high
        let topology = Topology(generation: 1, discoveries: [Discovery(channels: [channel])])
        return snapshot(topology, channels: [figure], host: [host])
    }
}
