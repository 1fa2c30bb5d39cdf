import PowerSensors
import PowerSensorsAttribution
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Records that a test gives.
private final class ScriptedExits: ExitRecordSource {
    private let records: Locked<[ExitRecord]>

    init(_ records: Locked<[ExitRecord]>) { self.records = records }

    func take() -> [ExitRecord]? {
        records.withLock { records in
            defer { records = [] }
            return records
        }
    }
}

/// What processes ran that no scan has seen. In each interval four processors use 100 J in all, at first nothing.
struct EndedProcessTests {
    private let lab: AttributionLab
    private let make: MockProcess
    private let exits = Locked<[ExitRecord]>([])

    /// Whether the kernel tells this process of ended ones.
    private static let hasKernelRecords: Bool = {
        guard let roots = try? SystemRoots(), let source = Attribution().openExitRecords(roots) else { return false }
        let child = fork()
        if child == 0 { _exit(0) }
        var status: CInt = 0
        _ = unsafe waitpid(child, &status, 0)
        return source.take()?.contains { $0.number == child } ?? false
    }()

    init() throws {
        lab = try AttributionLab(domains: ["package"])
        make = try lab.start(10, at: 50, comm: "make")
    }

    private func sampler(records: Bool = false, trees: Bool = false) throws -> Sampler {
        let exits = exits
        return try lab.sampler {
            $0.includesTrees = trees
            $0.openExitRecords = { _ in records ? ScriptedExits(exits) : nil }
        }
    }

    private func pass(tasks: UInt64) throws {
        try lab.pass(tasks: tasks, idle: 100 - tasks)
        lab.use([100 * 16_384])
    }

