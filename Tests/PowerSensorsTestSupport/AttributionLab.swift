package import PowerSensors
package import PowerSensorsTesting

/// A mock machine whose energy, processors and processes a test advances.
package final class AttributionLab {
    package let machine: MockMachine
    package let sensor: ScriptedSensor
    package let clock = ManualClock()
    private let time: MockProcessorTime
    private var counts: [UInt64]
    package private(set) var processes: [Int: MockProcess] = [:]

    /// A machine of four processors, with one counter of 2⁻¹⁴ J for each domain.
    package init(domains: [String] = ["package", "dram"], refreshInterval: Duration? = nil) throws {
        machine = try MockMachine()
        time = try machine.set(.guest(processors: 4))
        sensor = ScriptedSensor(
            channels: domains.map { domain in
                var channel = Channel.counter("\(domain)-0", domain: domain)
                channel.refreshInterval = refreshInterval
                return channel
            })
        counts = Array(repeating: 1000, count: domains.count)
        show()
    }

    /// Creates a sampler that divides the energy.
    package func sampler(_ change: (inout Attribution) -> Void = { _ in }) throws -> Sampler {
        var attribution = Attribution()
        change(&attribution)
        let sensors = SensorSet(only: [sensor], roots: machine.roots)
        return try Sampler(sensors, attribution: attribution) { [clock] in clock.instant }
    }

    /// Advances the counters, by counts of 2⁻¹⁴ J for each domain.
    package func use(_ used: [UInt64]) {
        for index in used.indices { counts[index] += used[index] }
        show()
    }

    private func show() { sensor.show(counts.map { .count($0) }) }

    /// Advances the clock, and the processors' ticks.
    package func pass(_ duration: Duration = .seconds(1), tasks: UInt64, interrupts: UInt64 = 0, idle: UInt64) throws {
        clock.advance(by: duration)
        var ticks = MockTicks(user: tasks, idle: idle)
        ticks.softInterrupt = interrupts
        try time.advance(ticks, on: 0)
    }

    /// Brings a processor online that has already counted ticks.
    package func addProcessor(_ ticks: MockTicks) throws { try time.set(time.ticks + [ticks]) }

    /// Takes the last processor offline, with the ticks that it has counted.
    package func removeProcessor() throws { try time.set(time.ticks.dropLast()) }

    /// Starts a process.
    @discardableResult
    package func start(
        _ number: Int, at start: UInt64 = 100, comm: String = "work", arguments: [String] = ["work"],
        group: String = "/",
        user: Int = 0, parent: Int = 1
    ) throws -> MockProcess {
        let process = try MockProcess(
            number, start: start, comm: comm, arguments: arguments, group: group, user: user, parent: parent,
            in: machine.procfs)
        processes[number] = process
        return process
    }

    /// Ends a process.
    package func end(_ number: Int) throws {
        try processes[number]?.end()
        processes[number] = nil
    }

    /// Whole nanojoules of counts of 2⁻¹⁴ J since the start.
    package func nanojoules(_ domain: Int) -> UInt128 { UInt128(counts[domain] - 1000) * 1_000_000_000 / 16_384 }
}

extension Snapshot {
    /// The energy that a kind's consumers and the unattributed rest have gained since an earlier snapshot, in nanojoules.
    package func gains(_ kind: Consumer.Kind, since earlier: Snapshot) -> EnergyParts {
        let before = Dictionary(uniqueKeysWithValues: earlier.consumers.map { ($0.id, $0.parts) })
        var sum = EnergyParts.zero
        for consumer in consumers where consumer.consumer.kind == kind {
            // One that is listed again continues from where it was.
            let last = before[consumer.id] ?? consumer.partsWhenListed
            sum += EnergyParts(package: consumer.parts.package - last.package, dram: consumer.parts.dram - last.dram)
        }
        for rest in unattributed where rest.kind == kind { sum += rest.parts }
        // Energy without a scan may have become less, so the sums are subtracted.
        for rest in earlier.unattributed where rest.kind == kind {
            sum = EnergyParts(package: sum.package - rest.parts.package, dram: sum.dram - rest.parts.dram)
        }
        return sum
    }

    /// The sum of the powers of a kind's consumers in watts; nil while none is known.
    package func power(of kind: Consumer.Kind) -> Double? {
        let powers = consumers.filter { $0.consumer.kind == kind }.compactMap(\.power?.rawValue)
        return powers.isEmpty ? nil : powers.reduce(0, +)
    }

    /// The sum of the powers of a kind's consumers and of its unattributed entries in watts; nil while none is known.
    package func allPower(of kind: Consumer.Kind) -> Double? {
        let rest = unattributed.filter { $0.kind == kind }.compactMap(\.power?.rawValue)
        return rest.isEmpty ? nil : rest.reduce(power(of: kind) ?? 0, +)
    }

    /// The power of a kind's unattributed entry for a reason, in watts; nil while it is unknown.
    package func unattributedPower(_ kind: Consumer.Kind, _ reason: UnattributedSnapshot.Reason) -> Watts? {
        unattributed.first { $0.kind == kind && $0.reason == reason }?.power
    }

    /// A consumer by its name.
    package func consumer(_ kind: Consumer.Kind, _ name: String) -> ConsumerSnapshot? {
        consumers.first { $0.consumer.kind == kind && $0.consumer.name == name }
    }

    /// The unattributed energy of a kind for a reason, in joules.
    package func unattributed(_ kind: Consumer.Kind, _ reason: UnattributedSnapshot.Reason) -> Double {
        unattributed.first { $0.kind == kind && $0.reason == reason }?.energy.rawValue ?? 0
    }
}
