import PowerSensors
import PowerSensorsTesting
import Testing

struct MockProcessorTests {
    @Test
    func `processors are described as the kernel does`() throws {
        let machine = try MockMachine()
        var processor = MockProcessor(
            vendor: "GenuineIntel",
            family: 6,
            model: 85,
            stepping: 7,
            name: "Some CPU",
            sockets: 2,
            coresPerSocket: 2,
            threadsPerCore: 2
        )
        processor.isGuest = true
        try machine.set(processor)
        let blocks = try machine.procfs.text(of: "cpuinfo").split(separator: "\n\n")
        #expect(blocks.count == 8)
        #expect(
            blocks.last == """
                processor\t: 7
                vendor_id\t: GenuineIntel
                cpu family\t: 6
                model\t\t: 85
                model name\t: Some CPU
                stepping\t: 7
                cpu MHz\t\t: 2000.000
                physical id\t: 1
                siblings\t: 4
                core id\t\t: 1
                cpu cores\t: 2
                flags\t\t: fpu tsc msr constant_tsc nonstop_tsc hypervisor
                """
        )
        #expect(try machine.sysfs.text(of: "devices/system/cpu/online") == "0-7\n")
        #expect(try machine.sysfs.text(of: "devices/system/cpu/cpu6/topology/physical_package_id") == "1\n")
        #expect(try machine.sysfs.text(of: "devices/system/cpu/cpu6/topology/core_id") == "0\n")
        try machine.set(.guest(processors: 1))
        #expect(try machine.sysfs.text(of: "devices/system/cpu/online") == "0\n")
        #expect(!machine.sysfs.exists("devices/system/cpu/cpu6"))
    }

    @Test
    func `memory is written in whole KiB`() throws {
        let machine = try MockMachine()
        try machine.setMemory(total: 8 << 30, available: 3 << 30)
        let lines = try machine.procfs.text(of: "meminfo").split(separator: "\n")
        #expect(lines.first == "MemTotal:        8388608 kB")
        #expect(lines.contains("MemAvailable:    3145728 kB"))
    }

    @Test
    func `time is split into busy, stolen and idle ticks without loss`() throws {
        let machine = try MockMachine()
        let time = try machine.set(.guest(processors: 2))
        for _ in 0..<1000 { try time.advance(by: .milliseconds(3), busy: Ratio(0.5), steal: Ratio(0.25)) }
        #expect(time.ticks == Array(repeating: MockTicks(user: 150, idle: 75, steal: 75), count: 2))
        let lines = try machine.procfs.text(of: "stat").split(separator: "\n")
        #expect(lines.first == "cpu  300 0 0 150 0 0 0 150 0 0")
        #expect(lines.dropFirst().first == "cpu0 150 0 0 75 0 0 0 75 0 0")
    }

    @Test
    func `ticks can be given to one processor, and set`() throws {
        let machine = try MockMachine()
        let time = try machine.set(.guest(processors: 2))
        try time.advance(MockTicks(user: 5, idle: 1), on: 1)
        try time.advance(MockTicks(steal: 1))
        #expect(time.ticks == [MockTicks(steal: 1), MockTicks(user: 5, idle: 1, steal: 1)])
        try time.set([MockTicks(user: 9)])
        let text = try machine.procfs.text(of: "stat")
        #expect(text.hasPrefix("cpu  9 0 0 0 0 0 0 0 0 0\ncpu0 9 0 0 0 0 0 0 0 0 0\nintr 0\n"))
    }
}
