import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// The library's own sensors keep the rules for all sensors.
struct LibrarySensorsTests {
    @Test(arguments: [
        [MockControlType.intelServer()], [.intelClient(hasDRAM: true), .intelClientMMIO], [.amd(sockets: 2)], [.dtpm],
    ])
    func `the RAPL sensor on powercap keeps all rules`(controlTypes: [MockControlType]) throws {
        let machine = try MockMachine()
        for controlType in controlTypes { try machine.add(controlType) }
        #expect(SensorConformance.check(RAPLSensor(roots: machine.roots), isStill: true) == [])
        #expect(!RAPLSensor(roots: machine.roots).discover().channels.isEmpty)
    }

    @Test(arguments: [MockFault.garbage, .empty, .missing])
    func `the RAPL sensor on powercap keeps all rules when a file is faulty`(fault: MockFault) throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        for file in ["energy_uj", "max_energy_range_uj"] {
            let zone = try #require(machine.zone("package-0"))
            try zone.inject(fault, at: file)
            #expect(SensorConformance.check(RAPLSensor(roots: machine.roots), isStill: true) == [])
            try zone.restore(file)
        }
    }

    @Test func `the estimator keeps all rules`() throws {
        let machine = try MockMachine()
        try machine.set(.intelServer())
        try machine.setMemory(total: 1 << 36)
        #expect(SensorConformance.check(Estimator(roots: machine.roots)) == [])
        try machine.procfs.remove("meminfo")
        #expect(SensorConformance.check(Estimator(roots: machine.roots)) == [])
    }

    @Test(arguments: [MockFault.garbage, .empty, .missing, .negative])
    func `the hwmon sensor keeps all rules, even when a file is faulty`(fault: MockFault) throws {
        let machine = try MockMachine()
        let chip = try machine.add(
            .chip(
                "ina3221", hardware: "i2c-1/1-0040",
                files: ["in1_input": "5000", "curr1_input": "100", "energy1_input": "7", "temp1_input": "-4000"]))
        try machine.add(.olderChip("power_meter", hardware: "ACPI000D:00", files: ["power1_average": "212500000"]))
        let sensor = HwmonSensor(roots: machine.roots)
        #expect(SensorConformance.check(sensor, isStill: true) == [])
        #expect(sensor.discover().channels.count == 6)
        for file in ["in1_input", "energy1_input"] {
            try chip.inject(fault, at: file)
            #expect(SensorConformance.check(sensor, isStill: true) == [])
            try chip.restore(file)
        }
    }

    @Test func `the share sensor keeps all rules with a record, a tree, and neither`() throws {
        let machine = try MockMachine()
        let share = try MockShare()
        let sensor = GuestShareSensor(roots: machine.roots, directory: share.path)
        #expect(SensorConformance.check(sensor, isStill: true) == [])
        try share.publishTree(package: 5, dram: 6)
        #expect(SensorConformance.check(sensor, isStill: true) == [])
        let entries = [
            ShareRecord.Entry(domain: .package, energy: 5), .init(domain: .dram, energy: 0, status: .partial),
        ]
        try share.publish(
            ShareRecord(
                epoch: 7, sequence: 1, nanoseconds: 0, period: 1, policy: .active, hops: 1, origin: .measured,
                entries: entries))
        #expect(SensorConformance.check(sensor, isStill: true) == [])
        #expect(SensorConformance.check(GuestShareSensor(roots: machine.roots), isStill: true) == [])
    }

    @Test func `every sensor explains why it finds nothing on an empty machine`() throws {
        let machine = try MockMachine()
        #expect(SensorConformance.check(RAPLSensor(roots: machine.roots), isStill: true) == [])
        #expect(SensorConformance.check(Estimator(roots: machine.roots), isStill: true) == [])
        #expect(SensorConformance.check(HwmonSensor(roots: machine.roots), isStill: true) == [])
        #expect(SensorConformance.check(PowerSupplySensor(roots: machine.roots), isStill: true) == [])
    }
}
