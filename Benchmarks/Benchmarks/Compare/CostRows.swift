import CTwin
import Fixtures
import PowerSensors

/// Counter arithmetic alone: numbers that were read before, in memory.
func arithmeticRow(runs: Int) throws -> Row {
    let nanojoules: UInt64 = 61_035
    let range = UInt64(UInt32.max) * nanojoules / 1000
    // Every eighth number goes through the register's end or stands still, the others move by up to 100 mJ.
    var count: UInt64 = 4_294_900_000
    let numbers = (0..<1000).map { index in
        if index % 8 != 0 { count += UInt64(index * 7919 % 1600) }
        return (count % (1 << 32)) * nanojoules / 1000
    }
    let encoding = CounterEncoding.powercap(range: range)
    // One reading a millisecond, in a millionth of the time.
    let instants = (0...numbers.count).map { index in
        SampleInstant.now.advanced(by: .milliseconds(index))
    }
    var row = Row("counter arithmetic of one reading", peer: "C, differences only")
    var total = Joules(0)
    var theirSum: UInt64 = 0
    row.allocationBar = 0
    row.allocations = allocations(of: 10) {
        total = energy(of: numbers, encoding, instants)
    }
    for _ in 0..<runs {
        row.add(
            try Comparison(
                pairs: 3000,
                operations: numbers.count,
                ours: {
                    let began = ctwin_now()
                    total = energy(of: numbers, encoding, instants)
                    return ctwin_now() - began
                },
                theirs: {
                    let began = ctwin_now()
                    theirSum = unsafe ctwin_accumulate(numbers, numbers.count, nanojoules)
                    return ctwin_now() - began
                }
            )
        )
    }
    let ours = UInt64((total.rawValue / encoding.unit.joules.rawValue).rounded())
    guard ours == theirSum else { throw BenchError("the library counted \(ours), and C \(theirSum)") }
    row.note = "the C side takes differences and nothing else"
    return row
}

@inline(never)
private func energy(of numbers: [UInt64], _ encoding: CounterEncoding, _ instants: [SampleInstant]) -> Joules {
    var counter = EnergyCounter(encoding: encoding)
    for index in numbers.indices {
        _ = counter.advance(to: numbers[index], began: instants[index], ended: instants[index])
    }
    return counter.energy
}

/// What an owned snapshot costs above the sample it is made of.
func snapshotRows(runs: Int) throws -> [Row] {
    try [1, 16].map { sockets in
        let bench = try BenchMachine.ofSockets(sockets)
        var row = Row("snapshot of \(bench.channelCount) channels", peer: "sample alone")
        row.bar = .atMost(1.4)
        row.allocations = allocations(of: 1000) { _ = bench.timeSnapshots(1) }
        for _ in 0..<runs {
            row.add(
                try Comparison(
                    pairs: 300,
                    operations: 20,
                    ours: { bench.timeSnapshots(20) },
                    theirs: { bench.timeSamples(20) }
                )
            )
        }
        return row
    }
}

/// From nothing to the first reading: looking for zones, opening them, and one sample.
func startRows(runs: Int) throws -> [Row] {
    try [1, 16].map { sockets in
        let machine = try MachineFiles("sockets=\(sockets)")
        var row = Row("start to first reading, \(4 * sockets) channels")
        row.allocations = try allocations(of: 3, machine.start)
        row.ours = try quickest(of: 20 * runs, machine.start)
        return row
    }
}
