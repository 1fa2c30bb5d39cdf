import PowerSensors
import PowerSensorsTestSupport
import Testing

/// Spikes of the headline figure, in the snapshots of a monitor.
struct SpikeWatchTests {
    private static let channels = ["package-0", "package-1"].map { id in
        var channel = Channel(
            id: "rapl/\(id)", sensor: .rapl, mechanism: "powercap", quantity: .energy,
            encoding: .counter(.powercap(range: 262_143_328_850)), component: .host)
        channel.countsIn = .cpu
        return channel
    }

    /// A snapshot two seconds after the previous one.
    private func snapshot(_ number: Int, _ power: Double?, _ topology: Topology) -> Snapshot {
        var host = Series.host
        host.power = power.map { Watts($0) }
        return self.snapshot(number, host, topology)
    }

    private func snapshot(_ number: Int, _ host: HostSnapshot, _ topology: Topology) -> Snapshot {
        Snapshot(
            topology: topology, instant: Series.instant(Int64(number) * 2),
            timeNanoseconds: Int64(number) * 2_000_000_000,
            interval: .seconds(2), sampleDuration: .microseconds(3),
            channels: topology.channels.map { _ in ChannelSnapshot(status: .ok) }, host: [host])
    }

    /// The numbers of the snapshots with which a spike begins: there is one with the 25th if nothing hinders it.
    private func beginnings(
        _ configuration: MonitorConfiguration = MonitorConfiguration(),
        power: (Int) -> Double? = { $0 == 25 ? 95.5 : 41.2 },
        change: (Int, inout Snapshot) -> Void = { _, _ in }, topology: (Int) -> Topology = { _ in Self.topology(1) }
    ) -> [Int] {
        var watch = SpikeWatch(configuration)
        return (0..<40).filter { number in
            var snapshot = snapshot(number, power(number), topology(number))
            change(number, &snapshot)
            if case .began? = watch?.record(snapshot) { return true }
            return false
        }
    }

    private static func topology(_ generation: Int, _ channels: [Channel] = channels) -> Topology {
        Topology(generation: generation, discoveries: [Discovery(channels: channels)])
    }

    @Test func `a spike is found in a new generation of the same channels`() {
        #expect(beginnings() == [25])
        #expect(beginnings(topology: { Self.topology($0 < 24 ? 1 : 2) }) == [25])
    }

    @Test func `a figure of other channels has a new baseline`() {
        #expect(beginnings(topology: { $0 < 24 ? Self.topology(1) : Self.topology(2, [Self.channels[0]]) }) == [])
    }

    @Test func `an open spike is over when the figure's channels change`() {
        var watch = SpikeWatch(MonitorConfiguration())
        var changes: [SpikeDetector.Change] = []
        for number in 0..<30 {
            let topology = number < 27 ? Self.topology(1) : Self.topology(2, [Self.channels[0]])
            if let change = watch?.record(snapshot(number, number < 25 ? 41.2 : 95.5, topology)) {
                changes.append(change)
            }
        }
        #expect(changes.count == 2)
        guard case .ended(let spike)? = changes.last else { return }
        #expect(spike.duration == .seconds(4))
    }

    @Test func `a mean that a slow read makes uncertain begins a spike only if it was above the threshold at least`() {
        func found(atLeast low: Double, _ provenance: Provenance = .measured) -> [Int] {
            beginnings(change: {
                guard $0 == 25, let host = $1.headline else { return }
                var other = HostSnapshot(
                    scope: host.scope, provenance: provenance, sensor: host.sensor, isHeadline: true, status: .ok)
                (other.power, other.low, other.high) = (host.power, Watts(low), Watts(200))
                $1 = self.snapshot($0, other, Self.topology(1))
            })
        }
        #expect(found(atLeast: 45) == [])
        #expect(found(atLeast: 60) == [25])
        #expect(found(atLeast: 45, .estimated) == [25], "an estimate's band is not of the one interval")
    }

    @Test func `the mean over a suspend is no spike, and not part of the baseline`() {
        let found = beginnings(power: { $0 == 15 ? 803 : $0 == 20 ? 0.5 : $0 == 25 ? 95.5 : 41.2 }) {
            $1.includesSuspend = $0 == 15 || $0 == 20
        }
        #expect(found == [25])
    }

    @Test func `an unknown power is none`() {
        #expect(beginnings(power: { $0 == 25 ? nil : 41.2 }) == [])
        #expect(beginnings(power: { $0 % 2 == 0 ? nil : $0 == 35 ? 95.5 : 41.2 }) == [35])
    }

    @Test func `what is usual at that time is asked for, and is no spike`() {
        var configuration = MonitorConfiguration()
        configuration.usualPower = { scope, time in scope == .cpu && time == 50_000_000_000 ? Watts(100) : nil }
        #expect(beginnings(configuration) == [])
        #expect(beginnings(configuration, power: { $0 == 25 ? 126 : 41.2 }) == [25])
        #expect(beginnings(configuration, power: { $0 == 26 ? 95.5 : 41.2 }) == [26])
    }

    @Test func `none is looked for where no rule is given`() {
        var configuration = MonitorConfiguration()
        configuration.spikes = nil
        #expect(beginnings(configuration) == [])
    }
}
