import CTwin
import Fixtures
import PowerSensors

/// Samples of files in memory: numbers that stand still, and numbers that move before every sample.
func sampleRows(sockets: Int, runs: Int) throws -> [Row] {
    let bench = try BenchMachine.ofSockets(sockets)
    let batch = max(400 / bench.channelCount, 4)

    var still = Row("sample of \(bench.channelCount) channels, numbers still", peer: "C loop")
    still.bar = .atMost(sockets == 1 ? 1.06 : 1.05)
    still.allocationBar = 0
    still.allocations = allocations(of: 1000) { bench.sampler.sample() }
    for _ in 0..<runs {
        still.add(
            try Comparison(
                pairs: 1500,
                operations: batch,
                ours: { bench.timeSamples(batch) },
                theirs: { bench.twin.timeSamples(batch) }
            )
        )
    }

    var moving = Row("sample of \(bench.channelCount) channels, all numbers new", peer: "C loop")
    moving.bar = .atMost(sockets == 1 ? 1.06 : 1.05)
    moving.allocationBar = 0
    moving.allocations = try allocations(of: 1000) {
        try bench.twin.move()
        bench.sampler.sample()
    }
    for _ in 0..<runs {
        moving.add(
            try Comparison(
                pairs: 100_000 / bench.channelCount,
                operations: 1,
                overhead: clockOverhead,
                prepare: bench.twin.move,
                ours: { bench.timeSamples(1) },
                theirs: { bench.twin.timeSamples(1) }
            )
        )
    }
    try expectSameEnergy(bench)
    return [still, moving]
}

/// A sample whose files are real attributes of sysfs, shown to this process in the place of the mock's.
///
/// The caller's view of the mounts must be its own.
func sysfsRows(runs: Int) throws -> [Row] {
    let files = realAttributes().prefix(4)
    guard files.count == 4 else { throw BenchError("sysfs has no four attributes with a number") }
    // Numbers of µJ, so that any number is one that the register can show.
    let bench = try BenchMachine("package-of-microjoules") { machine in
        for (path, file) in zip(machine.energyFilesOfOnePackage, files) {
            let failure = unsafe ctwin_show(file, path)
            if failure != 0 { throw BenchError("\(file) cannot be mounted: errno \(failure)") }
        }
    }
    defer { for path in bench.files.energyFilesOfOnePackage { unsafe ctwin_hide(path) } }
    var row = Row("sample of 4 attributes of the real sysfs", peer: "C loop")
    row.bar = .atMost(1.06)
    row.allocationBar = 0
    row.allocations = allocations(of: 1000) { bench.sampler.sample() }
    for _ in 0..<runs {
        row.add(
            try Comparison(
                pairs: 1000,
                operations: 100,
                ours: { bench.timeSamples(100) },
                theirs: { bench.twin.timeSamples(100) }
            )
        )
    }
    row.note = "read were \(files.joined(separator: " "))"
    return [row]
}

/// Attributes that every Linux has, with a positive number that stands still.
private func realAttributes() -> [String] {
    let cache = "/sys/devices/system/cpu/cpu0/cache/index0"
    let candidates = [
        "/sys/class/net/lo/mtu", "/sys/class/net/lo/tx_queue_len", "/sys/class/net/lo/ifindex",
        "/sys/class/net/lo/type", "\(cache)/number_of_sets", "\(cache)/coherency_line_size",
        "\(cache)/ways_of_associativity", "/sys/devices/system/cpu/cpu0/online",
    ]
    return candidates.filter { unsafe ctwin_positive_number($0) != 0 }
}

/// The two sides read the same files, so what they added up must be the same.
private func expectSameEnergy(_ bench: BenchMachine) throws {
    let snapshot = bench.sampler.snapshot()
    _ = bench.twin.sample()
    var counts: UInt64 = 0
    for (channel, result) in zip(snapshot.topology.channels, snapshot.channels) {
        guard case .counter(let encoding) = channel.encoding, let energy = result.energy, result.resets == 0 else {
            throw BenchError("the library took the counter of \(channel.id) for something else: \(result)")
        }
        counts += UInt64((energy.rawValue / encoding.unit.joules.rawValue).rounded())
    }
    let theirs = bench.twin.total
    guard counts == theirs else { throw BenchError("the library counted \(counts), and the C loop \(theirs)") }
}

/// How many allocations one operation makes, after one that does not count.
func allocations(of operations: Int, _ body: () throws -> Void) rethrows -> Double {
    try body()
    let before = ctwin_allocations()
    for _ in 0..<operations { try body() }
    return Double(ctwin_allocations() - before) / Double(operations)
}
