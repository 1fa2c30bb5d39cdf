import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// Processes that are not listed until they have lasted.
struct YoungProcessTests {
    private let joule: UInt64 = 16_384

    private func sampler(_ lab: AttributionLab, _ lifetime: Duration, limit: Int = 50) throws -> Sampler {
        try lab.sampler {
            $0.kinds = [.process]
            $0.limit = limit
            $0.minimumLifetime = lifetime
        }
    }

    @Test func `a process is listed once it has lasted, and what it used until then stays folded`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let old = try lab.start(10, at: 100, comm: "old")
        var sampler = try sampler(lab, .seconds(3))
        _ = sampler.snapshot()
        let new = try lab.start(11, at: 200, comm: "new")
        var found: [Double?] = []
        for _ in 0..<6 {
            for process in [old, new] { try process.run(ticks: 50) }
            try lab.pass(tasks: 100, idle: 0)
            lab.use([100 * joule])
            let snapshot = sampler.snapshot()
            found.append(snapshot.consumer(.process, "new")?.energy.rawValue)
            let listed = snapshot.consumers.reduce(Joules.zero) { $0 + $1.energy }.rawValue
            #expect(listed + snapshot.unattributed(.process, .folded) == 100 * Double(found.count))
            #expect(snapshot.allPower(of: .process).map { abs($0 - 100) < 1e-9 } != false)
        }
        // It is first found after the first second.
        #expect(found == [nil, nil, nil, 50, 100, 150])
        #expect(sampler.snapshot().unattributed(.process, .folded) == 150)
    }

    @Test func `a process that starts another program has to last again`() throws {
        let lab = try AttributionLab(domains: ["package"])
        try lab.start(10, at: 100, comm: "sh")
        var sampler = try sampler(lab, .seconds(2))
        func round(_ process: MockProcess?) throws -> [String] {
            try process?.run(ticks: 50)
            try lab.pass(tasks: 50, idle: 50)
            lab.use([100 * joule])
            return sampler.snapshot().consumers.map(\.consumer.name)
        }
        _ = sampler.snapshot()
        #expect(try round(lab.processes[10]) == ["sh"])
        try lab.processes[10]?.execute(comm: "cc1", arguments: ["cc1"])
        let names = try (0..<4).map { _ in try round(lab.processes[10]) }
        #expect(names == [[], [], ["cc1"], ["cc1"]])
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `on a machine that builds software few are listed, and no energy is lost`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let lab = try AttributionLab(domains: ["package"])
        for number in 1...8 { try lab.start(number, at: UInt64(number), comm: "daemon\(number)") }
        var all = try sampler(lab, .zero)
        var lasting = try sampler(lab, .seconds(30))
        var last = (all: all.snapshot(), lasting: lasting.snapshot())
        var shown: (all: Set<Int>, lasting: Set<Int>) = ([], [])
        var energies: [Int: Joules] = [:]
        var folded = 0.0
        var ends: [Int: Int] = [:]
        var next = 100
        for second in 0..<240 {
            for (number, end) in ends where end <= second {
                try lab.end(number)
                ends[number] = nil
            }
            // Compilers that last seconds, and now and then a linker or a test that lasts for minutes.
            while ends.count < 6 {
                try lab.start(next, at: 1000 + UInt64(next), comm: "cc\(next)")
                ends[next] = second + (next % 40 == 0 ? 100 : Int.random(in: 1...10, using: &generator))
                next += 1
            }
            var ran: UInt64 = 0
            for process in lab.processes.values {
                let ticks = UInt64.random(in: 0...40, using: &generator)
                try process.run(ticks: ticks)
                ran += ticks
            }
            try lab.pass(tasks: ran, idle: 400)
            lab.use([UInt64.random(in: 10...200, using: &generator) * joule])
            let now = (all: all.snapshot(), lasting: lasting.snapshot())
            #expect(now.all.gains(.process, since: last.all) == now.lasting.gains(.process, since: last.lasting))
            shown.all.formUnion(now.all.consumers.map(\.id))
            shown.lasting.formUnion(now.lasting.consumers.map(\.id))
            for one in now.lasting.consumers {
                #expect(one.energy >= energies[one.id] ?? .zero)
                energies[one.id] = one.energy
            }
            #expect(now.lasting.unattributed(.process, .folded) >= folded)
            folded = now.lasting.unattributed(.process, .folded)
            last = now
        }
        // The eight daemons, and those that last for minutes.
        #expect(shown.all.count > 150 && shown.lasting.count <= 8 + next / 40 - 1)
        #expect(shown.lasting.count >= 8 + 3)
    }
}
