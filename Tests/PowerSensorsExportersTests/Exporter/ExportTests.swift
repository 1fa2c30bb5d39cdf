import PowerSensors
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

/// Several exporters on one monitor.
@Suite(.timeLimit(.minutes(2)))
struct ExportTests {
    /// An exporter that records its calls, and fails or stalls on request.
    final class Recorder: Exporter {
        struct Notes: Sendable {
            var prepared: [Int] = []
            var snapshots = 0
            var lastEnergy: Double?
            var figures: [Int64: [Double?]] = [:]
            var skipped = 0
            var events: [MonitorEvent.Kind] = []
            var isFinished = false
        }

        struct Trouble: Error, CustomStringConvertible {
            let description: String
        }

        let name: String
        let interval: Duration
        let notes = Locked(Notes())
        private let failures: Int
        private let preparationFailures: Locked<Int>
        private let stall: Duration?

        init(
            _ name: String, every interval: Duration = .milliseconds(5), failures: Int = 0,
            preparationFailures: Int = 0,
            stall: Duration? = nil
        ) {
            self.name = name
            self.interval = interval
            self.failures = failures
            self.preparationFailures = Locked(preparationFailures)
            self.stall = stall
        }

        func prepare(for topology: Topology) throws {
            let fails = preparationFailures.withLock { left in
                left -= 1
                return left >= 0
            }
            if fails { throw Trouble(description: "not prepared") }
            notes.withLock { $0.prepared.append(topology.generation) }
        }

        func export(_ snapshot: Snapshot) async throws {
            let count = notes.withLock { notes in
                notes.snapshots += 1
                let host = snapshot.host.first
                notes.skipped += snapshot.skipped
                notes.figures[snapshot.timeNanoseconds] = [
                    snapshot.interval?.seconds, host?.power?.rawValue, host?.energy?.rawValue,
                ]
                notes.lastEnergy = snapshot.host.first?.energy?.rawValue ?? notes.lastEnergy
                return notes.snapshots
            }
            if let stall { try await Task.sleep(for: stall) }
            if count <= failures { throw Trouble(description: "number \(count)") }
        }

        func export(_ event: MonitorEvent) { notes.withLock { $0.events.append(event.kind) } }

        func finish() { notes.withLock { $0.isFinished = true } }
    }

    @Test func `an exporter that stalls and one that fails do not affect a third one`() async throws {
        let machine = try machine()
        let monitor = try monitor(machine)
        let well = Recorder("well")
        let failing = Recorder("failing", failures: 1000)
        let stalling = Recorder("stalling", stall: .seconds(60))
        let reported = Locked<[String]>([])
        let exporting = Task {
            await monitor.export(to: [well, failing, stalling]) { failure in
                reported.withLock { $0.append("\(failure)") }
            }
        }
        try await until { well.notes.withLock { $0.snapshots } >= 20 }
        #expect(stalling.notes.withLock { $0.snapshots } == 1)
        #expect(failing.notes.withLock { $0.snapshots } > 1, "a failure is not the end")
        monitor.stop()
        try await until { well.notes.withLock { $0.isFinished } && failing.notes.withLock { $0.isFinished } }
        exporting.cancel()
        await exporting.value
        #expect(stalling.notes.withLock { $0.isFinished }, "cancelled, it ends too")
        let failures = reported.withLock { $0 }
        #expect(failures.first == "failing: number 1")
        #expect(failures.allSatisfy { $0.hasPrefix("failing: ") })
    }

    @Test func `exporters with one interval say the same of every time, and one with a multiple of some`() async throws
    {
        let machine = try machine()
        let monitor = try monitor(machine)
        let recorders = [20, 20, 40, 20].map { Recorder("every \($0) ms", every: .milliseconds($0)) }
        let exporting = Task { await monitor.export(to: recorders) { _ in } }
        while recorders[2].notes.withLock({ $0.snapshots }) < 15 {
            try machine.advanceAll(by: .milliseconds(20))
            try await Task.sleep(for: .milliseconds(3))
        }
        monitor.stop()
        await exporting.value
        let all = recorders.map { $0.notes.withLock { (figures: $0.figures, skipped: $0.skipped) } }
        let one = all[0]
        #expect(one.figures.count > 15)
        for other in all.dropFirst() {
            let common = other.figures.filter { one.figures[$0.key] != nil }
            // On a busy machine, some may be skipped.
            #expect(common.count + one.skipped >= other.figures.count)
        }
        for other in [all[1], all[3]] {
            #expect(other.figures.count + other.skipped == one.figures.count + one.skipped)
            for (time, numbers) in other.figures { #expect(numbers == one.figures[time] ?? numbers) }
        }
        for (time, numbers) in all[2].figures { #expect(numbers[2] == (one.figures[time] ?? numbers)[2], "energy") }
    }

    @Test func `an exporter that could not prepare is asked again before it gets a snapshot`() async throws {
        let monitor = try monitor(machine())
        let recorder = Recorder("late", preparationFailures: 2)
        let exporting = Task { await monitor.export(to: [recorder]) { _ in } }
        try await until { recorder.notes.withLock { $0.snapshots } >= 3 }
        monitor.stop()
        await exporting.value
        #expect(recorder.notes.withLock { $0.prepared } == [1])
    }

    @Test func `earlier findings are exported first, and finish is called once`() async throws {
        let machine = try machine()
        try machine.sysfs.inject(.garbage, at: "class/powercap/intel-rapl:0/max_energy_range_uj")
        let monitor = try monitor(machine)
        let recorder = Recorder("listener")
        let exporting = Task { await monitor.export(to: [recorder]) { _ in } }
        try await until { recorder.notes.withLock { $0.events.contains(.finding) } }
        monitor.stop()
        await exporting.value
        #expect(recorder.notes.withLock { $0.isFinished })
    }

    @Test func `a slow exporter loses no joules`() async throws {
        let machine = try machine()
        let monitor = try monitor(machine)
        let quick = Recorder("quick", every: .milliseconds(2))
        let slow = Recorder("slow", every: .milliseconds(2), stall: .milliseconds(40))
        let exporting = Task { await monitor.export(to: [quick, slow]) { _ in } }
        for _ in 0..<40 {
            try machine.advanceAll(by: .milliseconds(100))
            try await Task.sleep(for: .milliseconds(5))
        }
        // The counters no longer change, so both exporters see the same energy in the end.
        try await until {
            let energies = [quick, slow].map { $0.notes.withLock { $0.lastEnergy } }
            return energies[0] == energies[1] && (energies[0] ?? 0) > 0
        }
        monitor.stop()
        await exporting.value
        #expect(quick.notes.withLock { $0.snapshots } > slow.notes.withLock { $0.snapshots })
    }

    private func machine() throws -> MockMachine {
        let machine = try MockMachine()
        try machine.add(MockControlType(zones: [MockZone(name: "package-0", power: Watts(50))]))
        return machine
    }

    private func monitor(_ machine: MockMachine) throws -> PowerMonitor {
        try PowerMonitor(MonitorConfiguration(sensors: SensorSet(roots: machine.roots), interval: .milliseconds(2)))
    }

    private func until(_ isSo: () -> Bool) async throws {
        while !isSo() { try await Task.sleep(for: .milliseconds(2)) }
    }
}
