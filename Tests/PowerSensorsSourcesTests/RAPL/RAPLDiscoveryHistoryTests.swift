import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

struct RAPLDiscoveryHistoryTests {
    @Test func `a package that goes offline is reported missing until it is back`() throws {
        let machine = try MockMachine()
        try machine.set(.smallServer())
        try machine.add(.intelServer(sockets: 2, hasCore: false, hasPlatform: false))
        let sensor = RAPLSensor(roots: machine.roots)
        let whole = sensor.discover()
        #expect(whole.channels.count == 4)
        #expect(whole.findings.isEmpty)

        // The kernel removes the zones when the package's last processor goes offline.
        try machine.remove(try #require(machine.zone("package-1")))
        try machine.sysfs.write("0-1\n", to: "devices/system/cpu/online")
        try machine.sysfs.write("2-3\n", to: "devices/system/cpu/offline")
        let half = sensor.discover()
        #expect(half.channels.map(\.id) == whole.channels.map(\.id))
        #expect(half.channels.map(\.status) == [.ok, .ok, .absent, .absent])
        let finding = try #require(half.findings.first)
        #expect(finding.subject == "package-1")
        #expect(finding.remedy?.contains("cpu2/online") == true)
        var sampler = try Sampler(SensorSet(only: [sensor]))
        #expect(sampler.snapshot().headline?.status == .partial, "half of a machine's power is not its power")
        #expect(sensor.discover().channels.count == 4, "however often one looks")

        try machine.sysfs.write("0-3\n", to: "devices/system/cpu/online")
        try machine.sysfs.write("\n", to: "devices/system/cpu/offline")
        let again = MockControlType.intelServer(sockets: 2, hasCore: false, hasPlatform: false).zones[1]
        try machine.add(MockControlType(zones: [again]))
        let back = sensor.discover()
        #expect(back.channels.map(\.status) == [.ok, .ok, .ok, .ok])
        #expect(back.findings.isEmpty)
    }

    @Test func `a zone that disappears while all processors are online is not expected back`() throws {
        let machine = try MockMachine()
        try machine.set(.smallServer())
        try machine.add(.intelServer(sockets: 2, hasCore: false, hasPlatform: false))
        let sensor = RAPLSensor(roots: machine.roots)
        _ = sensor.discover()
        try machine.remove(try #require(machine.zone("package-1")))
        #expect(sensor.discover().channels.count == 2)
    }
}
