import PowerSensors
import PowerSensorsCommand
import PowerSensorsTesting
import Testing

struct BusyTimeTests {
    /// Two readings: the ticks of user and stolen time, and the nanoseconds in which tasks ran on each of two processors.
    private static func busyTime(
        ticks: (UInt64, UInt64), stolen: UInt64 = 0, tasks: ((Int64, Int64), (Int64, Int64))?
    ) throws -> Duration {
        let tree = try MockTree()
        func write(_ ticks: UInt64, _ stolen: UInt64, _ tasks: (Int64, Int64)?) throws {
            try tree.write("cpu  \(ticks) 0 0 1000 0 0 0 \(stolen) 0 0\ncpu0 1 0 0 1 0 0 0 0 0 0\n", to: "stat")
            guard let tasks else { return }
            try tree.write(
                "version 17\ntimestamp 1\ncpu0 0 0 0 0 0 0 \(tasks.0) 5 6\ndomain0 3 1 2\ncpu1 0 0 0 0 0 0 \(tasks.1) 5 6\n",
                to: "schedstat")
        }
        try write(ticks.0, 0, tasks?.0)
        var meter = BusyMeter(beneath: try SystemRoot(path: tree.path, mountPoint: "/proc"))
        let first = meter.read()
        let before = try #require(first)
        try write(ticks.1, stolen, tasks?.1)
        let second = meter.read()
        return try #require(second).busyTime(since: before)
    }

    @Test func `a time is known to the nanosecond where the kernel tells for how long tasks ran`() throws {
        let time = try Self.busyTime(ticks: (100, 103), tasks: ((1000, 2000), (21_001_000, 15_002_000)))
        #expect(time == .milliseconds(36))
    }

    @Test func `otherwise it is known in steps of 10 ms`() throws {
        #expect(try Self.busyTime(ticks: (100, 103), tasks: nil) == .milliseconds(30))
    }

    @Test func `stolen time is not busy`() throws {
        let time = try Self.busyTime(ticks: (100, 102), stolen: 3, tasks: ((0, 0), (30_000_000, 25_000_000)))
        #expect(time == .milliseconds(25))
    }

    @Test func `what has run since the latest switch of tasks is in the ticks`() throws {
        #expect(try Self.busyTime(ticks: (100, 600), tasks: ((0, 0), (1000, 1000))) == .milliseconds(4950))
        #expect(try Self.busyTime(ticks: (100, 100), tasks: ((0, 0), (9_000_000_000, 0))) == .milliseconds(50))
    }
}
