import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

struct PowercapDiscoveryTests {
    @Test func `if a package's zone is missing but its parts are not, the sum is unknown`() throws {
        let machine = try MockMachine()
        try machine.add(
            MockControlType(zones: [
                MockZone(name: "package-0", power: Watts(50)),
                MockZone(name: "package-1", power: Watts(50), children: [MockZone(name: "core", power: Watts(20))]),
            ]))
        let whole = PowercapDiscovery(machine.roots.sysfs, maximumPower: nil).discover()
        #expect(whole.incompleteScopes.isEmpty)
        try machine.sysfs.remove("class/powercap/intel-rapl:1")
        let discovery = PowercapDiscovery(machine.roots.sysfs, maximumPower: nil).discover()
        #expect(discovery.incompleteScopes == [.cpu])
        let finding = try #require(discovery.findings.first { $0.subject == "class/powercap/intel-rapl:1" })
        #expect(finding.reason == .absent)
        var sampler = try Sampler(SensorSet(only: [RAPLSensor(roots: machine.roots, mechanisms: [.powercap])]))
        #expect(sampler.snapshot().host.first { $0.scope == .cpu }?.status == .partial)
    }

    @Test func `a two-package server with psys between and a memory-mapped twin names every channel once`() throws {
        let machine = try MockMachine()
        let server = MockControlType.intelServer(sockets: 2)
        try machine.add(server)
        var twin = MockControlType.intelClientMMIO
        twin.zones[0].name = "package-0"
        try machine.add(twin)
        let topology = discover(machine)
        #expect(
            topology.channels.map(\.id) == [
                "rapl/package-0", "rapl/package-0/core", "rapl/package-0/dram",
                "rapl/package-1", "rapl/package-1/core", "rapl/package-1/dram",
                "rapl/psys", "rapl/psys-1",
            ]
        )
        #expect(topology.channels.filter { $0.countsIn == .cpu }.map(\.id).count == 4)
        #expect(topology.channels.filter { $0.countsIn == .platform }.map(\.id) == ["rapl/psys", "rapl/psys-1"])
        #expect(topology.scopes == [.cpu, .platform])
        #expect(topology.findings.map(\.reason.name) == ["merged"])
        let dram = try #require(topology.channels.first { $0.id == "rapl/package-1/dram" })
        #expect(dram.component.socket == 1)
        #expect(dram.parent == "rapl/package-1")
        #expect(dram.path == "class/powercap/intel-rapl:2:1/energy_uj")
        #expect(dram.encoding == .counter(.powercap(range: 65_712_999_613)))
    }

    @Test func `if the MSR interface is forbidden, the MMIO zone is read`() throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        try machine.add(.intelClientMMIO)
        try #require(machine.zone("package-0")).inject(.garbage, at: "energy_uj")
        let topology = discover(machine)
        let package = try #require(topology.channels.first { $0.id == "rapl/package-0" })
        #expect(package.path == "class/powercap/intel-rapl-mmio:0/energy_uj")
        #expect(package.status == .ok)
    }

    @Test func `zone numbers are hexadecimal, and more than ten sockets keep their order`() throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(sockets: 12, hasCore: false, hasDRAM: false, hasPlatform: false))
        let topology = discover(machine)
        #expect(topology.channels.map(\.id) == (0..<12).map { "rapl/package-\($0)" })
        #expect(topology.channels[10].path == "class/powercap/intel-rapl:a/energy_uj")
    }

    @Test func `dies are separate channels beneath their socket`() throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(sockets: 2, dies: 2, hasPlatform: false))
        let topology = discover(machine)
        let packages = topology.channels.filter { $0.component.domain == "package" }
        #expect(packages.map(\.component.die) == [0, 1, 0, 1])
        #expect(packages.map(\.component.socket) == [0, 0, 1, 1])
        #expect(packages.allSatisfy { $0.countsIn == .cpu && $0.mirrorOf == nil })
        #expect(packages[1].id == "rapl/package-0-die-1")
        #expect(topology.components.first { $0.id == "package-0-die-1" }?.parent == "package-0")
        #expect(topology.channels.contains { $0.id == "rapl/package-1-die-1/dram" })
    }

    @Test func `dies that mirror one counter count once`() throws {
        let machine = try MockMachine()
        var control = MockControlType.intelServer(dies: 2, hasCore: false, hasDRAM: false, hasPlatform: false)
        control.zones[1].mirrorOf = "intel-rapl/package-0-die-0"
        try machine.add(control)
        let topology = discover(machine)
        #expect(topology.channels.map(\.mirrorOf) == [nil, "rapl/package-0-die-0"])
        #expect(topology.channels.map(\.countsIn) == [.cpu, nil])
        #expect(topology.findings.map(\.reason.name) == ["mirrored"])
    }

    @Test(arguments: [0, 1])
    func `a die that cannot be read makes the sum unknown until it can`(die: Int) throws {
        let machine = try MockMachine()
        var control = MockControlType.intelServer(dies: 2, hasCore: false, hasDRAM: false, hasPlatform: false)
        control.zones[1].mirrorOf = "intel-rapl/package-0-die-0"
        try machine.add(control)
        let zone = try #require(machine.zone("package-0-die-\(die)"))
        try zone.inject(.empty, at: "energy_uj")
        let sensor = RAPLSensor(roots: machine.roots)
        let mark = sensor.discoveryFingerprint()
        let discovery = sensor.discover()
        #expect(discovery.incompleteScopes == [.cpu])
        #expect(discovery.findings.contains { $0.reason == .ambiguous })
        try zone.restore("energy_uj")
        #expect(sensor.discoveryFingerprint() != mark)
        #expect(sensor.discoveryFingerprint() == sensor.discoveryFingerprint())
        let mended = sensor.discover()
        #expect(mended.channels.map(\.countsIn) == [.cpu, nil])
        #expect(mended.incompleteScopes.isEmpty)
    }

    @Test(arguments: [MockFault.missing, .empty])
    func `the parts of an unnamed zone are in no sum, and the sum is unknown`(fault: MockFault) throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(sockets: 2, hasCore: false, hasPlatform: false))
        let zone = try #require(machine.zone("package-0"))
        try zone.inject(fault, at: "name")
        let discovery = PowercapDiscovery(machine.roots.sysfs, maximumPower: nil).discover()
        let renamed = try #require(discovery.channels.first { $0.id == "rapl/intel-rapl:0/dram" })
        #expect(renamed.countsIn == nil, "it has another name once its package has one")
        #expect(discovery.channels.first { $0.id == "rapl/package-1/dram" }?.countsIn == .cpu)
        #expect(discovery.incompleteScopes.contains(.cpu))
    }

    @Test func `AMD's core zone is a single core, and in no sum`() throws {
        let machine = try MockMachine()
        try machine.add(.amd(sockets: 2))
        let topology = discover(machine)
        #expect(
            topology.channels.map(\.id) == [
                "rapl/package-0", "rapl/package-0/core", "rapl/package-1", "rapl/package-1/core",
            ]
        )
        #expect(topology.channels.map(\.countsIn) == [.cpu, nil, .cpu, nil])
        #expect(topology.channels[1].label == "one core")
        #expect(topology.channels[0].encoding == .counter(.powercap(range: 65_532_610_987)))
    }

    @Test func `zones with power but no energy are gauges of power`() throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        try machine.add(.dtpm)
        let topology = discover(machine)
        let zones = topology.channels.filter { $0.id.hasPrefix("rapl/dtpm/") }
        #expect(zones.map(\.id) == ["rapl/dtpm/pkg", "rapl/dtpm/pkg/cpu0-cpufreq"])
        #expect(zones.allSatisfy { $0.quantity == .power && $0.countsIn == nil && $0.encoding == .gauge })
        var sampler = try Sampler(SensorSet(only: [RAPLSensor(roots: machine.roots)]))
        let snapshot = sampler.snapshot()
        #expect(snapshot[channel: "rapl/dtpm/pkg"]?.power == Watts(4))
    }

    @Test(arguments: MockFault.everyText + MockFault.everyLoss, ["energy_uj", "max_energy_range_uj", "name"])
    func `a faulty file affects only its own channel, with a finding`(fault: MockFault, file: String) throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(sockets: 2))
        let zone = try #require(machine.zone("package-0/dram"))
        try zone.inject(fault, at: file)
        let topology = discover(machine)
        let healthy = topology.channels.filter { $0.path?.hasPrefix("class/powercap/\(zone.identifier)/") != true }
        #expect(healthy.count == 7)
        #expect(healthy.allSatisfy { $0.status == .ok })
        let isHarmless = [MockFault.withoutNewline, .padded()].contains { $0.description == fault.description }
        // A superuser may read what the mode forbids, and almost any text is a valid name.
        let isReadable = fault == .forbidden || file == "name" && [.garbage, .negative, .overflow].contains(fault)
        if !isHarmless, !isReadable {
            let findings = topology.findings.filter { $0.subject.contains("\(zone.identifier)/") }
            #expect(!findings.isEmpty)
            #expect(findings.allSatisfy { $0.remedy != nil && !$0.text.isEmpty })
        }
    }

    @Test(arguments: [MockFault.missing, .empty, .danglingLink])
    func `a package without a name makes the host unknown rather than smaller`(fault: MockFault) throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(sockets: 2))
        try #require(machine.zone("package-1")).inject(fault, at: "name")
        #expect(try hostStatus(machine) == .partial)
    }

    @Test(arguments: [MockFault.missing, .danglingLink, .garbage, .text("99999999999999\n")])
    func `a package that cannot be read makes the host unknown rather than smaller`(fault: MockFault) throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(sockets: 2))
        try #require(machine.zone("package-1")).inject(fault, at: "energy_uj")
        #expect(try hostStatus(machine) == .partial)
    }

    @Test func `two packages of one name make the host unknown rather than smaller`() throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(sockets: 2, hasPlatform: false))
        try #require(machine.zone("package-1")).write("package-0\n", to: "name")
        #expect(try hostStatus(machine) == .partial)
        #expect(discover(machine).findings.map(\.reason.name).contains("duplicate"))
    }

    @Test func `a zone without a readable name is listed and read`() throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(hasPlatform: false))
        try #require(machine.zone("package-0/dram")).inject(.missing, at: "name")
        var sampler = try Sampler(SensorSet(only: [RAPLSensor(roots: machine.roots)]))
        let id = "rapl/package-0/intel-rapl:0:1"
        #expect(sampler.topology.channels.first { $0.id == id }?.status == .ok)
        #expect(sampler.snapshot()[channel: id]?.status == .warmingUp)
    }

    @Test func `a zone whose name changed since the discovery is not read`() throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(hasPlatform: false))
        let discovered = SensorSet(only: [RAPLSensor(roots: machine.roots)]).bind()
        try #require(machine.zone("package-0")).write("package-1\n", to: "name")
        var sampler = try Sampler(SamplingConfiguration(), discovered)
        #expect(sampler.snapshot()[channel: "rapl/package-0"]?.status == .absent)
    }

    @Test func `of two interfaces to one register, the one that counts is read`() throws {
        let machine = try MockMachine()
        var control = MockControlType.intelClient()
        control.zones[0].startCount = 0
        try machine.add(control)
        try machine.add(MockControlType("intel-rapl-mmio", zones: [MockZone(name: "package-0", startCount: 1000)]))
        let package = try #require(discover(machine).channels.first { $0.id == "rapl/package-0" })
        #expect(package.path == "class/powercap/intel-rapl-mmio:0/energy_uj")
    }

    @Test func `a number beyond the range is found at once`() throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        try #require(machine.zone("package-0")).write("262143328851\n", to: "energy_uj")
        #expect(discover(machine).channels[0].status == .implausible)
        #expect(discover(machine).findings.map(\.reason.name) == ["implausible"])
    }

    @Test func `a missing range still counts, and says that wraps are lost`() throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        try #require(machine.zone("package-0")).write("0\n", to: "max_energy_range_uj")
        let topology = discover(machine)
        let finding = try #require(topology.findings.first { $0.subject.hasSuffix("intel-rapl:0/max_energy_range_uj") })
        #expect(finding.text.contains("reset"))
        #expect(topology.channels[0].status == .ok)
        #expect(topology.channels[0].encoding == .counter(.powercap(range: nil)))
    }

    @Test func `a counter that stays 0 is absent, and the sum does not lack it`() throws {
        let machine = try MockMachine()
        var control = MockControlType.intelServer()
        control.zones[0].children[1].startCount = 0
        try machine.add(control)
        let topology = discover(machine)
        #expect(topology.channels.first { $0.id == "rapl/package-0/dram" }?.status == .absent)
        #expect(topology.findings.map(\.reason.name) == ["absent"])
    }

    @Test func `masked zones are distinguished from a missing driver`() throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        try machine.sysfs.remove("devices/virtual/powercap")
        try machine.sysfs.makeDirectory("devices/virtual/powercap")
        #expect(discover(machine).findings.map(\.reason.name) == ["masked"])

        let bare = try MockMachine()
        try bare.set(.intelServer(sockets: 1))
        #expect(discover(bare).findings.map(\.reason.name) == ["unloaded"])
        try bare.sysfs.makeDirectory("class/powercap")
        #expect(discover(bare).findings.map(\.reason.name) == ["unloaded"])
    }

    @Test(arguments: [
        "/devices/virtual/powercap/intel-rapl/intel-rapl:0",
        "/sys/devices/virtual/powercap/intel-rapl/intel-rapl:0",
        "../../devices/virtual/powercap/intel-rapl/intel-rapl:0",
    ])
    func `links resolve beneath the root, absolute ones too`(target: String) throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        try machine.sysfs.remove("class/powercap/intel-rapl:0")
        try machine.sysfs.link("class/powercap/intel-rapl:0", to: target)
        #expect(discover(machine).channels.first?.id == "rapl/package-0")
    }

    @Test func `the maximum power is four times the largest limit, at least 1 kW, and can be set`() throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(sockets: 2))
        try #require(machine.zone("package-0")).write("400000000\n", to: "constraint_0_power_limit_uw")
        try #require(machine.zone("package-1")).write("18446744073709551615\n", to: "constraint_0_power_limit_uw")
        let channels = discover(machine).channels
        #expect(channels.first { $0.id == "rapl/package-0" }?.maximumPower == Watts(1600))
        #expect(channels.first { $0.id == "rapl/package-1" }?.maximumPower == Watts(1000))
        #expect(channels.first { $0.id == "rapl/psys" }?.maximumPower == Watts(2000))
        let set = RAPLSensor(roots: machine.roots, maximumPower: Watts(50)).discover().channels
        #expect(set.allSatisfy { $0.maximumPower == Watts(50) })
    }

    @Test func `a file of mode 0400 is forbidden to an ordinary user, and the finding names it`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        for zone in ["package-0", "package-0/core", "package-0/uncore", "psys"] {
            let zone = try #require(machine.zone(zone))
            // An ordinary user owns the file, so that only mode 0 forbids reading it.
            try machine.sysfs.setPermissions(getuid() == 0 ? 0o400 : 0, of: zone.path(of: "energy_uj"))
        }
        try machine.tree.setPermissions(0o755, of: "")
        let path = machine.sysfs.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            // Root may read every file, so the process becomes another user.
            if getuid() == 0 { try #require(setgid(65534) == 0 && setuid(65534) == 0) }
            let discovery = RAPLSensor(roots: try SystemRoots(sysfs: path)).discover()
            try #require(discovery.channels.count == 4)
            try #require(discovery.channels.allSatisfy { $0.status == .forbidden })
            try #require(
                discovery.findings.allSatisfy { $0.reason == .forbidden && $0.remedy?.contains(path) == true }
            )
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root can become somebody else"))
    func `a forbidden folder is named instead of its files, also for nested zones`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let zone = try #require(machine.zone("package-0"))
        try machine.tree.setPermissions(0o755, of: "")
        try machine.sysfs.setPermissions(0o700, of: zone.path)
        let (path, folder) = (machine.sysfs.path, zone.path)
        await #expect(processExitsWith: .success) { [path = path as String, folder = folder as String] in
            try #require(setgid(65534) == 0 && setuid(65534) == 0)
            let findings = RAPLSensor(roots: try SystemRoots(sysfs: path)).discover().findings
            let names = findings.filter { $0.reason == .forbidden && $0.subject.hasSuffix("/name") }
            try #require(names.count == 3)
            try #require(names.allSatisfy { $0.remedy?.hasSuffix("sudo chmod o+x \(path)/\(folder)") == true })
        }
    }

    private func hostStatus(_ machine: MockMachine) throws -> ReadingStatus? {
        let clock = ManualClock()
        var sampler = try Sampler(SensorSet(only: [RAPLSensor(roots: machine.roots)]), now: { clock.instant })
        var last: Snapshot?
        for _ in 0..<4 {
            last = sampler.snapshot()
            clock.advance(by: .seconds(1))
            try machine.advanceAll(by: .seconds(1))
        }
        return last?.host.first { $0.scope == .cpu }?.status
    }

    private func discover(_ machine: MockMachine) -> Topology {
        Topology(generation: 1, discoveries: [RAPLSensor(roots: machine.roots).discover()])
    }
}
