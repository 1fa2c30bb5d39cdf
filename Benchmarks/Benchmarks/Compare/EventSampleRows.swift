import CTwin
import Fixtures
import PowerSensors

/// Samples of four perf events through the library's own reader, against what C asks the kernel for, and against powercap.
///
/// The caller's view of the mounts must be its own.
func eventSampleRows(runs: Int) throws -> [Row] {
    let bench = try EventBench()
    guard let group = unsafe ctwin_events_open(1) else { throw BenchError("the msr PMU's events cannot be opened") }
    defer { unsafe ctwin_events_close(group) }
    guard let single = unsafe ctwin_events_open(0) else { throw BenchError("the msr PMU's events cannot be opened") }
    defer { unsafe ctwin_events_close(single) }
    let files = try BenchMachine.ofSockets(1)
    guard ctwin_run_on(0) == 0 else { throw BenchError("this process may not run on processor 0 only") }
    defer { _ = ctwin_run_on(-1) }
    let peers: [(String, () -> Int64)] = [
        ("C, the same read, clocks and sums", { unsafe ctwin_events_time_sums(group, 50) }),
        ("C, one grouped read and nothing else", { unsafe ctwin_events_time(group, 50) }),
        ("C, four single reads", { unsafe ctwin_events_time(single, 50) }),
        ("sample of 4 channels by powercap", { files.timeSamples(50) }),
    ]
    guard unsafe ctwin_events_time_sums(group, 1) > 0 else {
        throw BenchError("an event cannot be read, or stands still")
    }
    var rows = try peers.map { peer, theirs in
        var row = Row("sample of 4 channels by perf", peer: peer)
        row.allocationBar = 0
        row.allocations = allocations(of: 1000) { _ = bench.timeSamples(1) }
        for _ in 0..<runs {
            row.add(try Comparison(pairs: 300, operations: 50, ours: { bench.timeSamples(50) }, theirs: theirs))
        }
        return row
    }
    try bench.check()
    rows[0].bar = .atMost(1.15)
    return rows
}

/// Samples four perf events.
func repeatEvents(_ samples: Int) throws {
    let failure = ctwin_own_mounts()
    if failure != 0 { throw BenchError("it needs mounts of its own: errno \(failure)") }
    let bench = try EventBench()
    for _ in 0..<samples { _ = bench.timeSamples(1) }
}

/// A machine whose four perf events are the time-stamp counter, read by the library as if they were energy.
private final class EventBench {
    private let files: MachineFiles
    private var sampler: Sampler
    private let mounts: [String]

    /// Shows a mock's PMU where the library looks for one.
    ///
    /// It believes only in a PMU whose folder lies in a folder of the real sysfs. That of the `msr` PMU has one called
    /// `power`, as all devices do, in whose place the mock's stands.
    init() throws {
        let real = "/sys/devices/msr"
        let type = unsafe ctwin_positive_number("\(real)/type")
        guard type > 0 else { throw BenchError("there is no msr PMU") }
        let files = try MachineFiles("events=\(type)")
        let folder = "\(files.sysfs)/bus/event_source/devices"
        for (source, target) in [(real, folder), ("\(files.sysfs)/devices/power", "\(folder)/power")] {
            let failure = unsafe ctwin_show(source, target)
            if failure != 0 { throw BenchError("\(source) cannot be mounted: errno \(failure)") }
        }
        mounts = ["\(folder)/power", folder]
        // The counter's power in 2⁻³² J a turn is about 1 W.
        let sensor = RAPLSensor(roots: files.roots, mechanisms: [.perf], maximumPower: Watts(10))
        sampler = try Sampler(SensorSet(only: [sensor]))
        self.files = files
        // Until the unit is learned a counter takes longer.
        for _ in 0..<100 { sampler.sample() }
        try check()
    }

    deinit { for mount in mounts { unsafe ctwin_hide(mount) } }

    /// Throws where what was measured was not four channels that count.
    func check() throws {
        let snapshot = sampler.snapshot()
        let counting = snapshot.channels.filter { ($0.energy ?? Joules(0)) > Joules(0) && $0.resets == 0 }
        guard counting.count == 4 else {
            throw BenchError("of the library's events only \(counting.count) count: \(snapshot.channels.map(\.status))")
        }
    }

    @inline(never)
    func timeSamples(_ samples: Int) -> Int64 { Self.libraryBatch(&sampler, samples) }

    @inline(never)
    private static func libraryBatch(_ sampler: inout Sampler, _ samples: Int) -> Int64 {
        let began = ctwin_now()
        for _ in 0..<samples { sampler.sample() }
        return ctwin_now() - began
    }
}
