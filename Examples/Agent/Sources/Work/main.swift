import PowerSensors

/// Some work: how many primes there are below a number.
func primes(below limit: Int) -> Int {
    (2..<limit).count { number in !(2..<number).contains { $0 * $0 <= number && number % $0 == 0 } }
}

// The energy of a piece of work, in each scope that this machine has a figure for.
var sampler = try Sampler()
let (count, measurement) = sampler.measure { primes(below: 200_000) }
print("\(count) primes in \(measurement.duration)")
for figure in measurement.figures {
    let energy = figure.energy?.description ?? "unknown (\(figure.status.name))"
    let power = figure.power?.description ?? "unknown W"
    print("\(figure.scope): \(energy), mean \(power) (\(figure.provenance))")
    if let low = figure.low, let high = figure.high { print("  between \(low) and \(high)") }
}
