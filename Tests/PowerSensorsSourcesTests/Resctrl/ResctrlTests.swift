import Glibc
import PowerSensors
import PowerSensorsTesting
import Testing

struct ResctrlTests {
    private static func machine() throws -> MockMachine {
        let machine = try MockMachine()
        let files = [
            "mon_data/mon_PERF_PKG_00/core_energy": "1234.567890", "mon_data/mon_PERF_PKG_00/activity": "3.5",
            "mon_data/mon_PERF_PKG_01/core_energy": "0.000004", "mon_data/mon_L3_00/llc_occupancy": "4096",
            "mon_groups/web/mon_data/mon_PERF_PKG_00/core_energy": "12.5",
            "batch/mon_data/mon_PERF_PKG_00/core_energy": "99", "info/PERF_PKG_MON/num_rmids": "4", "tasks": "1",
        ]
        for (file, text) in files { try machine.sysfs.write("\(text)\n", to: "fs/resctrl/\(file)") }
        return machine
    }

    @Test func `every group has its packages' energy, and none is a host figure`() throws {
        let machine = try Self.machine()
        let sensor = ResctrlSensor(roots: machine.roots)
        #expect(SensorConformance.check(sensor, isStill: true) == [])
        let channels = sensor.discover().channels
        #expect(
            channels.map(\.id) == [
                "resctrl/root/package-0", "resctrl/root/package-1", "resctrl/root/web/package-0",
                "resctrl/batch/package-0",
            ])
        #expect(channels.allSatisfy { $0.countsIn == nil && $0.status == .ok })
        #expect(channels[2].parent == "resctrl/root/package-0", "a control group holds its monitoring groups")
        var readings: [Reading] = []
        var reader = sensor.open(channels)
        readings.append(addingCapacity: 4) { reader.readChannels(into: &$0) }
        #expect(readings.map(\.count) == [1_234_567_890, 4, 12_500_000, 99_000_000])
    }

    struct Text: Sendable, CustomTestStringConvertible {
        let text: String
        let count: UInt64?
        var status = ReadingStatus.ok
        var testDescription: String { text.debugDescription }
    }

    @Test(arguments: [
        Text(text: "0.0\n", count: 0), Text(text: "0.022030\n", count: 22_030), Text(text: "7\n", count: 7_000_000),
        Text(text: "1.2345678999\n", count: 1_234_567), Text(text: "5.\n", count: 5_000_000),
        Text(text: "18446744073709.551615\n", count: .max),
        Text(text: "18446744073709.551616\n", count: nil, status: .io(errno: EBADMSG)),
        Text(text: "Unavailable\n", count: nil, status: .absent),
        Text(text: "Error\n", count: nil, status: .io(errno: EIO)),
        Text(text: "", count: nil, status: .io(errno: ENODATA)),
        Text(text: ".5\n", count: nil, status: .io(errno: EBADMSG)),
        Text(text: "-1.0\n", count: nil, status: .io(errno: EBADMSG)),
        Text(text: "1.2.3\n", count: nil, status: .io(errno: EBADMSG)),
        Text(text: "1e6\n", count: nil, status: .io(errno: EBADMSG)),
        Text(text: "a text that is longer than any that the kernel writes\n", count: nil, status: .io(errno: EBADMSG)),
    ])
    func `a decimal of joules is read to the microjoule, any other text has a reason`(text: Text) throws {
        let machine = try Self.machine()
        try machine.sysfs.write(text.text, to: "fs/resctrl/mon_data/mon_PERF_PKG_00/core_energy")
        let sensor = ResctrlSensor(roots: machine.roots)
        let discovery = sensor.discover()
        var readings: [Reading] = []
        var reader = sensor.open(discovery.channels)
        readings.append(addingCapacity: 4) { reader.readChannels(into: &$0) }
        #expect(readings[0].count == text.count)
        #expect(readings[0].status == text.status)
        #expect(discovery.channels[0].status == text.status)
        #expect(discovery.findings.isEmpty == (text.status == .ok))
        #expect(readings[1].count == 4, "the others go on")
    }

    @Test func `without the mount a finding says how to mount it`() throws {
        let machine = try MockMachine()
        let discovery = ResctrlSensor(roots: machine.roots).discover()
        #expect(discovery.channels.isEmpty)
        #expect(discovery.findings.map(\.reason.name) == ["absent"])
        #expect(SensorConformance.check(ResctrlSensor(roots: machine.roots), isStill: true) == [])
    }
}
