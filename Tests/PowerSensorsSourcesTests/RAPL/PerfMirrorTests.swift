import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// A package of several dies, each with its own events.
struct PerfMirrorTests {
    private func discovery(
        isShared: Bool, release: String?, hasZones: Bool = false, refused: Int32? = nil
    ) throws -> Discovery {
        let machine = try MockMachine()
        try machine.set(.smallServer(sockets: 1))
        try machine.sysfs.write("1\n", to: "devices/system/cpu/cpu1/topology/die_id")
        if let release { try machine.procfs.write("\(release)\n", to: "sys/kernel/osrelease") }
        if hasZones {
            try machine.add(
                MockControlType(
                    zones: (1...2).map { number in
                        MockZone(
                            name: "package-0-die-\(number - 1)", startCount: UInt64(1000 * number),
                            children: [MockZone(name: "dram", startCount: UInt64(5000 * number))])
                    }))
        }
        let pmu = MockPMU.intelServer(processors: [0, 1])
        try machine.add(pmu: pmu)
        let events = MockEvents([pmu], isShared: isShared)
        events.advanceRandomly(seed: 3)
        if let refused { for event: UInt64 in 1...3 { events.refuse(event, on: 1, errno: refused) } }
        return RAPLSensor(
            roots: machine.roots, mechanisms: hasZones ? RAPLMechanism.all : [.perf], events: events
        )
        .discover()
    }

    @Test func `a register that is shown under each die is counted once`() throws {
        let discovery = try discovery(isShared: true, release: "6.13.1-amd64")
        let counted = discovery.channels.filter { $0.countsIn == .cpu }.map(\.id)
        #expect(counted == ["rapl/package-0-die-0", "rapl/package-0-die-0/dram"])
        let mirror = try #require(discovery.channels.first { $0.id == "rapl/package-0-die-1" })
        #expect(mirror.mirrorOf == "rapl/package-0-die-0")
        #expect(discovery.findings.count { $0.reason == .mirrored } == 2)
        #expect(discovery.incompleteScopes.isEmpty)
    }

    @Test func `if one die's event cannot be read, the sum is unknown`() throws {
        let discovery = try discovery(isShared: true, release: "6.13.1-amd64", refused: EIO)
        #expect(discovery.channels.allSatisfy { $0.mirrorOf == nil })
        #expect(discovery.incompleteScopes == [.cpu])
        #expect(discovery.findings.contains { $0.reason == .ambiguous })
    }

    @Test(arguments: ["6.13.1-amd64", "6.12.95", nil])
    func `separate dies are both counted, even if their energies are nearly equal`(release: String?) throws {
        let discovery = try discovery(isShared: false, release: release)
        #expect(discovery.channels.count { $0.countsIn == .cpu } == 4)
        #expect(discovery.channels.allSatisfy { $0.mirrorOf == nil })
        #expect(discovery.incompleteScopes.isEmpty)
    }

    @Test(arguments: ["6.12.95-amd64", nil])
    func `if the kernel may have read one die for the other, the sum is unknown`(release: String?) throws {
        let discovery = try discovery(isShared: true, release: release)
        #expect(discovery.incompleteScopes == [.cpu])
        let finding = try #require(discovery.findings.first { $0.reason == .ambiguous })
        #expect(finding.remedy?.contains("rapl:powercap") == true)
        // This does not matter if the dies are read through powercap.
        let mended = try self.discovery(isShared: true, release: release, hasZones: true)
        #expect(mended.incompleteScopes.isEmpty)
        #expect(mended.channels.filter { $0.countsIn == .cpu && $0.mechanism == "powercap" }.count == 4)
    }
}
