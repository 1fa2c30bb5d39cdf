import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// Zones are found wherever a sysfs, or the part of one that a container is given, has their folders.
struct PowercapLayoutTests {
    private static let names = [
        "package-0", "package-0/core", "package-0/dram", "package-1", "package-1/core", "package-1/dram", "psys",
        "psys-1",
    ]

    @Test(arguments: MockPowercapLayout.allCases)
    func `every layout shows the same channels, each once and with its true path`(layout: MockPowercapLayout) throws {
        let machine = try server(layout)
        try machine.add(MockControlType("intel-rapl-mmio", zones: [MockZone(name: "package-0")]))
        let discovery = sensor(machine).discover()
        #expect(discovery.channels.map(\.id) == Self.names.map { "rapl/\($0)" })
        #expect(discovery.incompleteScopes.isEmpty)
        #expect(discovery.findings.map(\.reason) == [.merged])
        #expect(discovery.findings.allSatisfy { machine.sysfs.exists($0.subject) })
        for (name, channel) in zip(Self.names, discovery.channels) {
            #expect(channel.path == machine.zone(name)?.path(of: "energy_uj"))
            #expect(channel.status == .ok && machine.sysfs.exists(channel.path ?? ""))
        }
        #expect(discovery.channels[2].parent == "rapl/package-0" && discovery.channels[2].component.socket == 0)
    }

