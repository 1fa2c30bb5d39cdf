import PowerSensors
import PowerSensorsCommand
import PowerSensorsTesting
import Testing

/// A machine of two sockets on which processes run, and the screen's state after some of its seconds.
final class ScreenBench {
    let machine: MockMachine
    private let time: MockProcessorTime
    private var processes: [MockProcess] = []
    private var now = SampleInstant(boottimeNanoseconds: 1_000_000_000_000, monotonicNanoseconds: 1_000_000_000_000)
    private let clock: Locked<SampleInstant>
    private var sampler: Sampler

    /// - Parameters:
    ///   - count: How many processes run, the first of which is a virtual machine.
    ///   - broken: A zone whose counter never has a number.
    init(processes count: Int = 4, unreadable broken: String? = nil) throws {
        machine = try MockMachine()
        time = try machine.set(.guest(processors: 1))
        let zones = (0..<2).map { number in
            MockZone(
                name: "package-\(number)", power: Watts(100 - Double(number) * 40),
                children: [MockZone(name: "dram", register: .serverDRAM, power: Watts(20))])
        }
        try machine.add(MockControlType(zones: zones + [MockZone(name: "psys", power: Watts(250))]))
        if let broken { try machine.zone(broken)?.inject(.garbage, at: "energy_uj") }
        for number in 10..<10 + count {
            let isMachine = number == 10
            processes.append(
                try MockProcess(
                    number, start: UInt64(number), comm: isMachine ? "qemu-system-x86" : "work\(number)",
                    arguments: isMachine ? ["/usr/bin/qemu-system-x86_64", "-name", "guest=web"] : ["work"],
                    group: "/system.slice/unit\(number).service", in: machine.procfs))
        }
        let clock = Locked(now)
        self.clock = clock
        let sensors = SensorSet(only: [RAPLSensor(roots: machine.roots)], roots: machine.roots)
        sampler = try Sampler(sensors, attribution: Attribution(limit: 50)) { clock.withLock { $0 } }
    }

    var findings: [Finding] { sampler.findings() }

    /// Two seconds in which the first process ran longest.
    func snapshot() throws -> Snapshot {
        for (index, process) in processes.enumerated() { try process.run(ticks: UInt64(max(40 - index * 10, 2))) }
        let busy = processes.indices.reduce(UInt64(0)) { $0 + UInt64(max(40 - $1 * 10, 2)) }
        try time.advance(MockTicks(user: busy, idle: 100))
        try machine.advanceAll(by: .seconds(2))
        now = now.advanced(by: .seconds(2))
        clock.withLock { $0 = now }
        return sampler.snapshot()
    }

    /// The state after some snapshots, with findings beside those of the sampler.
    func state(
        after count: Int = 4, node: String = "n1", findings: [Finding] = [], hasKeys: Bool = true
    ) throws -> ScreenState {
        var state = ScreenState(node: node, interval: .seconds(2), hasKeys: hasKeys)
        for _ in 0..<count { state.record(try snapshot(), findings: findings) }
        return state
    }

    static let findings = [
        Finding(
            severity: .error, subject: "hwmon", reason: .failed, text: "The chips could not be read.",
            remedy: "sudo modprobe one-of-them"),
        Finding(
            severity: .warning, subject: "class/x", reason: .forbidden,
            text: "The counter may be read by root only, which keeps it from telling this user what others do.",
            remedy: "sudo chmod a+r /sys/class/x"),
        Finding(
            severity: .warning, subject: "class/y", reason: .forbidden, text: "So may this.", remedy: "sudo chmod a+r"),
        Finding(severity: .info, subject: "rapl", reason: .merged, text: "Two are one."),
    ]
}

extension ScreenState {
    /// The texts of the lines on a screen.
    func lines(rows: Int = 24, columns: Int = 80) -> [String] {
        ScreenFrame(self, rows: rows, columns: columns).lines.map(\.text)
    }
}
