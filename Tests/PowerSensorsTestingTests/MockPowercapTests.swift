import PowerSensors
import PowerSensorsTesting
import Testing

struct MockPowercapTests {
    @Test
    func `zones are nested folders, and a flat list of links leads to them`() throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(sockets: 2))
        let sysfs = machine.sysfs
        #expect(
            try sysfs.names(in: "class/powercap") == [
                "intel-rapl", "intel-rapl:0", "intel-rapl:0:0", "intel-rapl:0:1", "intel-rapl:1", "intel-rapl:2",
                "intel-rapl:2:0", "intel-rapl:2:1", "intel-rapl:3",
            ]
        )
        #expect(
            try sysfs.target(of: "class/powercap/intel-rapl:0:1")
                == "../../devices/virtual/powercap/intel-rapl/intel-rapl:0/intel-rapl:0:1"
        )
        for (zone, name) in [("0", "package-0"), ("1", "psys"), ("2", "package-1"), ("3", "psys-1"), ("0:1", "dram")] {
            #expect(try sysfs.text(of: "class/powercap/intel-rapl:\(zone)/name") == "\(name)\n")
        }
        #expect(
            try sysfs.text(of: "devices/virtual/powercap/intel-rapl/intel-rapl:2/intel-rapl:2:0/name") == "core\n"
        )
        #expect(try sysfs.text(of: "class/powercap/intel-rapl:0/subsystem/intel-rapl:1/name") == "psys\n")
        #expect(try sysfs.text(of: "class/powercap/intel-rapl:0:1/device/name") == "package-0\n")
    }

    @Test
    func `a zone has the kernel's files, and the control type only its switch`() throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(hasCore: false, hasDRAM: false))
        #expect(
            try machine.sysfs.names(in: "class/powercap/intel-rapl:0") == [
                "constraint_0_max_power_uw", "constraint_0_name", "constraint_0_power_limit_uw",
                "constraint_0_time_window_us", "constraint_1_name", "constraint_1_power_limit_uw",
                "constraint_1_time_window_us", "device", "enabled", "energy_uj", "max_energy_range_uj", "name",
                "subsystem", "uevent",
            ]
        )
        #expect(
            try machine.sysfs.names(in: "class/powercap/intel-rapl") == [
                "enabled", "intel-rapl:0", "intel-rapl:1", "subsystem", "uevent",
            ]
        )
        #expect(try machine.sysfs.text(of: "class/powercap/intel-rapl:0/constraint_0_max_power_uw") == "205000000\n")
        #expect(try machine.sysfs.text(of: "class/powercap/intel-rapl:0/constraint_1_time_window_us") == "2440\n")
        #expect(try machine.sysfs.text(of: "class/powercap/intel-rapl:0/max_energy_range_uj") == "262143328850\n")
        let zone = try #require(machine.zone("package-0"))
        #expect(try machine.sysfs.permissions("\(zone.path)/energy_uj") == 0o400)
    }

    @Test
    func `zone numbers are hexadecimal, and a free one is used again`() throws {
        let machine = try MockMachine()
        let zones = try machine.add(.amd(sockets: 12))
        #expect(zones.map(\.identifier).suffix(3) == ["intel-rapl:9", "intel-rapl:a", "intel-rapl:b"])
        #expect(try machine.sysfs.text(of: "class/powercap/intel-rapl:a/name") == "package-10\n")
        try machine.remove(zones[3])
        #expect(!machine.sysfs.exists("class/powercap/intel-rapl:3"))
        #expect(!machine.sysfs.exists("class/powercap/intel-rapl:3:0"))
        #expect(machine.zone("package-3/core") == nil)
        try machine.advanceAll(by: .seconds(1))
        #expect(!machine.sysfs.exists(zones[3].path))
        let next = try machine.add(MockControlType(zones: [MockZone(name: "package-99")]))
        #expect(next.map(\.identifier) == ["intel-rapl:3"])
    }

    @Test
    func `every counter of a machine has a different start count, and none is 0`() throws {
        let machine = try MockMachine()
        let zones = try machine.add(.intelServer(sockets: 4, dies: 2))
        let counts = (zones + zones.flatMap(\.children)).compactMap { $0.counter?.count }
        #expect(counts.count == 28)
        #expect(Set(counts).count == counts.count)
        #expect(!counts.contains(0))
    }

    @Test
    func `dies are named by package and die`() throws {
        let machine = try MockMachine()
        let zones = try machine.add(.intelServer(sockets: 2, dies: 2, hasPlatform: false))
        #expect(zones.map(\.name) == ["package-0-die-0", "package-0-die-1", "package-1-die-0", "package-1-die-1"])
    }

    @Test
    func `an AMD machine has packages with core only and no limits`() throws {
        let machine = try MockMachine()
        try machine.add(.amd(sockets: 2))
        #expect(
            try machine.sysfs.names(in: "class/powercap/intel-rapl:1") == [
                "device", "enabled", "energy_uj", "intel-rapl:1:0", "max_energy_range_uj", "name", "subsystem",
                "uevent",
            ]
        )
        #expect(try machine.sysfs.text(of: "class/powercap/intel-rapl:1/max_energy_range_uj") == "65532610987\n")
    }

    @Test
    func `both control types of a client's package show one register`() throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        try machine.add(.intelClientMMIO)
        let files = ["intel-rapl:0", "intel-rapl-mmio:0"].map { "class/powercap/\($0)/energy_uj" }
        #expect(try machine.sysfs.text(of: files[0]) == machine.sysfs.text(of: files[1]))
        let package = try #require(machine.zone("package-0"))
        try machine.advanceAll(by: .seconds(3))
        #expect(package.counter?.trueEnergy == Joules(45))
        #expect(try machine.sysfs.text(of: files[0]) == machine.sysfs.text(of: files[1]))
        try machine.remove(package)
        try machine.advanceAll(by: .seconds(3))
        #expect(machine.zone("package-0", of: "intel-rapl-mmio")?.counter?.trueEnergy == Joules(90))
    }

    @Test
    func `dtpm shows power and no energy`() throws {
        let machine = try MockMachine()
        try machine.add(.dtpm)
        let zone = try #require(machine.zone("pkg/cpu0-cpufreq", of: "dtpm"))
        #expect(zone.identifier == "dtpm:0:0")
        #expect(zone.counter == nil)
        try zone.set(power: Watts(2.5))
        #expect(try machine.sysfs.text(of: zone.path(of: "power_uw")) == "2500000\n")
        #expect(!machine.sysfs.exists(zone.path(of: "energy_uj")))
    }

    @Test
    func `the library can read the roots of a machine`() throws {
        let machine = try MockMachine()
        try machine.add(.intelServer())
        #expect(machine.roots.sysfs.path == machine.sysfs.path)
        let roots = try SystemRoots(
            sysfs: machine.sysfs.path,
            procfs: machine.procfs.path,
            dev: machine.dev.path
        )
        let zone = try #require(machine.zone("package-0/dram"))
        #expect(try roots.sysfs.text(zone.path(of: "name")) == "dram")
        #expect(try roots.sysfs.number(zone.path(of: "energy_uj")) == zone.counter?.number)
    }

    @Test
    func `custom zones may have any shape`() throws {
        let machine = try MockMachine()
        let odd = MockZone(
            name: "odd",
            number: 0x1f,
            register: .microjoules(range: 99).showing(range: 0),
            power: Watts(1),
            startCount: 42
        )
        let zone = try #require(try machine.add(MockControlType("own-type", zones: [odd])).first)
        #expect(zone.identifier == "own-type:1f")
        #expect(try machine.sysfs.text(of: zone.path(of: "energy_uj")) == "42\n")
        #expect(try machine.sysfs.text(of: zone.path(of: "max_energy_range_uj")) == "0\n")
        try zone.inject(.garbage, at: "name")
        #expect(try machine.sysfs.text(of: zone.path(of: "name")) == "<not supported>\n")
        try zone.restore("name")
        #expect(try machine.sysfs.text(of: zone.path(of: "name")) == "odd\n")
    }

    @Test
    func `a domain can be removed from its package and added again`() throws {
        let machine = try MockMachine()
        try machine.add(.intelServer())
        let memory = try #require(machine.zone("package-0/dram"))
        let counter = try #require(memory.counter)
        try counter.advance(by: .seconds(1))
        try machine.remove(memory)
        #expect(machine.zone("package-0/dram") == nil)
        #expect(machine.zone("package-0/core") != nil)
        let package = try #require(machine.zone("package-0"))
        try machine.add(MockZone(name: "dram", register: .serverDRAM, startCount: counter.count), in: package)
        let again = try #require(machine.zone("package-0/dram"))
        #expect(again.identifier == memory.identifier)
        #expect(again.counter?.number == counter.number)
    }
}
