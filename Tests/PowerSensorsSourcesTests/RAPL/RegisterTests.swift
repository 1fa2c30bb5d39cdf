import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// The whole way from a processor's registers to joules, with files that contain each register at its number.
struct RegisterTests {
    private static let unit: UInt64 = 0xA_0E03
    private static let intel: [UInt32: UInt64] = [
        // The high bits are reserved; in some registers they are a time.
        0x606: unit, 0x611: 0x1234_5678_0000_1000, 0x619: 77, 0x639: 5000, 0x641: 0, 0x64D: 0, 0x614: 0x208,
    ]

    private func server(sockets: Int = 2) throws -> (machine: MockMachine, devices: [MockRegisterDevice]) {
        let machine = try MockMachine()
        let processor = MockProcessor.smallServer(sockets: sockets)
        try machine.set(processor)
        let devices = try (0..<sockets).map { try machine.addRegisters(Self.intel, processor: $0 * 2) }
        return (machine, devices)
    }

    private func sensor(_ machine: MockMachine, _ mechanisms: [RAPLMechanism] = [.msr]) -> RAPLSensor {
        RAPLSensor(roots: machine.roots, mechanisms: mechanisms)
    }

    @Test func `a server's registers are channels named like its zones, one for each package`() throws {
        let (machine, _) = try server()
        let discovery = sensor(machine).discover()
        #expect(
            discovery.channels.map(\.id) == [
                "rapl/package-0", "rapl/package-0/core", "rapl/package-0/dram",
                "rapl/package-1", "rapl/package-1/core", "rapl/package-1/dram",
            ])
        #expect(
            discovery.channels.map(\.path) == Array(repeating: "cpu/0/msr", count: 3)
                + Array(repeating: "cpu/2/msr", count: 3))
        #expect(discovery.channels.map(\.countsIn) == [.cpu, nil, .cpu, .cpu, nil, .cpu])
        #expect(discovery.channels.allSatisfy { $0.mechanism == "msr" && $0.status == .ok })
        #expect(SensorConformance.check(sensor(machine), isStill: true) == [])
        try machine.add(.intelServer(sockets: 2, hasPlatform: false))
        let zones = sensor(machine, [.powercap]).discover().channels
        #expect(zones.map(\.component) == discovery.channels.map(\.component))
    }

    @Test func `ten thousand wraps are exact to the count, whatever the reserved bits are`() throws {
        let (machine, devices) = try server(sockets: 1)
        let clock = ManualClock()
        var sampler = try Sampler(SensorSet(only: [sensor(machine)]), now: { clock.instant })
        _ = sampler.snapshot()
        var generator = SeededGenerator(seed: 4)
        var truth: UInt64 = 0
        var last: Snapshot?
        for index in 0..<1000 {
            // 130 s at up to 1 kW: half of the range at most.
            let counts = UInt64.random(in: 0...(130_000 << 14), using: &generator)
            truth += counts
            clock.advance(by: .seconds(130))
            devices[0].advance(0x611, counts: counts)
            if index % 100 == 0 {
                devices[0].set(0x611, to: devices[0].value(of: 0x611) & 0xFFFF_FFFF | UInt64(index) << 32)
            }
            last = sampler.snapshot()
        }
        let package = try #require(last?[channel: "rapl/package-0"])
        #expect(package.energy == EnergyUnit.binaryFraction(14).energy(of: RegisterCount(truth)))
        #expect(package.wraps > 200)
        #expect(package.resets == 0)
        #expect(package.ambiguousEnergy == Joules(0))
    }

    @Test func `memory and platform count in units of their own`() throws {
        let machine = try MockMachine()
        var processor = MockProcessor.smallServer(sockets: 1)
        processor.model = 0x8F
        try machine.set(processor)
        var registers = Self.intel
        registers[0x64D] = 12
        try machine.addRegisters(registers)
        let units = sensor(machine).discover().channels.map { channel -> EnergyUnit? in
            guard case .counter(let encoding) = channel.encoding else { return nil }
            return encoding.unit
        }
        #expect(units == [.binaryFraction(14), .binaryFraction(14), .binaryFraction(14), .binaryFraction(0)])
    }

    @Test func `AMD's single cores are read if requested, and are in no sum`() throws {
        let machine = try MockMachine()
        var processor = MockProcessor.amdServer(sockets: 1)
        processor.coresPerSocket = 3
        try machine.set(processor)
        for number in 0..<6 {
            try machine.addRegisters(
                [0xC001_0299: 0xA_1003, 0xC001_029A: 1000 + UInt64(number), 0xC001_029B: 50_000], processor: number)
        }
        let asked = sensor(machine).discover()
        #expect(
            asked.channels.map(\.id) == ["rapl/package-0"] + (0..<3).map { "rapl/package-0/core-\($0)" })
        #expect(asked.channels.map(\.component.core) == [nil, 0, 1, 2])
        #expect(asked.channels.map(\.countsIn) == [.cpu, nil, nil, nil])
        #expect(SensorConformance.check(sensor(machine), isStill: true) == [])
        let usual = sensor(machine, RAPLMechanism.all).discover()
        #expect(usual.channels.map(\.id) == ["rapl/package-0"])
        #expect(usual.findings.contains { $0.reason == .unread })
    }

    @Test func `if powercap counts dies and the registers packages, a package is counted once`() throws {
        let machine = try MockMachine()
        var processor = MockProcessor.amdServer(sockets: 1)
        processor.coresPerSocket = 2
        try machine.set(processor)
        try machine.add(
            MockControlType(zones: (0..<2).map { MockZone(name: "package-0-die-\($0)", power: Watts(50)) }))
        for number in 0..<4 {
            try machine.addRegisters([0xC001_0299: Self.unit, 0xC001_029B: 4711], processor: number)
        }
        let packages = sensor(machine, RAPLMechanism.all).discover().channels.filter { $0.countsIn == .cpu }
        #expect(packages.map(\.id) == ["rapl/package-0-die-0", "rapl/package-0-die-1"])
    }

    @Test func `a guest whose host refuses the unit register has no channel and no partial figure`() throws {
        let machine = try MockMachine()
        try machine.set(.smallServer(sockets: 1))
        // A register that is not set fails with EIO, as an unsupported one does.
        try machine.addRegisters([0x611: 4711])
        let discovery = sensor(machine).discover()
        #expect(discovery.channels.isEmpty)
        #expect(discovery.incompleteScopes.isEmpty)
        #expect(discovery.findings.contains { $0.reason == .absent && $0.subject == "cpu/0/msr" })
    }

    @Test func `a guest whose host answers 0 has no channel, and a finding says why`() throws {
        let machine = try MockMachine()
        try machine.set(.smallServer(sockets: 1))
        try machine.addRegisters([0x606: 0, 0x611: 0, 0x619: 0, 0x639: 0, 0x64D: 0])
        let discovery = sensor(machine).discover()
        #expect(discovery.channels.isEmpty)
        #expect(discovery.findings.contains { $0.reason == .absent && $0.subject == "cpu/0/msr" })
    }

    @Test func `a virtual counter at 0 is absent until it changes`() throws {
        let machine = try MockMachine()
        try machine.set(.smallServer(sockets: 8))
        let devices = try (0..<8).map {
            try machine.addRegisters([0x606: Self.unit, 0x611: 0, 0x619: 0], processor: $0 * 2)
        }
        let clock = ManualClock()
        var sampler = try Sampler(SensorSet(only: [sensor(machine)]), now: { clock.instant })
        #expect(sampler.topology.channels.map(\.id) == (0..<8).map { "rapl/package-\($0)" })
        #expect(sampler.snapshot().channels.allSatisfy { $0.energy == Joules(0) || $0.status == .absent })
        // QEMU updates its registers once a second.
        for _ in 0..<5 {
            clock.advance(by: .seconds(1))
            for device in devices { device.advance(0x611, counts: 10 << 14) }
            _ = sampler.snapshot()
        }
        clock.advance(by: .seconds(1))
        for device in devices { device.advance(0x611, counts: 10 << 14) }
        let snapshot = sampler.snapshot()
        #expect(snapshot.channels.allSatisfy { abs(($0.power?.rawValue ?? 0) - 10) < 0.01 })
        #expect(abs((snapshot.headline?.power?.rawValue ?? 0) - 80) < 0.1)
    }

    @Test func `a stale copy of a register on another processor does not cause a wrap`() throws {
        let (machine, devices) = try server(sockets: 1)
        let others = try (1..<2).map { try machine.addRegisters(Self.intel, processor: $0) }
        let clock = ManualClock()
        var sampler = try Sampler(SensorSet(only: [sensor(machine)]), now: { clock.instant })
        var last = sampler.snapshot()
        for round in 0..<30 {
            clock.advance(by: .seconds(1))
            devices[0].advance(0x611, counts: 20 << 14)
            // These copies fall behind, and are never read.
            if round % 10 == 0 { for other in others { other.advance(0x611, counts: 20 << 14) } }
            last = sampler.snapshot()
        }
        #expect(last[channel: "rapl/package-0"]?.energy == Joules(600))
        // The host moved the guest, so that it sees an older copy, which is 200 J behind.
        devices[0].set(0x611, to: devices[0].value(of: 0x611) - 200 << 14)
        for _ in 0..<5 {
            clock.advance(by: .seconds(1))
            devices[0].advance(0x611, counts: 20 << 14)
            last = sampler.snapshot()
            #expect((last[channel: "rapl/package-0"]?.power?.rawValue ?? 0) < 100, "and never a whole turn of 262 kJ")
        }
        let energy = last[channel: "rapl/package-0"]?.energy ?? Joules(0)
        #expect(energy >= Joules(600))
        #expect(energy < Joules(800))
    }

    @Test func `an offline processor's registers are absent until it is back`() throws {
        let (machine, devices) = try server()
        let clock = ManualClock()
        var sampler = try Sampler(SensorSet(only: [sensor(machine)]), now: { clock.instant })
        func step() throws -> Snapshot {
            clock.advance(by: .seconds(1))
            for device in devices { device.advance(0x611, counts: 10 << 14) }
            return sampler.snapshot()
        }
        for _ in 0..<3 { _ = try step() }
        try devices[1].switchOff()
        clock.advance(by: .seconds(1))
        let gone = sampler.snapshot()
        #expect(gone[channel: "rapl/package-1"]?.status == .absent)
        #expect(gone[channel: "rapl/package-0"]?.status == .ok)
        #expect(gone.headline?.status == .partial)
        try devices[1].fail(errno: nil)
        try devices[1].switchOn()
        usleep(250_000)
        for _ in 0..<3 { _ = try step() }
        let back = try #require(try step()[channel: "rapl/package-1"])
        #expect(back.status == .ok)
        #expect(abs((back.power?.rawValue ?? 0) - 10) < 0.01)
    }

    @Test(arguments: [(EIO, ReadingStatus.io(errno: EIO)), (EPERM, .forbidden)])
    func `a failing register has a reason, and its energy is not lost`(
        code: Int32, status: ReadingStatus
    ) throws {
        let (machine, devices) = try server(sockets: 1)
        let clock = ManualClock()
        var sampler = try Sampler(SensorSet(only: [sensor(machine)]), now: { clock.instant })
        _ = sampler.snapshot()
        try devices[0].fail(errno: code)
        clock.advance(by: .seconds(1))
        #expect(sampler.snapshot()[channel: "rapl/package-0"]?.status == status)
        try devices[0].fail(errno: nil)
        clock.advance(by: .seconds(1))
        devices[0].advance(0x611, counts: 30 << 14)
        #expect(sampler.snapshot()[channel: "rapl/package-0"]?.energy == Joules(30))
    }

    @Test func `a missing or foreign device has a finding that says what to do`() throws {
        let machine = try MockMachine()
        try machine.set(.smallServer(sockets: 1))
        let missing = sensor(machine).discover()
        #expect(missing.channels.isEmpty)
        #expect(missing.findings.contains { $0.remedy?.contains("modprobe msr") == true })
        #expect(
            sensor(machine, RAPLMechanism.all).discover().findings.allSatisfy { !$0.subject.contains("msr") })
        // The machine's own device, whatever it is, must not be read for a fixture's processors.
        let mixed = try SystemRoots(sysfs: machine.sysfs.path, procfs: machine.procfs.path)
        #expect(RAPLSensor(roots: mixed, mechanisms: [.msr]).discover().channels.isEmpty)
    }

    @Test func `a guest's device that may not be read does not show that there are counters`() throws {
        let machine = try MockMachine()
        var processor = MockProcessor.smallServer(sockets: 1)
        processor.isGuest = true
        try machine.set(processor)
        let device = try machine.addRegisters(Self.intel)
        try device.fail(errno: EPERM)
        let usual = sensor(machine, RAPLMechanism.all).discover()
        #expect(usual.channels.isEmpty && usual.incompleteScopes.isEmpty)
        #expect(usual.findings.map(\.reason.name) == ["guest"])
        #expect(usual.findings.allSatisfy { $0.severity == .info })
        // Who asks for the registers is told what they lack.
        #expect(sensor(machine).discover().channels.map(\.status) == [.forbidden])
        try device.fail(errno: nil)
        #expect(sensor(machine, RAPLMechanism.all).discover().channels.contains { $0.status == .ok })
    }

    @Test func `a device that only this container lacks is not taken for an unloaded driver`() throws {
        let machine = try MockMachine()
        try machine.set(.smallServer(sockets: 1))
        try machine.sysfs.write("202:0\n", to: "class/msr/msr0/dev")
        let finding = try #require(sensor(machine).discover().findings.first)
        #expect(finding.text.contains("is loaded"))
        #expect(finding.remedy?.contains("modprobe") == false)
        #expect(finding.remedy?.contains("--device /dev/cpu/0/msr") == true)
    }
}
