import Glibc
import PowerSensors
import PowerSensorsTesting
import Testing

struct DescriptorBudgetTests {
    @Test func `a program that embeds the library keeps a quarter of the limit, or sixteen`() {
        #expect(DescriptorBudget { 1024 }.take(.connection, upTo: 5000) == 768)
        #expect(DescriptorBudget { 40 }.take(.connection, upTo: 5000) == 24)
        #expect(
            DescriptorBudget { -1 }.take(.connection, upTo: 5000) == 768, "an unknown limit is taken for the usual one")
        #expect(DescriptorBudget { 10 }.take(.connection) == 0)
    }

    @Test func `sensors leave room for a few clients, and consumers leave room for sensors and clients`() {
        let budget = DescriptorBudget { 100 }
        budget.reserve(40)
        #expect(budget.take(.process, upTo: 1000) == 30)
        #expect(budget.take(.group, upTo: 1000) == 10)
        #expect(budget.take(.sensor, upTo: 1000) == 16)
        #expect(budget.take(.connection, upTo: 1000) == 4)
        for use in DescriptorBudget.Use.allCases { #expect(budget.take(use) == 0) }
        budget.giveBack(.sensor, 16)
        #expect(budget.take(.process, upTo: 1000) == 0, "sensors come first")
        #expect(budget.take(.sensor) == 1)
    }

    @Test func `an event of perf may take what is kept for clients, since it cannot be read otherwise`() {
        let budget = DescriptorBudget { 32 }
        budget.reserve(28)
        #expect(budget.take(.sensor) == 0)
        #expect(budget.take(.event, upTo: 4) == 4)
        #expect(budget.take(.connection) == 0)
        budget.giveBack(.event, 4)
        #expect(budget.take(.connection, upTo: 1000) == 4)
    }

    @Test func `with a high limit, the memory for consumers' files bounds them`() {
        let budget = DescriptorBudget { 1 << 20 }
        budget.reserve(40)
        #expect(budget.take(.group, upTo: 24) == 24)
        #expect(budget.take(.process, upTo: 5000) == 1000)
        #expect(budget.take(.sensor, upTo: 5000) == 5000)
    }

    @Test func `a limit that rises is used`() {
        let limit = Locked(64)
        let budget = DescriptorBudget { limit.withLock { $0 } }
        #expect(budget.take(.connection, upTo: 5000) == 48)
        limit.withLock { $0 = 128 }
        #expect(budget.take(.connection, upTo: 5000) == 48)
    }

    /// A budget with room for as many files of sensors.
    private func budget(_ files: Int) -> DescriptorBudget {
        let budget = DescriptorBudget { 100 }
        budget.reserve(100 - 4 - files)
        return budget
    }

    @Test func `a file that may not stay open is opened for each reading, until it may`() throws {
        let machine = try MockMachine()
        let root = machine.roots.procfs
        try machine.procfs.write("7\n", to: "first")
        try machine.procfs.write("8\n", to: "second")
        let budget = budget(1)
        var second = Attributes([Attributes.Source(path: "second")], beneath: root, in: budget)
        do {
            var first = KeptFile("first", beneath: root, in: budget)
            var buffer = InlineArray<8, UInt8>(repeating: 0)
            var bytes = buffer.mutableSpan
            for _ in 0..<3 { #expect(try first.read(into: &bytes) == 2) }
            #expect(try openFiles(beneath: machine) == ["second"])
            try machine.procfs.remove("first")
            #expect(throws: AttributeError(path: first.path, errno: ENOENT)) { try first.read(into: &bytes) }
        }
        #expect(second.reading(at: 0).count == 8)
        second = Attributes([], beneath: root, in: budget)
        var third = Attributes([Attributes.Source(path: "second")], beneath: root, in: budget)
        #expect(third.reading(at: 0).count == 8)
        #expect(try openFiles(beneath: machine) == ["second"], "what was closed was given back")
    }

    @Test func `a file that was refused stays open once there is room`() throws {
        let machine = try MockMachine()
        let budget = budget(1)
        try #require(budget.take(.sensor) == 1)
        try machine.procfs.write("7\n", to: "first")
        var first = KeptFile("first", beneath: machine.roots.procfs, in: budget)
        var buffer = InlineArray<8, UInt8>(repeating: 0)
        var bytes = buffer.mutableSpan
        #expect(try first.read(into: &bytes) == 2)
        #expect(try openFiles(beneath: machine).isEmpty)
        budget.giveBack(.sensor)
        // Longer than the time until the budget is asked again.
        usleep(450_000)
        #expect(try first.read(into: &bytes) == 2)
        #expect(try openFiles(beneath: machine) == ["first"])
        #expect(budget.take(.sensor) == 0)
    }

    private func openFiles(beneath machine: MockMachine) throws -> [String] {
        let descriptors = try SystemRoot(path: "/proc/self/fd", mountPoint: "/proc/self/fd")
        return try descriptors.list("").compactMap { descriptors.readLink($0) }.filter {
            $0.hasPrefix("\(machine.procfs.path)/")
        }.compactMap { $0.split(separator: "/").last.map(String.init) }
    }

    /// Channels that are read from files of these names.
    private func channels(_ paths: [String]) -> [Channel] {
        paths.enumerated().map { index, path in
            var channel = Channel(
                id: "test/\(index)", sensor: .rapl, mechanism: "test", quantity: .energy, encoding: .gauge,
                component: .host)
            channel.path = path
            return channel
        }
    }

    @Test func `more files than may stay open are a finding that says how many`() {
        let channels = channels((0..<5).map { "energy\($0)" })
        #expect(Finding.fewDescriptors(for: channels, in: budget(5)) == nil)
        let finding = Finding.fewDescriptors(for: channels, in: budget(3))
        #expect(finding?.text.contains("100 files open, so 2 of the 5 files") == true)
        #expect(finding?.remedy?.contains("ulimit -n") == true)
    }

    @Test func `channels of one file need one descriptor`() {
        let channels = channels(Array(repeating: "cpu/0/msr", count: 5))
        #expect(Finding.fewDescriptors(for: channels, in: budget(1)) == nil)
    }

    @Test func `a channel of two files needs two descriptors`() {
        var channels = channels(["curr1_input"])
        channels[0].fileCount = 2
        #expect(Finding.fewDescriptors(for: channels, in: budget(2)) == nil)
        #expect(Finding.fewDescriptors(for: channels, in: budget(1))?.text.contains("so 1 of the 2 files") == true)
    }

    @Test func `events are never opened again, and leave less for files`() {
        var channels = channels((0..<5).map { "energy\($0)" })
        for index in channels.indices { channels[index].fileCount = 0 }
        #expect(Finding.fewDescriptors(for: channels, in: budget(0)) == nil)
        channels[0].fileCount = 1
        #expect(Finding.fewDescriptors(for: channels, in: budget(5)) == nil)
        #expect(Finding.fewDescriptors(for: channels, in: budget(4))?.text.contains("so 1 of the 1 files") == true)
    }

    @Test func `descriptors that stay open together are granted all or none`() {
        let budget = budget(10)
        do {
            let granted = GrantedDescriptors(budget)
            #expect(granted.change(to: 8))
            #expect(!granted.change(to: 12))
            #expect(budget.take(.sensor, upTo: 10) == 10)
            budget.giveBack(.sensor, 10)
            #expect(granted.change(to: 10))
        }
        #expect(budget.take(.sensor, upTo: 10) == 10)
    }
}
