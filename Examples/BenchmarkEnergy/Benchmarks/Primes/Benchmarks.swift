import Benchmark
import PowerSensors

/// How many primes there are below a number, by division by every number.
func primesByAll(below limit: Int) -> Int {
    var count = 0
    for number in 2..<limit {
        var divisor = 2
        while divisor * divisor <= number, number % divisor != 0 { divisor += 1 }
        if divisor * divisor > number { count += 1 }
    }
    return count
}

/// The same, by division by odd numbers.
func primesByOdd(below limit: Int) -> Int {
    var count = 1
    for number in stride(from: 3, to: limit, by: 2) {
        var divisor = 3
        while divisor * divisor <= number, number % divisor != 0 { divisor += 2 }
        if divisor * divisor > number { count += 1 }
    }
    return count
}

// The energy of each beside its time: swift package --disable-sandbox benchmark
let benchmarks: @Sendable () -> Void = {
    // Where nothing can be read, times are measured all the same.
    let energy = try? EnergyMetric()
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock] + (energy.map { [$0.metric] } ?? []),
        warmupIterations: 1,
        scalingFactor: .kilo,
        maxDuration: .seconds(20),
        maxIterations: 10
    )
    for (name, count) in [("PrimesByAll", primesByAll), ("PrimesByOdd", primesByOdd)] {
        Benchmark(name) { benchmark in
            let work = {
                for _ in benchmark.scaledIterations { blackHole(count(20_000)) }
            }
            guard let energy else { return work() }
            energy.measure(benchmark, work)
        }
    }
}
