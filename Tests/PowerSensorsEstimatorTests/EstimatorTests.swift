import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

extension MockMachine {
    /// A machine with nothing but these files in procfs.
    fileprivate convenience init(procfs files: [String: String]) throws {
        try self.init()
        for (name, text) in files { try procfs.write(text, to: name) }
    }

    fileprivate var estimator: Estimator { Estimator(roots: roots) }
}

private let turinGuest = (0..<2).map { number in
    """
    processor\t: \(number)
    vendor_id\t: AuthenticAMD
    cpu family\t: 26
    model\t\t: 2
    model name\t: AMD EPYC
    stepping\t: 1
    physical id\t: 0
    core id\t\t: \(number)
    cpu cores\t: 2
    flags\t\t: fpu sse2 hypervisor

    """
}.joined(separator: "\n")

private let ticks = "cpu  1 2 3 4\n"

/// Two processors of a Neoverse N1, as Arm's kernels write them: no flags.
private let altra = (0..<2).map {
    "processor\t: \($0)\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n\n"
}.joined()

private let turinDescription = MachineDescription(cpuinfo: Array(turinGuest.utf8), meminfo: nil)

private func read(_ reader: inout any SensorReader) -> [Reading] {
    [Reading](capacity: reader.channels.count) { readings in reader.readChannels(into: &readings) }
}

struct EstimatorTests {
    @Test func `in a set of sensors, the set's roots are the estimator's`() throws {
        let machine = try MockMachine(procfs: ["cpuinfo": "processor: 0\n", "stat": "nonsense"])
        let selected = [SensorSet.Selection("estimator")].compactMap(\.self)
        let topology = SensorSet(roots: machine.roots, selections: selected, estimator: Estimator()).discover()
        #expect(topology.channels.isEmpty, "the real machine would be estimated")
        #expect(topology.findings.contains { $0.subject == "stat" })
    }

