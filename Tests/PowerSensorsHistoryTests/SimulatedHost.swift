#if History
import PowerSensors
import PowerSensorsHistory
import PowerSensorsTesting

/// A machine whose clocks and counters a test advances, and the snapshots of it.
struct SimulatedHost {
    /// The clocks in milliseconds; wall time since 1970 UTC.
    var wall: Int64
    var boottime: Int64 = 5000
    var monotonic: Int64 = 5000

    /// What the figures have counted since the start of the program, in microjoules; nil while it is unknown.
    var energies: [Scope: Int64?] = [.cpu: 0]
    var powers: [Scope: Double] = [:]
    var channels: [Int64]
    var carbon: Double?
    var generation = 1
    var provenance = Provenance.measured
    var band: (low: Double, high: Double)?
    var attribution: AttributionSnapshot?

    init(wall: Int64 = 1_795_356_000_000, channels: Int = 0) {
        self.wall = wall
        self.channels = Array(repeating: 0, count: channels)
    }

    /// Lets time pass.
    ///
    /// - Parameters:
    ///   - time: The time in milliseconds.
    ///   - suspended: How much of it the machine sleeps.
    mutating func pass(_ time: Int64, suspended: Int64 = 0) {
        wall += time
        boottime += time
        monotonic += time - suspended
    }

    /// Uses energy in microjoules.
    mutating func use(_ energy: Int64, _ scope: Scope = .cpu) {
        if let known = energies[scope] ?? nil { energies[scope] = known + energy }
        for index in channels.indices { channels[index] += energy / Int64(index + 2) }
    }

    /// Begins to count at 0, as a program that is started again does.
    mutating func restart() {
        energies = energies.mapValues { $0 == nil ? nil : 0 }
        channels = channels.map { _ in 0 }
    }

    /// The snapshot of this moment.
    var snapshot: Snapshot {
        let described = channels.indices.map { index in
            Channel(
                id: "rapl/part-\(index)", sensor: .rapl, mechanism: "powercap", quantity: .energy,
                encoding: .counter(.powercap(range: 262_143_328_850)), component: .host)
        }
        let topology = Topology(generation: generation, discoveries: [Discovery(channels: described)])
        let figures = channels.map { energy in
            var figure = ChannelSnapshot(status: .ok)
            figure.energy = Joules(Double(energy) / 1e6)
            figure.power = Watts(10)
            return figure
        }
        let host = Scope.all.filter { energies[$0] != nil }.map { scope in
            var host = HostSnapshot(
                scope: scope, provenance: provenance, sensor: .rapl, isHeadline: scope == .cpu, status: .ok)
            host.energy = energies[scope].flatMap { $0 }.map { Joules(Double($0) / 1e6) }
            host.power = powers[scope].map { Watts($0) }
            (host.low, host.high) = (band.map { Watts($0.low) }, band.map { Watts($0.high) })
            return host
        }
        var snapshot = Snapshot(
            topology: topology,
            instant: SampleInstant(
                boottimeNanoseconds: boottime * 1_000_000, monotonicNanoseconds: monotonic * 1_000_000),
            timeNanoseconds: wall * 1_000_000, interval: .seconds(1), sampleDuration: .microseconds(3),
            channels: figures, host: host)
        snapshot.carbonIntensity = carbon.flatMap { CarbonIntensity(gramsPerKilowattHour: $0) }
        snapshot.attribution = attribution
        return snapshot
    }
}

extension MockTree {
    /// All bytes of a file.
    func bytes(of name: String) throws -> [UInt8] {
        try SystemRoot(path: path, mountPoint: path).bytes(name, limit: 1 << 30)
    }
}

extension HistoryReader {
    /// A reader in UTC, at a moment.
    static func at(_ now: Int64, _ path: String, calendar: LocalCalendar = LocalCalendar { _ in 0 }) -> HistoryReader {
        HistoryReader(path, calendar: calendar) { now }
    }
}

extension Sequence<HistoryRow> {
    /// The energy of all rows, in microjoules.
    var energy: Int64 { reduce(0) { $0 + ($1.energyMicrojoules ?? 0) } }
}
#endif
