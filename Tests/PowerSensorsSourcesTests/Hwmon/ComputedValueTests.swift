import Glibc
import PowerSensors
import PowerSensorsTesting
import Synchronization
import Testing

/// Values that libsensors computes. They are checked like those of files, and one that hangs does not delay others.
@Suite(.timeLimit(.minutes(1)))
struct ComputedValueTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var file = "power1_input"
        let number: String
        let computed: Double?
        var value: Double?
        var count: UInt64?
        var status = ReadingStatus.ok
    }

    @Test(arguments: [
        Row(testDescription: "a value", number: "1000000", computed: 2, value: 2),
        Row(testDescription: "none", number: "1000000", computed: nil, status: .io(errno: EIO)),
        Row(
            testDescription: "one made of a number that stands for none", number: "4294967295000", computed: 8.6,
            status: .implausible),
        Row(testDescription: "more than is possible", number: "1000000", computed: 1001, status: .implausible),
        Row(testDescription: "less than is possible", number: "1000000", computed: -1001, status: .implausible),
        Row(testDescription: "a high voltage", file: "in0_input", number: "1000", computed: 5000, value: 5000),
        Row(testDescription: "energy", file: "energy1_input", number: "5", computed: 1.5, count: 1_500_000),
        Row(
            testDescription: "energy below nothing", file: "energy1_input", number: "5", computed: -1,
            status: .implausible),
        Row(
            testDescription: "energy of a number below nothing", file: "energy1_input", number: "-5", computed: 1,
            status: .implausible),
        Row(
            testDescription: "a file that fails", number: "torn", computed: 5, status: .io(errno: EBADMSG)),
    ])
    func `a computed value is used if it is plausible`(row: Row) throws {
        let machine = try MockMachine()
        let device = try machine.add(.chip("it87", hardware: "platform/it87.656", files: [row.file: row.number]))
        let sensor = HwmonSensor(roots: machine.roots)
        var discovery = sensor.discover()
        sensor.apply(
            LibSensors.Catalogue([device.path: [row.file: .init(isComputed: true)]]), to: &discovery)
        #expect(discovery.channels.map(\.mechanism) == ["libsensors"])
        let reader = HwmonReader(
            discovery.channels, maximumPower: Watts(1000), beneath: machine.roots.sysfs,
            compute: { _, _ in row.computed })
        var readings: [Reading] = []
        readings.append(addingCapacity: 1) { reader.readChannels(into: &$0) }
        let reading = try #require(readings.first)
        #expect(reading.status == row.status)
        #expect(reading.value == row.value)
        #expect(reading.count == row.count)
    }

    @Test func `a figure that loses a part by the configuration has no value`() throws {
        let machine = try MockMachine()
        let files = ["power1_input": "90000000", "power1_label": "pin", "in1_input": "230000", "in1_label": "vin"]
        let device = try machine.add(.chip("dps920", hardware: "i2c-1/1-0058", files: files))
        try machine.add(.chip("dps920", hardware: "i2c-1/1-0059", files: files))
        let sensor = HwmonSensor(roots: machine.roots)
        var discovery = sensor.discover()
        sensor.apply(LibSensors.Catalogue([device.path: ["in1_input": .init(isComputed: false)]]), to: &discovery)
        #expect(discovery.channels.count == 3)
        #expect(discovery.incompleteScopes == [.platform])
        #expect(discovery.findings.contains { $0.reason == .ignored && $0.text.contains("platform") })
    }

    /// A libsensors with a chip that no longer answers.
    private final class Library: Sendable {
        static let chips: [String: [String: LibSensors.Value]] = [
            "quick": ["in0_input": .init(chip: 0, number: 0)], "hung": ["in0_input": .init(chip: 1, number: 0)],
        ]

        let isHung = Atomic(true)
        let waiting = Atomic(0)
        let loads = Atomic(0)

        func make() -> LibSensors {
            LibSensors(
                scan: { [self] _ in
                    loads.add(1, ordering: .sequentiallyConsistent)
                    return .success(LibSensors.Catalogue(Self.chips))
                },
                value: { [self] chip, _ in
                    guard chip == 1 else { return 12 }
                    waiting.add(1, ordering: .sequentiallyConsistent)
                    while isHung.load(ordering: .sequentiallyConsistent) { usleep(1000) }
                    return 5
                })
        }
    }

    @Test func `a hanging chip delays neither another's value nor a new discovery`() async throws {
        let machine = try MockMachine()
        let library = Library()
        let sensors = library.make()
        #expect(try !sensors.load(machine.roots.sysfs).isStale)
        async let hung = Task.detached { sensors.read("in0_input", in: "hung") }.value
        while library.waiting.load(ordering: .sequentiallyConsistent) == 0 {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(sensors.read("in0_input", in: "quick") == 12)
        // libsensors must not be reloaded during the read, so the known values stay.
        let known = try sensors.load(machine.roots.sysfs)
        #expect(known.isStale)
        #expect(known.chips == Library.chips)
        #expect(library.loads.load(ordering: .sequentiallyConsistent) == 1)
        library.isHung.store(false, ordering: .sequentiallyConsistent)
        #expect(await hung == 5)
        #expect(try !sensors.load(machine.roots.sysfs).isStale)
        #expect(sensors.read("in0_input", in: "quick") == 12, "it finds its way in the new one")
    }
}