    @Test func `a guest gets one estimated channel of energy at the wall`() throws {
        let machine = try MockMachine(procfs: [
            "cpuinfo": turinGuest, "meminfo": "MemTotal: 4000000 kB\n", "stat": "cpu  1 2 3 4 5 6 7 8 9 10\n",
        ])
        let discovery = machine.estimator.discover()
        #expect(
            discovery.channels.map(\.id) == ["estimator/host", "estimator/host/idle", "estimator/host/active"])
        #expect(discovery.channels.map { $0.countsIn != nil } == [true, false, false])
        let channel = try #require(discovery.channels.first)
        #expect(channel.id == "estimator/host")
        #expect(channel.sensor == .estimator)
        #expect(channel.mechanism == "model")
        #expect(channel.quantity == .energy)
        #expect(channel.provenance == .estimated)
        #expect(channel.countsIn == .wall)
        #expect(channel.band == RelativeBand(low: 0.65, high: 1.35))
        #expect(channel.label == "turin, tier 1, 2 of 640 host threads")
        #expect(channel.path == "stat")
        #expect(channel.component.kind == .host)
        #expect(channel.maximumPower == Watts(1000))
        #expect(discovery.findings.map(\.severity) == [.info])
        let text = try #require(discovery.findings.first?.text)
        for part in [
            "estimate", "tier 1", "turin", "generation turin", "found by its number", "powersave",
            "2 of the usual 640 threads", "−35 %", "+35 %",
        ] {
            #expect(text.contains(part))
        }
    }

    @Test func `a large server's maximum is four times its estimated power`() throws {
        let cpuinfo = (0..<64).map {
            "processor: \($0)\nvendor_id: GenuineIntel\ncpu family: 6\nmodel: 143\nphysical id: \($0 / 32)\ncore id: \($0)\n"
        }.joined()
        let machine = try MockMachine(procfs: [
            "cpuinfo": cpuinfo, "meminfo": "MemTotal: 268435456 kB\n", "stat": "cpu  1 2 3 4\n",
        ])
        let channel = try #require(machine.estimator.discover().channels.first)
        let server = ModelledServer(
            generation: .sapphireRapids,
            sockets: 2,
            cores: 64,
            memoryGigabytes: 256,
            isClient: false
        )
        #expect(channel.maximumPower == EstimatorModel.estimate(of: server).curve.maximum * 4)
        #expect(channel.maximumPower > Watts(1000))
    }

    @Test func `an unknown processor and unknown memory have warnings, which the user can act upon`() throws {
        let machine = try MockMachine(procfs: ["cpuinfo": "processor: 0\n", "stat": "cpu  1 2 3 4\n"])
        let discovery = machine.estimator.discover()
        #expect(
            discovery.channels.map(\.id) == ["estimator/host", "estimator/host/idle", "estimator/host/active"])
        #expect(discovery.channels.map { $0.countsIn != nil } == [true, false, false])
        #expect(discovery.findings.map(\.severity) == [.info, .warning, .info, .warning])
        #expect(discovery.findings[1].remedy?.contains("--idle-watts") == true)
        #expect(discovery.findings.map(\.reason.name) == ["estimated", "unknown", "undecided", "absent"])
    }

    @Test func `an Arm machine that may be a guest gets the wide band and a finding`() throws {
        let machine = try MockMachine(procfs: ["cpuinfo": altra, "meminfo": "MemTotal: 4000000 kB\n", "stat": ticks])
        try machine.sysfs.write("GIGABYTE\n", to: "class/dmi/id/sys_vendor")
        let discovery = machine.estimator.discover()
        #expect(discovery.channels.first?.band == RelativeBand(low: 0.65, high: 1.35))
        #expect(discovery.findings.map(\.reason.name) == ["estimated", "undecided"])
        #expect(discovery.findings.last?.severity == .info, "only its host could say")
    }

    @Test(
        arguments: [
            ("sys", "class/dmi/id/sys_vendor", "QEMU\n"), ("sys", "class/dmi/id/product_name", "KVM Virtual Machine\n"),
            ("proc", "device-tree/hypervisor/compatible", "linux,kvm\0"),
            ("proc", "device-tree/compatible", "linux,dummy-virt\0"),
        ]
    )
    func `an Arm guest is recognized by its firmware, and is a part of a host`(
        root: String,
        path: String,
        text: String
    ) throws {
        let machine = try MockMachine(procfs: ["cpuinfo": altra, "meminfo": "MemTotal: 4000000 kB\n", "stat": ticks])
        try (root == "sys" ? machine.sysfs : machine.procfs).write(text, to: path)
        let discovery = machine.estimator.discover()
        #expect(discovery.channels.first?.label == "altra, tier 1, 2 of 256 host threads")
        #expect(discovery.channels.first?.band == RelativeBand(low: 0.65, high: 1.35))
        #expect(discovery.findings.map(\.reason.name) == ["estimated"])
    }

    @Test(
        arguments: [
            (40, 200, false), (60_000, 70_000, true), (nil, 20_000, true), (2, nil, true), (300, 300, true),
        ] as [(Double?, Double?, Bool)])
    func `known watts that are hardly a machine's are used, and asked about`(
        idle: Double?, maximum: Double?, isDoubted: Bool
    ) throws {
        let host = turinGuest.replacing(" hypervisor", with: "")
        let machine = try MockMachine(procfs: ["cpuinfo": host, "meminfo": "MemTotal: 64000000 kB\n", "stat": ticks])
        var estimator = machine.estimator
        (estimator.idleWatts, estimator.maximumWatts) = (idle.map { Watts($0) }, maximum.map { Watts($0) })
        let discovery = estimator.discover()
        #expect(!discovery.channels.isEmpty)
        let doubts = discovery.findings.filter { $0.reason == .configuration }
        #expect(doubts.map(\.severity) == (isDoubted ? [.warning] : []))
        #expect(discovery.channels.first?.band == EstimatorModel.bandOfUnknown || !isDoubted)
        #expect(doubts.allSatisfy { $0.remedy == "Correct --idle-watts or --max-watts, or leave them out." })
    }

    @Test(
        arguments: [
            ([:], "cpuinfo", "absent"),
            (["cpuinfo": "garbage"], "cpuinfo", "malformed"),
            (["cpuinfo": turinGuest], "stat", "absent"),
            (["cpuinfo": turinGuest, "stat": ""], "stat", "malformed"),
            (["cpuinfo": turinGuest, "stat": "cpu  1\n"], "stat", "malformed"),
        ] as [([String: String], String, String)]
    )
    func `without its files it has no channel, and a finding says why`(
        files: [String: String],
        subject: String,
        reason: String
    ) throws {
        let machine = try MockMachine(procfs: files)
        let discovery = machine.estimator.discover()
        #expect(discovery.channels.isEmpty)
        #expect(discovery.findings.count == 1)
        let finding = try #require(discovery.findings.first)
        #expect(finding.severity == .error)
        #expect(finding.subject == subject)
        #expect(finding.reason.name == reason)
        #expect(finding.remedy != nil)
    }

    @Test func `every channel gets exactly one reading, which grows with the time`() throws {
        let machine = try MockMachine(procfs: ["cpuinfo": turinGuest, "stat": "cpu  0 0 0 0\n"])
        let estimator = machine.estimator
        let channels = estimator.discover().channels
        var reader = try estimator.open(channels)
        #expect(reader.channels == channels)
        let first = read(&reader)
        #expect(first.map(\.count) == [1, 1, 1])

        let began = SampleInstant.now
        usleep(120_000)
        try machine.procfs.write("cpu  5 0 0 5\n", to: "stat")
        let second = read(&reader)
        #expect(second.count == 3)
        let count = try #require(second.first?.count)
        // At half load the guest's two threads take a few watts.
        let passed = Double(SampleInstant.now.monotonicNanoseconds - began.monotonicNanoseconds) / 1e9
        let power = MachineEstimate(try #require(turinDescription)).curve.power(at: 0.5).rawValue
        #expect(Double(count) >= power * 0.12 * 1e6)
        #expect(Double(count) <= 2 + power * (passed + 1) * 1e6)
        let parts = second.dropFirst().compactMap(\.count)
        #expect(parts.reduce(0, +) == count + 1, "idling and work make the whole; each begins at 1")
    }

    @Test func `a processor that comes back does not lower the power by its idle time of long ago`() throws {
        let machine = try MockMachine()
        let time = try machine.set(.guest(processors: 2))
        let estimator = machine.estimator
        var reader = try estimator.open(estimator.discover().channels)
        _ = read(&reader)
        var counts: [UInt64] = []
        for step in 0..<3 {
            usleep(110_000)
            try time.advance(MockTicks(user: 11))
            if step == 1 { try time.set(time.ticks + [MockTicks(user: 100, idle: 5_000_000)]) }
            counts.append(try #require(read(&reader).first?.count))
        }
        // The load is full all the time, and each step takes at least 110 ms.
        let power = MachineEstimate(try MachineDescription(roots: machine.roots)).curve.power(at: 1)
        for (before, after) in zip(counts, counts.dropFirst()) {
            #expect(Double(after - before) >= power.rawValue * 0.109e6)
        }
    }

    @Test func `a failed reading says why, and the next good one bridges the gap`() throws {
        let machine = try MockMachine(procfs: ["cpuinfo": turinGuest, "stat": "cpu  0 0 0 0\n"])
        let estimator = machine.estimator
        var reader = try estimator.open(estimator.discover().channels)
        #expect(read(&reader).prefix(1).map(\.count) == [1])
        try machine.procfs.write("garbage\n", to: "stat")
        #expect(read(&reader).prefix(1).map(\.status) == [.io(errno: EBADMSG)])
        try machine.procfs.write("", to: "stat")
        #expect(read(&reader).prefix(1).map(\.status) == [.io(errno: ENODATA)])
        usleep(110_000)
        try machine.procfs.write("cpu  1 0 0 1\n", to: "stat")
        let count = try #require(read(&reader).first?.count)
        #expect(count > 1)
    }

    @Test func `without a channel nothing is read`() throws {
        let machine = try MockMachine(procfs: ["cpuinfo": turinGuest])
        var reader = try machine.estimator.open([])
        #expect(read(&reader).isEmpty)
    }
}
