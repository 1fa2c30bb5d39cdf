import PowerSensors

/// Energy never decreases, and nothing traps, whatever a counter shows.
let counterProperty = Property(name: "counters", inputs: 20) { mutator throws(Broken) in
    let range =
        UInt64.random(in: .min ... .max, using: &mutator.generator)
        >> UInt64.random(in: 0..<64, using: &mutator.generator)
    let exponent = Int.random(in: 0...40, using: &mutator.generator)
    let encodings: [CounterEncoding] = [
        .powercap(range: range), .powercap(range: 262_143_328_850), .powercap(range: 65_712_999_613),
        .powercap(range: nil),
        .counts(unit: .binaryFraction(exponent), lastCount: range),
        .kernelSum(exponent: 32, registerExponent: exponent),
        .kernelSum(exponent: 32, registerExponent: nil),
    ]
    guard let encoding = encodings.randomElement(using: &mutator.generator) else { return }
    let powers = [0.001, 1, 1000, 1e9, 1e300, .infinity, .nan, -5]
    let power = Watts(powers.randomElement(using: &mutator.generator) ?? 1)
    var counter = EnergyCounter(encoding: encoding, maximumPower: power)
    var instant = SampleInstant(boottimeNanoseconds: 0, monotonicNanoseconds: 0)
    var number: UInt64 = 0
    for _ in 0..<50 {
        let (energy, ambiguous) = (counter.energy, counter.ambiguousEnergy)
        let shift = UInt64.random(in: 0..<64, using: &mutator.generator)
        let step = UInt64.random(in: .min ... .max, using: &mutator.generator) >> shift
        number = Bool.random(using: &mutator.generator) ? step : number &+ (step &<< (shift / 2))
        let time = Int64.random(in: -1_000_000_000...1_000_000_000_000, using: &mutator.generator)
        instant = instant.advanced(by: .nanoseconds(time))
        let ended = instant.advanced(by: .nanoseconds(Int64.random(in: 0...1_000_000, using: &mutator.generator)))
        _ = counter.advance(to: number, began: instant, ended: ended)
        // Sums at their limit stay there when the unit is learned.
        if counter.total == .max || counter.ambiguous == .max { return }
        // If the learned unit is another one, the sum is converted, which rounds.
        let slack = Joules(max(1e-6, energy.rawValue * 1e-9))
        try require(counter.energy + slack >= energy, "energy fell to \(counter.energy) from \(energy): \(encoding)")
        let most = ambiguous.rawValue * (1 - 1e-9) - 1e-6
        try require(counter.ambiguousEnergy.rawValue >= most, "the doubt fell: \(encoding)")
    }
}
