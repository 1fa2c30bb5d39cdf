import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Synchronization
import Testing

/// Two mechanisms that read one register, and the findings if they disagree.
struct MechanismComparisonTests {
    /// Events of a register that advances whenever they are read, and a zone of the same register.
    private final class CoupledEvents: EventSource {
        private let zone: MockCounter
        private let counts: UInt64
        private let shift: UInt64
        private let state = Mutex((opened: CInt(1000), reads: UInt64(0)))

        /// Each read advances the zone by a million counts, and the events by the number that they assume.
        init(_ zone: MockCounter, counts: UInt64, registerExponent: Int) {
            self.zone = zone
            self.counts = counts
            shift = UInt64(32 - registerExponent)
        }

        func isShown(in sysfs: SystemRoot) -> Bool { true }

        func open(_ event: EventCode, processor: Int, leader: CInt, isPinned: Bool) -> CInt {
            state.withLock { state in
                state.opened += 1
                return state.opened
            }
        }

        func read(_ leader: CInt, into values: inout MutableSpan<UInt64>) -> Int {
            try? zone.advance(counts: 1_000_000)
            let reads = state.withLock { state in
                state.reads += 1
                return state.reads
            }
            (values[0], values[1], values[2], values[3]) = (1, reads, reads, (reads * counts) << shift)
            return 32
        }

        func close(_ descriptor: CInt) {}
    }

    struct Reading: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let domain: String
        let event: String
        let register: MockRegister
        var exponent = 14
        var counts: UInt64 = 1_000_000
        let agrees: Bool
    }

    @Test(arguments: [
        Reading(
            testDescription: "the same counts in the same unit", domain: "package-0", event: "energy-pkg",
            register: .intel,
            agrees: true),
        Reading(
            testDescription: "a unit four times too coarse", domain: "package-0", event: "energy-pkg", register: .intel,
            counts: 4_000_000, agrees: false),
        Reading(
            testDescription: "memory in 15.3 µJ and in 2⁻¹⁶ J", domain: "package-0/dram", event: "energy-ram",
            register: .serverDRAM, exponent: 16, agrees: true),
        Reading(
            testDescription: "memory whose quirk only perf knows", domain: "package-0/dram", event: "energy-ram",
            register: .intel, exponent: 16, agrees: false),
    ])
    func `a disagreement that the units do not explain is a finding`(reading: Reading) throws {
        let machine = try MockMachine()
        try machine.set(.smallServer(sockets: 1))
        var server = MockControlType.intelServer(hasCore: false, hasPlatform: false)
        if reading.domain.hasSuffix("dram") {
            server.zones[0].children[0].register = reading.register
        } else {
            server.zones[0].register = reading.register
        }
        try machine.add(server)
        try machine.add(pmu: MockPMU(events: [.init(reading.event, code: 2)]))
        let counter = try #require(machine.zone(reading.domain)?.counter)
        let events = CoupledEvents(counter, counts: reading.counts, registerExponent: reading.exponent)
        // Enough for the counts of these registers within milliseconds.
        let sensor = RAPLSensor(
            roots: machine.roots, mechanisms: [.perf, .powercap], maximumPower: Watts(1e6), events: events)
        let discovery = sensor.discover()
        let channel = try #require(discovery.channels.first { $0.id == "rapl/\(reading.domain)" })
        #expect(channel.mechanism == "perf")
        let findings = discovery.findings.filter { $0.reason == .disagreement }
        #expect(findings.isEmpty == reading.agrees)
        if let finding = findings.first {
            #expect(finding.subject == channel.id)
            #expect(finding.severity == .warning)
            #expect(finding.text.contains("powercap") && finding.text.contains("perf"))
            #expect(finding.remedy?.contains("rapl:powercap") == true)
        }
    }

    @Test func `registers and zones of one machine agree`() throws {
        let machine = try MockMachine()
        try machine.set(.smallServer(sockets: 1))
        try machine.add(.intelServer(hasCore: false, hasDRAM: false, hasPlatform: false))
        let count = try #require(machine.zone("package-0")?.counter?.count)
        try machine.addRegisters([0x606: 0xA_0E03, 0x611: count])
        let discovery = RAPLSensor(roots: machine.roots).discover()
        #expect(discovery.channels.map(\.mechanism) == ["powercap"])
        #expect(discovery.findings.isEmpty)
    }
}