    @Test(arguments: MockPowercapLayout.allCases)
    func `every layout is sampled, and its hot plug begins a generation`(layout: MockPowercapLayout) throws {
        let machine = try server(layout)
        let clock = ManualClock()
        let sensors = SensorSet(only: [sensor(machine)])
        let discovered = sensors.bind()
        var sampler = try Sampler(sensors, now: { clock.instant })
        var rediscovery = Rediscovery(sensors, discovered, at: 0)
        for _ in 0..<3 {
            _ = sampler.snapshot()
            clock.advance(by: .seconds(1))
            try machine.advanceAll(by: .seconds(1))
        }
        let host = sampler.snapshot().host.first { $0.scope == .cpu }
        #expect(abs((host?.power?.rawValue ?? 0) - 2 * (120 + 18)) < 1e-2)

        let package = try #require(machine.zone("package-1"))
        try machine.add(MockZone(name: "uncore", power: Watts(3)), in: package)
        try machine.add(MockControlType(zones: [MockZone(name: "psys-2", power: Watts(5))]))
        let found = rediscovery.check(at: 11_000_000_000)
        let next = try #require(found)
        #expect(
            Set(next.topology.channels.map(\.id))
                == Set((Self.names + ["package-1/uncore", "psys-2"]).map { "rapl/\($0)" }))
        let unchanged = rediscovery.check(at: 22_000_000_000)
        #expect(unchanged?.topology.generation == nil)
    }

    @Test(arguments: MockPowercapLayout.allCases)
    func `the fingerprint follows zones, their names and rights, and no counter`(layout: MockPowercapLayout) throws {
        let machine = try server(layout)
        let sensor = sensor(machine)
        var last = sensor.discoveryFingerprint()
        try machine.advanceAll(by: .seconds(1))
        #expect(sensor.discoveryFingerprint() == last)
        func change(_ what: String, _ body: () throws -> Void) throws {
            try body()
            #expect(sensor.discoveryFingerprint() != last, "\(what)")
            last = sensor.discoveryFingerprint()
        }
        let memory = try #require(machine.zone("package-1/dram"))
        try change("rights") { try machine.sysfs.setPermissions(0o440, of: "\(memory.path)/energy_uj") }
        try change("a name") { try memory.write("uncore\n", to: "name") }
        try change("a part that is gone") { try machine.remove(memory) }
        try change("a package that is gone") { try machine.remove(try #require(machine.zone("package-0"))) }
        try change("a package that is back") { try machine.add(MockControlType(zones: [MockZone(name: "package-0")])) }
    }

    @Test func `zones that are reached in several ways are found once, by the class's own link`() throws {
        let machine = try server(.nested)
        try machine.sysfs.link("class/powercap/intel-rapl:0", to: "intel-rapl/intel-rapl:0")
        try machine.sysfs.link("devices/virtual/powercap", to: "../../class/powercap")
        let discovery = sensor(machine).discover()
        #expect(discovery.channels.map(\.id) == Self.names.map { "rapl/\($0)" })
        #expect(discovery.findings.isEmpty && discovery.incompleteScopes.isEmpty)
        #expect(discovery.channels[0].path == "class/powercap/intel-rapl:0/energy_uj")
        #expect(discovery.channels[3].path == "class/powercap/intel-rapl/intel-rapl:2/energy_uj")
    }

    @Test(arguments: 0..<8)
    func `whether the class links drivers, packages and their parts or not, every zone is found once`(links: Int) throws
    {
        let machine = try server(.linked)
        for link in try machine.sysfs.names(in: "class/powercap") {
            let depth = link.split(separator: ":").count - 1
            if links & 1 << depth == 0 { try machine.sysfs.remove("class/powercap/\(link)") }
        }
        let discovery = sensor(machine).discover()
        #expect(discovery.channels.map(\.id) == Self.names.map { "rapl/\($0)" })
        #expect(discovery.findings.isEmpty && discovery.incompleteScopes.isEmpty)
        #expect(discovery.channels.allSatisfy { machine.sysfs.exists($0.path ?? "") })
    }

    @Test(arguments: ["package-0", "psys-1", "package-1/dram"])
    func `a zone is gone with its link, although its folder stays for a moment`(name: String) throws {
        let machine = try server(.linked)
        let zone = try #require(machine.zone(name))
        let parts = Self.names.filter { $0.hasPrefix("\(name)/") }.compactMap { machine.zone($0) }
        for gone in [zone] + parts { try machine.sysfs.remove("class/powercap/\(gone.identifier)") }
        let sensor = sensor(machine)
        let (channels, mark) = (sensor.discover().channels, sensor.discoveryFingerprint())
        #expect(!channels.contains { $0.id == "rapl/\(name)" })
        #expect(channels.count == Self.names.count - 1 - parts.count)
        try machine.sysfs.remove(zone.path)
        #expect(sensor.discoveryFingerprint() == mark)
    }

    @Test func `a class that has one zone's folder shows that zone and its parts`() throws {
        let machine = try MockMachine()
        try write("package-1", to: "class/powercap/intel-rapl:1", in: machine)
        try write("dram", to: "class/powercap/intel-rapl:1/intel-rapl:1:0", in: machine)
        let discovery = sensor(machine).discover()
        #expect(discovery.channels.map(\.id) == ["rapl/package-1", "rapl/package-1/dram"])
        #expect(discovery.channels[1].path == "class/powercap/intel-rapl:1/intel-rapl:1:0/energy_uj")
        #expect(discovery.findings.isEmpty)
    }

    @Test func `a fault in a nested zone is told with its true path`() throws {
        let machine = try server(.nested)
        try #require(machine.zone("package-1/dram")).inject(.garbage, at: "energy_uj")
        let discovery = sensor(machine).discover()
        let path = "class/powercap/intel-rapl/intel-rapl:2/intel-rapl:2:1/energy_uj"
        #expect(discovery.findings.map(\.subject) == [path])
    }

    @Test func `the remedy for forbidden counters names those that are there`() throws {
        let machine = try server(.nested)
        let files = try ["package-0", "package-1", "package-0/dram"].map {
            try #require(machine.zone($0)).path(of: "energy_uj")
        }
        for file in files { try machine.sysfs.inject(.forbidden, at: file) }
        try machine.procfs.write("Uid:\t65534\t65534\t65534\t65534\n", to: "thread-self/status")
        let refused = files.map { file in
            Obstacle(
                .forbidden(isCounter: true),
                Finding.unreadable(file, AttributeError(path: file, errno: EACCES), in: machine.roots.sysfs))
        }
        let explained = RAPLDiagnosis(HostEnvironment(machine.roots), machine.roots).explain(refused)
        let driver = "\(machine.sysfs.path)/class/powercap/intel-rapl"
        #expect(explained.map(\.subject) == [files[0]])
        for pattern in ["*", "*/*"] {
            #expect(explained.first?.remedy?.contains(" \(driver)/\(pattern)/energy_uj") == true)
        }
    }

    @Test(arguments: [
        "class/powercap/intel-rapl", "devices/virtual/powercap/intel-rapl-mmio", "devices/virtual/powercap",
    ])
    func `a folder without a zone is named, and no driver is said to be missing`(folder: String) throws {
        let machine = try MockMachine()
        try machine.set(.intelServer())
        try machine.procfs.write("6.12.0\n", to: "sys/kernel/osrelease")
        try machine.sysfs.makeDirectory("class/powercap")
        try machine.sysfs.makeDirectory(folder)
        let findings = sensor(machine).discover().findings
        #expect(findings.map(\.subject) == [folder])
        #expect(findings.first?.reason == .absent)
        #expect(findings.first?.remedy?.contains("modprobe") == false)
    }

    @Test func `a class of links that lead nowhere is masked, whether they are zones' or drivers'`() throws {
        for link in ["intel-rapl", "intel-rapl:0"] {
            let machine = try MockMachine()
            try machine.sysfs.link("class/powercap/\(link)", to: "../../devices/virtual/powercap/\(link)")
            #expect(sensor(machine).discover().findings.map(\.reason) == [.masked])
            try machine.sysfs.makeDirectory("devices/virtual/powercap")
            #expect(sensor(machine).discover().findings.map(\.reason) == [.masked])
        }
    }

    @Test(arguments: ["", "/class/powercap/intel-rapl", "/devices/virtual/powercap"])
    func `zones that are mounted elsewhere are named by the sysfs that they would be in`(part: String) throws {
        let machine = try MockMachine()
        let host = try server(part.hasPrefix("/devices") ? .devices : .nested)
        var environment = HostEnvironment(machine.roots)
        environment.otherSysfs = [host.sysfs.path + part]
        let missing = Obstacle(
            .noZones, Finding(severity: .error, subject: "class/powercap", reason: .absent, text: "There is no zone."))
        let explained = RAPLDiagnosis(environment, machine.roots).explain([missing])
        #expect(explained.first?.remedy == "Name that sysfs: powersensors --sysfs \(host.sysfs.path)")
    }

    private func server(_ layout: MockPowercapLayout) throws -> MockMachine {
        let machine = try MockMachine(powercap: layout)
        try machine.add(.intelServer(sockets: 2))
        return machine
    }

    private func sensor(_ machine: MockMachine) -> RAPLSensor {
        RAPLSensor(roots: machine.roots, mechanisms: [.powercap])
    }

    private func write(_ name: String, to folder: String, in machine: MockMachine) throws {
        try machine.sysfs.write("\(name)\n", to: "\(folder)/name")
        try machine.sysfs.write("23737296043\n", to: "\(folder)/energy_uj")
        try machine.sysfs.write("262143328850\n", to: "\(folder)/max_energy_range_uj")
    }
}