    @Test func `what children ran that no scan saw is their parent's once it has waited for them`() throws {
        var sampler = try sampler()
        _ = sampler.snapshot()
        try make.run(ticks: 5)
        try make.wait(forUnseen: 60)
        try pass(tasks: 65)
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "make")?.energy == Joules(65))
        #expect(snapshot.unattributed(.process, .shortLived) == 0)
        #expect(snapshot.attribution?.usesExitRecords == false)
    }

    @Test func `of a child that was seen, only what came after is its parent's`() throws {
        let compiler = try lab.start(20, at: 120, comm: "cc1", parent: 10)
        var sampler = try sampler()
        _ = sampler.snapshot()
        try compiler.run(ticks: 40)
        try pass(tasks: 40)
        #expect(sampler.snapshot().consumer(.process, "cc1")?.energy == Joules(40))
        try compiler.run(ticks: 30)
        try make.wait(for: compiler)
        try pass(tasks: 30)
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "make")?.energy == Joules(30))
        #expect(snapshot.unattributed(.process, .shortLived) == 0)
    }

    @Test func `time before the first scan is nobody's`() throws {
        try make.wait(forUnseen: 5000)
        let shell = try lab.start(20, at: 120, comm: "sh", parent: 10)
        try shell.run(ticks: 700)
        var sampler = try sampler()
        _ = sampler.snapshot()
        try make.wait(for: shell)
        try pass(tasks: 20)
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "make") == nil)
        #expect(snapshot.unattributed(.process, .shortLived) == 20)
    }

    @Test func `a whole line of processes that ended is the nearest living ancestor's`() throws {
        let shell = try lab.start(20, at: 120, comm: "sh", parent: 10)
        let compiler = try lab.start(30, at: 130, comm: "cc1", parent: 20)
        var sampler = try sampler()
        _ = sampler.snapshot()
        try compiler.run(ticks: 10)
        try pass(tasks: 10)
        _ = sampler.snapshot()
        try compiler.run(ticks: 20)
        try shell.wait(forUnseen: 7)
        try shell.wait(for: compiler)
        try shell.run(ticks: 3)
        try make.wait(for: shell)
        try pass(tasks: 30)
        #expect(sampler.snapshot().consumer(.process, "make")?.energy == Joules(30))
    }

    @Test func `a child that ends between the reading of its parent and its own is counted once`() throws {
        let compiler = try lab.start(20, at: 120, comm: "cc1", parent: 10)
        var sampler = try sampler()
        _ = sampler.snapshot()
        try compiler.run(ticks: 40)
        try pass(tasks: 40)
        _ = sampler.snapshot()
        // The parent was read before it had waited, and its child is gone already.
        try compiler.end()
        try make.run(ticks: 10)
        try pass(tasks: 10)
        _ = sampler.snapshot()
        try make.wait(forUnseen: 40)
        try make.run(ticks: 10)
        try pass(tasks: 20)
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "make")?.energy == Joules(20))
        #expect(snapshot.unattributed(.process, .shortLived) == 10)
    }

    @Test func `children that nobody waits for take no more than two ticks from those that somebody does`() throws {
        let ignored = try lab.start(20, at: 120, comm: "ignored", parent: 10)
        var sampler = try sampler()
        _ = sampler.snapshot()
        try ignored.run(ticks: 40)
        try pass(tasks: 40)
        _ = sampler.snapshot()
        try ignored.end()
        for _ in 0..<2 {
            try pass(tasks: 0)
            _ = sampler.snapshot()
        }
        try make.wait(forUnseen: 30)
        try pass(tasks: 30)
        #expect(sampler.snapshot().consumer(.process, "make")?.energy == Joules(28))
    }

    @Test func `the energy of a process that ends before it is divided is not lost to its family`() throws {
        let lab = try AttributionLab(domains: ["package"], refreshInterval: .seconds(60))
        let make = try lab.start(10, at: 50, comm: "make")
        let compiler = try lab.start(20, at: 120, comm: "cc1", parent: 10)
        var sampler = try lab.sampler { $0.usesExitRecords = false }
        _ = sampler.snapshot()
        try compiler.run(ticks: 40)
        try lab.pass(tasks: 40, idle: 60)
        _ = sampler.snapshot()
        try make.wait(for: compiler)
        try make.run(ticks: 10)
        try lab.pass(tasks: 10, idle: 90)
        lab.use([200 * 16_384])
        #expect(sampler.snapshot().consumer(.process, "make")?.energy == Joules(50))
    }

    @Test func `parents share no more than no process accounts for, and what cannot be is nobody's`() throws {
        let busy = try lab.start(11, comm: "busy")
        let other = try lab.start(12, comm: "other")
        var sampler = try sampler()
        _ = sampler.snapshot()
        try busy.run(ticks: 50)
        try make.wait(forUnseen: 1_000_000)
        try other.wait(forUnseen: 30)
        try pass(tasks: 80)
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "busy")?.energy == Joules(50))
        #expect(snapshot.consumer(.process, "make") == nil)
        #expect(snapshot.consumer(.process, "other")?.energy == Joules(30))
    }

    @Test func `an orphan's time is not counted again when the init process waits for it`() throws {
        let first = try lab.start(1, at: 1, comm: "init", parent: 0)
        let shell = try lab.start(20, at: 120, comm: "sh", parent: 10)
        let job = try lab.start(30, at: 130, comm: "job", parent: 20)
        var sampler = try sampler()
        _ = sampler.snapshot()
        try job.run(ticks: 50)
        try make.wait(for: shell)
        try job.move(toParent: 1)
        try pass(tasks: 50)
        _ = sampler.snapshot()
        try job.run(ticks: 5)
        try first.wait(for: job)
        try pass(tasks: 40)
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "init")?.energy == Joules(5))
        #expect(snapshot.consumer(.process, "make") == nil)
        #expect(snapshot.unattributed(.process, .shortLived) == 35)
    }

    @Test func `a process that ends together with its parent is counted once, whoever waits for it`() throws {
        let first = try lab.start(1, at: 1, comm: "init", parent: 0)
        let shell = try lab.start(20, at: 120, comm: "sh", parent: 10)
        let job = try lab.start(30, at: 130, comm: "job", parent: 20)
        var sampler = try sampler()
        _ = sampler.snapshot()
        try job.run(ticks: 40)
        try pass(tasks: 40)
        _ = sampler.snapshot()
        try make.wait(for: shell)
        try first.wait(for: job)
        try pass(tasks: 60)
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "init") == nil)
        #expect(snapshot.unattributed(.process, .shortLived) == 60)
    }

    @Test func `while a parent cannot be read, nothing is forgotten`() throws {
        let compiler = try lab.start(20, at: 120, comm: "cc1", parent: 10)
        var sampler = try sampler()
        _ = sampler.snapshot()
        try compiler.run(ticks: 40)
        try pass(tasks: 40)
        _ = sampler.snapshot()
        try make.wait(for: compiler)
        try lab.machine.procfs.inject(.garbage, at: "10/stat")
        for _ in 0..<3 {
            try pass(tasks: 0)
            _ = sampler.snapshot()
        }
        try lab.machine.procfs.restore("10/stat")
        try make.run(ticks: 10)
        try pass(tasks: 50)
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "make")?.energy == Joules(10))
        #expect(snapshot.unattributed(.process, .shortLived) == 40)
    }

    @Test func `what others ran is the parent's, but not that of its control group`() throws {
        var sampler = try sampler()
        _ = sampler.snapshot()
        try make.run(ticks: 10)
        try make.wait(forUnseen: 30)
        try pass(tasks: 40)
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "make")?.energy == Joules(40))
        #expect(snapshot.consumer(.controlGroup, "/")?.energy == Joules(10))
        #expect(snapshot.unattributed(.controlGroup, .shortLived) == 30)
    }

    // MARK: Records

    @Test func `a record tells of a process that nobody waits for, and of one that no scan saw`() throws {
        let ignored = try lab.start(20, at: 120, comm: "ignored", parent: 10)
        var sampler = try sampler(records: true)
        _ = sampler.snapshot()
        try ignored.run(ticks: 40)
        try pass(tasks: 40)
        _ = sampler.snapshot()
        try ignored.end()
        exits.withLock {
            $0 = [
                ExitRecord(number: 20, parent: 10, nanoseconds: 500_000_000),
                ExitRecord(number: 21, parent: 10, nanoseconds: 250_000_000),
            ]
        }
        try pass(tasks: 35)
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "make")?.energy == Joules(35))
        #expect(snapshot.unattributed(.process, .shortLived) == 0)
        #expect(snapshot.attribution?.usesExitRecords == true)
    }

    @Test func `what a record told is not counted again when somebody waits, now or at the next scan`() throws {
        var sampler = try sampler(records: true)
        _ = sampler.snapshot()
        exits.withLock { $0 = [ExitRecord(number: 20, parent: 10, nanoseconds: 300_000_000)] }
        try make.wait(forUnseen: 30)
        try pass(tasks: 30)
        _ = sampler.snapshot()
        exits.withLock { $0 = [ExitRecord(number: 21, parent: 10, nanoseconds: 200_000_000)] }
        try pass(tasks: 20)
        _ = sampler.snapshot()
        try make.wait(forUnseen: 20)
        try pass(tasks: 40)
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "make")?.energy == Joules(50))
        #expect(snapshot.unattributed(.process, .shortLived) == 40)
    }

    @Test func `many processes of less than a tick each add up`() throws {
        var sampler = try sampler(records: true)
        _ = sampler.snapshot()
        exits.withLock {
            $0 = (0..<200).map { ExitRecord(number: 1000 + $0, parent: 10, nanoseconds: 2_500_000) }
        }
        try pass(tasks: 50)
        #expect(sampler.snapshot().consumer(.process, "make")?.energy == Joules(50))
    }

    @Test func `what the kernel shows in whole ticks is not counted besides its records`() throws {
        var sampler = try sampler(records: true)
        _ = sampler.snapshot()
        for round in 1...40 {
            exits.withLock { $0 = [ExitRecord(number: Int32(1000 + round), parent: 10, nanoseconds: 2_500_000)] }
            if round % 4 == 0 { try make.wait(forUnseen: 1) }
            try pass(tasks: 10)
            _ = sampler.snapshot()
        }
        #expect(sampler.snapshot().consumer(.process, "make")?.energy == Joules(10), "of 1 J for each tick")
    }

    @Test func `a process that has ended and that nobody has waited for is known by what scans see of it`() throws {
        let zombie = try lab.start(20, at: 120, comm: "zombie", parent: 10)
        var sampler = try sampler(records: true)
        _ = sampler.snapshot()
        try zombie.run(ticks: 30)
        exits.withLock { $0 = [ExitRecord(number: 20, parent: 10, nanoseconds: 300_000_000)] }
        try pass(tasks: 30)
        #expect(sampler.snapshot().consumer(.process, "zombie")?.energy == Joules(30))
        try make.wait(for: zombie)
        try pass(tasks: 10)
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "make") == nil)
        #expect(snapshot.unattributed(.process, .shortLived) == 10)
    }

    @Test func `records that cannot be true, or whose parents are a ring or unknown, are nobody's`() throws {
        var sampler = try sampler(records: true)
        _ = sampler.snapshot()
        exits.withLock {
            $0 = [
                ExitRecord(number: 20, parent: 21, nanoseconds: 100_000_000),
                ExitRecord(number: 21, parent: 20, nanoseconds: 100_000_000),
                ExitRecord(number: 22, parent: 0, nanoseconds: .max),
                ExitRecord(number: 23, parent: 10, nanoseconds: .max),
                ExitRecord(number: 24, parent: 10, nanoseconds: .max - 1),
            ]
        }
        try pass(tasks: 30)
        #expect(sampler.snapshot().unattributed(.process, .shortLived) == 30)
    }

    @Test(.enabled(if: Self.hasKernelRecords, "needs CAP_NET_ADMIN in the first name spaces, and Linux 5.19"))
    func `the kernel tells of every process that ends, whoever waits for it`() throws {
        let source = try #require(Attribution().openExitRecords(SystemRoots()))
        var ended: [Int32: UInt64] = [:]
        for round in 0..<20 {
            let child = fork()
            if child == 0 {
                // A millisecond: POSIX has clock() count microseconds.
                while clock() < 1000 {}
                _exit(0)
            }
            try #require(child > 0)
            var status: CInt = 0
            #expect(unsafe waitpid(child, &status, 0) == child, "round \(round)")
            for record in try #require(source.take()) where record.number == child {
                #expect(record.parent == getpid())
                ended[child] = record.nanoseconds
            }
        }
        #expect(ended.count == 20)
        #expect(ended.values.allSatisfy { $0 > 900_000 && $0 < 10_000_000_000 })
    }

    @Test func `there are no records for another procfs than that of this process`() throws {
        #expect(Attribution().openExitRecords(lab.machine.roots) == nil)
    }

    // MARK: Trees

    @Test func `a tree has the energy of a process and its descendants, also of those that ended`() throws {
        let shell = try lab.start(20, at: 120, comm: "sh", parent: 10)
        let compiler = try lab.start(30, at: 130, comm: "cc1", parent: 20)
        let other = try lab.start(40, at: 140, comm: "other")
        var sampler = try sampler(trees: true)
        _ = sampler.snapshot()
        try make.run(ticks: 10)
        try shell.run(ticks: 5)
        try compiler.run(ticks: 40)
        try other.run(ticks: 15)
        try pass(tasks: 70)
        var snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "make")?.energy == Joules(10))
        #expect(snapshot.consumer(.process, "make")?.tree?.energy == Joules(55))
        #expect(snapshot.consumer(.process, "sh")?.tree?.energy == Joules(45))
        #expect(snapshot.consumer(.process, "sh")?.tree?.ancestor == 10)
        #expect(snapshot.consumer(.process, "cc1")?.tree?.ancestor == 20)
        #expect(snapshot.consumer(.process, "make")?.tree?.ancestor == nil)
        #expect(snapshot.consumer(.process, "other")?.tree?.energy == Joules(15))

        try compiler.run(ticks: 20)
        try shell.wait(for: compiler)
        try pass(tasks: 20)
        snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "sh")?.tree?.energy == Joules(65))
        #expect(snapshot.consumer(.process, "make")?.tree?.energy == Joules(75))
        #expect(snapshot.consumer(.process, "make")?.tree?.power == Watts(20))
        #expect(snapshot.consumer(.process, "make")?.power == Watts(0))
        #expect(snapshot.consumer(.virtualMachine, "make")?.tree == nil)
    }

    @Test func `a deep tree has its root`() throws {
        let chain = try (0..<200).map {
            try lab.start(20 + $0, at: 120, comm: "sh\($0)", parent: $0 == 0 ? 10 : 19 + $0)
        }
        let exits = exits
        var sampler = try lab.sampler {
            $0.includesTrees = true
            $0.limit = 500
            $0.openExitRecords = { _ in ScriptedExits(exits) }
        }
        _ = sampler.snapshot()
        try #require(chain.last).run(ticks: 10)
        try pass(tasks: 10)
        let snapshot = sampler.snapshot()
        for name in ["make", "sh0", "sh150", "sh199"] {
            #expect(snapshot.consumer(.process, name)?.tree?.energy == Joules(10), "\(name)")
        }
        #expect(snapshot.consumer(.process, "make")?.energy == .zero)
    }

    @Test func `a ring of parents, as of numbers that are used again, ends`() throws {
        let ring = try (0..<100).map { try lab.start(20 + $0, at: 120, comm: "r\($0)", parent: 20 + ($0 + 1) % 100) }
        var sampler = try sampler(trees: true)
        _ = sampler.snapshot()
        try ring[0].run(ticks: 10)
        try pass(tasks: 10)
        #expect(sampler.snapshot().consumer(.process, "r0")?.energy == Joules(10))
    }

    @Test func `those are listed whose trees use most`() throws {
        let compilers = try (0..<6).map { try lab.start(20 + $0, at: 120, comm: "cc\($0)", parent: 10) }
        let exits = exits
        var sampler = try lab.sampler {
            $0.includesTrees = true
            $0.limit = 1
            $0.openExitRecords = { _ in ScriptedExits(exits) }
        }
        _ = sampler.snapshot()
        for compiler in compilers { try compiler.run(ticks: 10) }
        try pass(tasks: 60)
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumers.filter { $0.consumer.kind == .process }.map(\.consumer.name) == ["make"])
        #expect(snapshot.consumer(.process, "make")?.tree?.energy == Joules(60))
        #expect(snapshot.consumer(.process, "make")?.energy == .zero)
        #expect(snapshot.unattributed(.process, .folded) == 60)
    }

    @Test func `without being asked for, there are no trees`() throws {
        var sampler = try sampler()
        _ = sampler.snapshot()
        try make.run(ticks: 10)
        try pass(tasks: 10)
        #expect(sampler.snapshot().consumer(.process, "make")?.tree == nil)
    }
}
