import PowerSensors

/// A register's true count, as an integer that never wraps, and the counter under test.
struct CounterModel {
    /// How the model shows its count: wrapped after `lastCount`, scaled and truncated as a driver does.
    let show: (UInt64) -> UInt64
    let modulus: UInt128
    var truth: UInt128
    var instant: SampleInstant
    var counter: EnergyCounter
    private let start: UInt128

    init(
        _ encoding: CounterEncoding,
        maximumPower: Watts = Watts(1000),
        modulus: UInt128? = nil,
        startCount: UInt128,
        refreshInterval: Duration? = nil,
        show: ((UInt64) -> UInt64)? = nil
    ) {
        self.show = show ?? { encoding.number(of: $0) }
        self.modulus = modulus ?? UInt128(encoding.lastCount.rawValue) + 1
        truth = startCount
        start = startCount
        instant = SampleInstant(boottimeNanoseconds: 1_000_000_000, monotonicNanoseconds: 1_000_000_000)
        counter = EnergyCounter(encoding: encoding, maximumPower: maximumPower, refreshInterval: refreshInterval)
    }

    /// The counts since the first reading.
    var truthSinceStart: UInt128 { truth - start }

    var number: UInt64 { show(UInt64(truth % modulus)) }

    /// Advances the time and the register.
    mutating func pass(_ time: Duration, counts: UInt128) {
        truth += counts
        instant = instant.advanced(by: time)
    }

    /// Reads the register now.
    @discardableResult
    mutating func read(spread: Duration = .zero) -> EnergyCounter.Outcome {
        let began = instant
        instant = instant.advanced(by: spread)
        return counter.advance(to: number, began: began, ended: instant)
    }
}

/// Every unit that a RAPL driver is known to use, in nJ as the driver truncates it.
let realUnits: [UInt64] = {
    let binary = (0...29).map { UInt64(1_000_000_000) >> UInt64($0) }
    let atom = (0...15).map { UInt64(1000) << UInt64($0) }
    return (binary + atom + [15_300]).filter { $0 > 0 }
}()

/// The range that the driver shows for a unit.
func range(ofUnit nanojoules: UInt64) -> UInt64 { UInt64(UInt32.max) * nanojoules / 1000 }
