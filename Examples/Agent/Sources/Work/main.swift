import PowerSensors

/// Some work: how many primes there are below a number.
func primes(below limit: Int) -> Int {
    var count = 0
    for number in 2..<limit {
        var divisor = 2
        while divisor * divisor <= number, number % divisor != 0 { divisor += 1 }
        if divisor * divisor > number { count += 1 }
    }
    return count
}

/// Work that mostly waits, as for the answer of a server.
func fetch() async throws -> Int {
    try await Task.sleep(for: .milliseconds(500))
    return 200
}

/// Measures asynchronous work. The sampler belongs to the function, since an actor cannot lend a property across an await.
func measureFetch() async throws {
    var sampler = try Sampler()
    let (answer, measurement) = try await sampler.measure { try await fetch() }
    let energy = measurement.headline?.energy?.description ?? "unknown"
    print("answer \(answer) after \(measurement.duration), \(energy)")
}

// The energy of a piece of work, in each scope that this machine has a figure for.
var sampler = try Sampler()
let (count, measurement) = sampler.measure { primes(below: 3_000_000) }
print("\(count) primes in \(measurement.duration)")
for figure in measurement.figures {
    let energy = figure.energy?.description ?? "unknown (\(figure.status.name))"
    let power = figure.power?.description ?? "unknown W"
    print("\(figure.scope): \(energy), mean \(power) (\(figure.provenance))")
    if let low = figure.low, let high = figure.high { print("  between \(low) and \(high)") }
}

// The same with await; the machine's energy meanwhile is whatever it did.
try await measureFetch()
