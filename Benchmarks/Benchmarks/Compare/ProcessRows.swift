import CTwin
import Fixtures
import PowerSensors

/// Snapshots that divide the energy among processes, beside a C loop over the same files of procfs.
///
/// The processes are real, and asleep but for those that the machine has anyway.
func processRows(runs: Int) throws -> [Row] {
    // The usual limit, of which three eighths are kept; and one of which that nearly lets every file be kept.
    try [(100, 1024), (1000, 1024), (5000, 1024), (5000, 12_000)].map { count, limit in
        try processRow(count: count, limit: limit, runs: runs)
    }
}

private func processRow(count: Int, limit: Int, runs: Int) throws -> Row {
    var row = Row("snapshot divided among \(count) processes, limit \(limit)", peer: "C loop")
    row.bar = .atMost(1.1)
    for _ in 0..<runs { row.add(try compareProcesses(count: count, limit: limit, pairs: 60).costs) }
    let each = (row.ours ?? 0) / Double(count) / 1000
    row.note = "of \(count) processes: \(each.rounded(toPlaces: 2)) µs a process; Scaphandre's 115 µs (facts)"
    return row
}

/// Starts processes, and compares scans of all that the machine has.
///
/// - Returns: The costs of one scan, and how many processes it found.
func compareProcesses(count: Int, limit: Int, pairs: Int) throws -> (costs: Comparison, scanned: Int) {
    var numbers = [CInt](repeating: 0, count: count)
    let started = unsafe ctwin_spawn_sleepers(CInt(count), &numbers)
    defer { unsafe ctwin_end_sleepers(started, numbers) }
    guard started == count else { throw BenchError("only \(started) of \(count) processes could be started") }

    try setDescriptorLimit(ctwin_set_descriptor_limit(CInt(limit)))
    let bench = try BenchMachine.ofSockets(1)
    var sampler = try dividingSampler(bench)
    guard let twin = unsafe ctwin_processes_open() else { throw BenchError("procfs cannot be opened") }
    defer { unsafe ctwin_processes_close(twin) }

    // Each side keeps its part of the limit, and both are in one process.
    try setDescriptorLimit(ctwin_raise_descriptor_limit())

    var scanned = 0
    let costs = try Comparison(
        pairs: pairs,
        operations: 1,
        // A look that comes too soon would be none.
        prepare: { ctwin_sleep_until(ctwin_now() + 10_000_000) },
        ours: { dividingSnapshot(&sampler) },
        theirs: {
            let began = ctwin_now()
            scanned = unsafe Int(ctwin_processes_look(twin, 1_000_000_000, 200))
            return ctwin_now() - began
        }
    )
    return (costs, scanned)
}

private func dividingSampler(_ bench: BenchMachine) throws -> Sampler {
    var attribution = Attribution(kinds: [.process])
    attribution.interval = .milliseconds(10)
    return try Sampler(SamplingConfiguration(sensors: bench.files.sensors, attribution: attribution))
}

@inline(never)
private func dividingSnapshot(_ sampler: inout Sampler) -> Int64 {
    let began = ctwin_now()
    _ = sampler.snapshot()
    return ctwin_now() - began
}

/// Divides among the processes that this machine has.
func repeatDivision(_ snapshots: Int, of bench: BenchMachine) throws {
    var sampler = try dividingSampler(bench)
    for _ in 0..<snapshots {
        ctwin_sleep_until(ctwin_now() + 150_000_000)
        try bench.twin.move()
        _ = dividingSnapshot(&sampler)
    }
}

private func setDescriptorLimit(_ failure: CInt) throws {
    if failure != 0 { throw BenchError("the limit of descriptors cannot be set: errno \(failure)") }
}

extension Double {
    fileprivate func rounded(toPlaces places: Int) -> Double {
        let factor = Double((0..<places).reduce(1) { product, _ in product * 10 })
        return (self * factor).rounded() / factor
    }
}
