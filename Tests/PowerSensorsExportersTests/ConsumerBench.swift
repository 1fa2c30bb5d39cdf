import PowerSensors
import PowerSensorsTesting

/// A machine on which processes run, and the snapshots of its seconds.
final class ConsumerBench {
    private let machine: MockMachine
    private let time: MockProcessorTime
    private var processes: [Int: MockProcess] = [:]
    private var now = SampleInstant(boottimeNanoseconds: 1_000_000_000_000, monotonicNanoseconds: 1_000_000_000_000)
    private var sampler: Sampler
    private let clock: Locked<SampleInstant>

    init(limit: Int = 50, includesTrees: Bool = false) throws {
        machine = try MockMachine()
        time = try machine.set(.guest(processors: 1))
        try machine.add(.intelClient())
        let clock = Locked(now)
        self.clock = clock
        let sensors = SensorSet(only: [RAPLSensor(roots: machine.roots)], roots: machine.roots)
        var attribution = Attribution(limit: limit)
        attribution.includesTrees = includesTrees
        sampler = try Sampler(sensors, attribution: attribution) { clock.withLock { $0 } }
    }

    func start(
        _ number: Int, comm: String, group: String = "/", arguments: [String] = ["work"], parent: Int = 1
    ) throws {
        processes[number] = try MockProcess(
            number, start: UInt64(number), comm: comm, arguments: arguments, group: group, parent: parent,
            in: machine.procfs)
    }

    func end(_ number: Int) throws { try processes.removeValue(forKey: number)?.end() }

    /// A second in which processes ran for some hundredths.
    func second(_ ticks: [Int: UInt64] = [:], idle: UInt64 = 20) throws -> Snapshot {
        for (number, ticks) in ticks { try processes[number]?.run(ticks: ticks) }
        try time.advance(MockTicks(user: ticks.values.reduce(5, +), idle: idle))
        try machine.advanceAll(by: .seconds(1))
        now = now.advanced(by: .seconds(1))
        clock.withLock { $0 = now }
        return sampler.snapshot()
    }
}
