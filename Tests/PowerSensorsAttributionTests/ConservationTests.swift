import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

struct ConservationTests {
    @Test(arguments: 0..<12 as Range<UInt64>)
    func `attributed and unattributed energies and powers add up, whatever processes do`(seed: UInt64)
        throws
    {
        var random = SeededGenerator(seed: seed)
        let lab = try AttributionLab()
        let hasClocks = seed % 2 == 0
        let groups = ["/", "/a", "/a/b", "/c", "/c/d/e"]
        var usage = Dictionary(uniqueKeysWithValues: groups.map { ($0, UInt64(0)) })
        func showGroups() throws {
            guard hasClocks else { return }
            for group in groups { try lab.machine.setControlGroup(group, microseconds: usage[group] ?? 0) }
        }
        try showGroups()
        var sampler = try lab.sampler {
            $0.limit = 4
            $0.includesTrees = seed % 3 == 0
        }
        var last = sampler.snapshot()
        var divided = [lab.nanojoules(0), lab.nanojoules(1)]
        var birth: UInt64 = 1

        for _ in 0..<40 {
            var ran: UInt64 = 0
            for _ in 0..<UInt64.random(in: 0...6, using: &random) {
                let number = Int.random(in: 100...120, using: &random)
                birth += 1
                if Bool.random(using: &random) {
                    // If another process had this ID, it has ended unnoticed.
                    let isMachine = Bool.random(using: &random)
                    try lab.start(
                        number, at: birth, comm: isMachine ? "qemu-kvm" : "work\(number % 3)",
                        arguments: isMachine ? ["/usr/bin/qemu-kvm", "-name", "vm\(number % 4)"] : ["work"],
                        group: groups[Int.random(in: 0..<groups.count, using: &random)],
                        parent: Int.random(in: 100...120, using: &random))
                } else if let child = lab.processes[number] {
                    let parent = lab.processes[Int.random(in: 100...120, using: &random)]
                    if let parent, parent.number != number { try parent.wait(forUnseen: child.ticks) }
                    try lab.end(number)
                }
            }
            for process in lab.processes.values.sorted(by: { $0.number < $1.number }) {
                let ticks = UInt64.random(in: 0...30, using: &random)
                try process.run(ticks: ticks)
                ran += ticks
                if Bool.random(using: &random) {
                    let unseen = UInt64.random(in: 0...20, using: &random)
                    try process.wait(forUnseen: unseen)
                    ran += unseen
                }
                if UInt64.random(in: 0...9, using: &random) == 0 {
                    try process.execute(comm: "next\(ticks % 3)", arguments: ["next"])
                }
                if UInt64.random(in: 0...9, using: &random) == 0 { try process.move(to: "/a") }
            }
            for group in groups { usage[group, default: 0] += UInt64.random(in: 0...200_000, using: &random) }
            try showGroups()
            // The machine's CPU time and the processes' differ slightly, as on a real machine.
            let tasks = UInt64.random(in: 0...(ran + 20), using: &random)
            try lab.pass(
                tasks: tasks, interrupts: UInt64.random(in: 0...5, using: &random),
                idle: UInt64.random(in: 0...200, using: &random))
            lab.use([UInt64.random(in: 0...5_000_000, using: &random), UInt64.random(in: 0...500_000, using: &random)])
            // Sometimes there is no scan for a while.
            if UInt64.random(in: 0...4, using: &random) == 0 { continue }
            let snapshot = sampler.snapshot()
            let measured = EnergyParts(package: lab.nanojoules(0) - divided[0], dram: lab.nanojoules(1) - divided[1])
            divided = [lab.nanojoules(0), lab.nanojoules(1)]
            for kind in Consumer.Kind.all {
                #expect(snapshot.gains(kind, since: last) == measured, "\(kind)")
                let host = snapshot.host[0].power?.rawValue
                #expect((snapshot.allPower(of: kind) == nil) == (host == nil))
                let difference = (snapshot.allPower(of: kind) ?? 0) - (host ?? 0)
                #expect(abs(difference) <= 1e-9 * (host ?? 0), "\(kind): \(difference) W of \(host ?? 0)")
            }
            for consumer in snapshot.consumers { #expect((consumer.power?.rawValue ?? 0) >= 0) }
            last = snapshot
        }
    }

    @Test func `no process gets more than its time accounts for, even if IDs are reused`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let steady = try lab.start(10, comm: "steady")
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        for round in 0..<50 {
            let other = try lab.start(11, at: UInt64(1000 + round), comm: "other\(round % 2)")
            try other.run(ticks: 10)
            try steady.run(ticks: 10)
            try lab.pass(tasks: 20, idle: 80)
            lab.use([100 * 16_384])
            let snapshot = sampler.snapshot()
            #expect(snapshot.consumer(.process, "steady")?.energy == Joules(10 * Double(round + 1)))
            #expect(snapshot.consumer(.process, "other\(round % 2)")?.energy == Joules(10))
            #expect(snapshot.consumers.count { $0.consumer.kind == .process } == 2)
        }
    }

    @Test func `rare snapshots include the energy of consumers that ended meanwhile`() async throws {
        let lab = try AttributionLab(domains: ["package"])
        let steady = try lab.start(10, comm: "steady")
        let monitor = try PowerMonitor(
            MonitorConfiguration(
                sensors: SensorSet(only: [lab.sensor], roots: lab.machine.roots), interval: .milliseconds(10),
                attribution: Attribution(kinds: [.process], interval: .milliseconds(10)), rediscoveryInterval: .zero))
        defer { monitor.stop() }
        let finish = Locked(false)
        let busy = Task.detached {
            var birth: UInt64 = 1000
            while !finish.withLock({ $0 }) {
                birth += 1
                // Longer than the interval between scans, so that it gets some energy, and shorter than a snapshot's interval.
                let brief = try MockProcess(
                    Int(birth), start: birth, comm: "brief", arguments: ["brief"], in: lab.machine.procfs)
                for _ in 0..<4 {
                    try brief.run(ticks: 5)
                    try steady.run(ticks: 5)
                    try lab.pass(tasks: 10, idle: 10)
                    lab.use([16_384])
                    try await Task.sleep(for: .milliseconds(12))
                }
                try brief.end()
            }
        }
        var last: Snapshot?
        var count = 0
        for await snapshot in monitor.snapshots(every: .milliseconds(200)) {
            if let last, let before = last.host[0].energy, let now = snapshot.host[0].energy {
                let gained = Double(snapshot.gains(.process, since: last).sum) / 1e9
                #expect(abs(gained - (now - before).rawValue) < 1e-6, "\(gained) J of \(now - before)")
            }
            last = snapshot
            count += 1
            if count == 8 { break }
        }
        finish.withLock { $0 = true }
        try await busy.value
        #expect((last?.unattributed(.process, .ended) ?? 0) > 0)
        #expect((last?.consumer(.process, "steady")?.energy ?? Joules(0)) > Joules(1))
    }
}
