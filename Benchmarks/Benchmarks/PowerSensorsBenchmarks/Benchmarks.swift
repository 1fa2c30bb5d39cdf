import Benchmark
import CTwin
import Fixtures
import PowerSensors

/// How often the measured work asked for memory: the one metric with thresholds, since times are compared with C in
/// the same run and never kept. Not scaled down to one operation, or a rare allocation would be rounded away.
private let allocations = BenchmarkMetric.custom("Allocations", polarity: .prefersSmaller, useScalingFactor: false)

/// A machine that is laid when a benchmark begins, and removed when it ends.
private final class Slot {
    var bench: BenchMachine?
}

let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .throughput, allocations],
        warmupIterations: 2,
        scalingFactor: .kilo,
        maxDuration: .seconds(1),
        maxIterations: 200
    )
    for (channels, sockets) in [(4, 1), (64, 16)] {
        add("Sample\(channels)Channels", sockets) { bench, count in _ = bench.timeSamples(count) }
        add("Sample\(channels)ChannelsInC", sockets) { bench, count in _ = bench.twin.timeSamples(count) }
        add("MoveAndSample\(channels)Channels", sockets) { bench, count in
            for _ in 0..<count {
                try bench.twin.move()
                bench.sampler.sample()
            }
        }
        add("Snapshot\(channels)Channels", sockets) { bench, count in
            for _ in 0..<count { blackHole(bench.sampler.snapshot()) }
        }
    }
}

/// Adds the benchmark of a loop that does something so and so often.
private func add(_ name: String, _ sockets: Int, _ loop: @escaping (BenchMachine, Int) throws -> Void) {
    let slot = Slot()
    Benchmark(name) { benchmark in
        guard let bench = slot.bench else { return benchmark.error("the mock machine could not be laid") }
        // What only the first operation needs is not the work.
        try loop(bench, 1)
        let before = ctwin_allocations_of_thread()
        benchmark.startMeasurement()
        try loop(bench, benchmark.scaledIterations.count)
        benchmark.stopMeasurement()
        benchmark.measurement(allocations, Int(ctwin_allocations_of_thread() - before))
    } setup: {
        slot.bench = try BenchMachine.ofSockets(sockets)
    } teardown: {
        slot.bench = nil
    }
}
