/// How the number that a counter shows stands for energy: its unit, its last value before it wraps, and how the
/// register's own count is recovered from it.
public struct CounterEncoding: Hashable, Sendable {
    package enum Form: Hashable, Sendable {
        /// The number is the register's count.
        case counts

        /// The number is in µJ: the count times `nanojoules`, divided by 1000, truncated.
        ///
        /// So does the powercap driver since Linux 3.14 (`rapl_unit_xlate` in intel_rapl_common.c).
        case truncatedNanojoules(UInt64)

        /// The number is in µJ: the count times 10⁶, shifted right by `exponent`. So did older drivers.
        case truncatedFraction(exponent: Int)

        /// The number is in µJ of an unknown step; it is counted in nJ, and the step is learned.
        case microjoules(range: UInt64)

        /// The number is in µJ of an unknown step, and the range is unknown too, or too large to matter.
        case unbounded

        /// The number is a sum in 2⁻ⁿ J, n being `exponent`, which the kernel keeps in 64 bits: counts of a register
        /// of 32 bits, each moved up by `shift` bits; nil until that is known.
        ///
        /// So does perf's `power` PMU (`rapl_event_update` in arch/x86/events/rapl.c). It misses turns of the register:
        /// then the sum falls by a turn. A step is counted in the register's counts, modulo its 32 bits.
        case kernelSum(exponent: Int, shift: Int?)
    }

    package let form: Form

    /// The energy of one count, exactly.
    public let unit: EnergyUnit

    /// The greatest count; one more is 0 again.
    public let lastCount: RegisterCount

    private init(form: Form, unit: EnergyUnit, lastCount: UInt64) {
        self.form = form
        self.unit = unit
        self.lastCount = RegisterCount(lastCount)
    }

    /// A register whose own count is read.
    ///
    /// - Parameters:
    ///   - unit: The energy of one count.
    ///   - lastCount: The greatest count, 2³² − 1 for a register of 32 bits.
    public static func counts(unit: EnergyUnit, lastCount: UInt64) -> CounterEncoding {
        CounterEncoding(form: .counts, unit: unit, lastCount: max(lastCount, 1))
    }

    /// What powercap's `energy_uj` shows, as its `max_energy_range_uj` tells.
    ///
    /// The driver multiplies a 32-bit count by an integer unit and truncates to µJ. The range is that of the
    /// count 2³² − 1, so it tells the unit, and the unit gives back the count.
    ///
    /// - Parameter range: `max_energy_range_uj`; nil or 0 where it is missing.
    public static func powercap(range: UInt64?) -> CounterEncoding {
        guard let range, range > 0 else { return .unbounded }
        let lastCount = UInt64(UInt32.max)
        if range <= lastCount * 1_000_000 {
            let nanojoules = (range * 1000).dividedRoundingUp(by: lastCount)
            if lastCount * nanojoules / 1000 == range {
                return CounterEncoding(
                    form: .truncatedNanojoules(nanojoules),
                    unit: exactUnit(nanojoules),
                    lastCount: lastCount
                )
            }
            if let exponent = (1...19).first(where: { (lastCount * 1_000_000) >> UInt64($0) == range }) {
                return CounterEncoding(
                    form: .truncatedFraction(exponent: exponent),
                    unit: .binaryFraction(exponent),
                    lastCount: lastCount
                )
            }
        }
        return .microjoules(range: range)
    }

    /// A sum of a register's counts that the kernel keeps, as perf shows it.
    ///
    /// - Parameters:
    ///   - exponent: n, where the sum is in 2⁻ⁿ J.
    ///   - registerExponent: The same of the register, no greater; nil where it is not known, and then learned from
    ///     the low bits that are never set. Until it is known, what a fall of the sum means is only bounded.
    package static func kernelSum(exponent: Int, registerExponent: Int?) -> CounterEncoding {
        let shift = registerExponent.map { exponent - $0 }.flatMap { (0...32).contains($0) ? $0 : nil }
        return CounterEncoding(
            form: .kernelSum(exponent: exponent, shift: shift),
            unit: .binaryFraction(exponent - (shift ?? 0)),
            lastCount: shift == nil ? .max : UInt64(UInt32.max)
        )
    }

    /// How many low bits of the number's differences are no counts.
    var stepShift: Int {
        if case .kernelSum(_, let shift?) = form { shift } else { 0 }
    }

    /// The counts of the shortest turn that the register behind it may have: they bound how rarely it may be read.
    ///
    /// A register whose unit is not known yet may count in 2⁻¹⁶ J, the finest of AMD's and Intel's processors (AMD PPR,
    /// MSR C001_0299; Intel SDM, MSR_RAPL_POWER_UNIT): a turn is 65.5 kJ. The sum has no turn of its own, but the kernel
    /// misses the register's, where it is not read in time.
    var countsOfShortestTurn: UInt64 {
        guard case .kernelSum(let exponent, nil) = form else { return lastCount.rawValue }
        let bits = 32 + exponent - Self.finestExponent
        return bits < 0 ? 1 : bits < 64 ? 1 << UInt64(bits) : lastCount.rawValue
    }

    private static let finestExponent = 16

    /// Whether the number is a sum that the kernel keeps.
    var isKernelSum: Bool {
        if case .kernelSum = form { true } else { false }
    }

    /// A counter of µJ of which nothing more is known than where it ends.
    package static func microjoules(range: UInt64) -> CounterEncoding {
        let (nanojoules, overflow) = range.multipliedReportingOverflow(by: 1000)
        // Beyond 18 GJ, half a year at 1 kW, the step is not worth learning: a wrap is off by one of it at most.
        guard !overflow, nanojoules <= .max - 1_000_000_000 else {
            return CounterEncoding(form: .unbounded, unit: .microjoules(1), lastCount: range)
        }
        return CounterEncoding(form: .microjoules(range: range), unit: .nanojoules(1), lastCount: nanojoules + 999)
    }

    /// A counter of µJ that never says where it ends: a fall is a reset.
    package static let unbounded = CounterEncoding(form: .unbounded, unit: .microjoules(1), lastCount: .max)

    /// The same counter with another last count, as the step of a counter of µJ becomes known.
    package func ending(at lastCount: UInt64) -> CounterEncoding {
        CounterEncoding(form: form, unit: unit, lastCount: lastCount)
    }

    /// Whether every wrap is counted without any error.
    ///
    /// False for units below 1 µJ and for ranges of unknown form, whose error stays below 1 µJ or is reported as
    /// ambiguous energy.
    public var isExact: Bool {
        switch form {
        case .counts: true
        case .truncatedNanojoules(let nanojoules): nanojoules >= 1000
        case .truncatedFraction: true
        case .kernelSum(_, let shift): shift != nil
        case .microjoules, .unbounded: false
        }
    }

    /// The energy of a whole turn.
    public var range: Joules {
        let last = unit.energy(of: lastCount)
        return last + unit.joules
    }

    /// The count behind a number, or nil for a number beyond the counter's range.
    ///
    /// For units below 1 µJ it is the lowest of the counts that show the number. A sum that the kernel keeps stays as
    /// it is, since only its differences are counts.
    package func count(of number: UInt64) -> UInt64? {
        switch form {
        case .kernelSum: return number
        case .counts, .unbounded:
            return number <= lastCount.rawValue ? number : nil
        case .truncatedNanojoules(let nanojoules):
            guard nanojoules > 0, number <= UInt64(UInt32.max) * 1_000_000 else { return nil }
            let count = (number &* 1000).dividedRoundingUp(by: nanojoules)
            return count <= lastCount.rawValue ? count : nil
        case .truncatedFraction(let exponent):
            guard number <= UInt64(UInt32.max) * 1_000_000 else { return nil }
            let shifted = UInt128(number) << UInt128(exponent)
            let count = UInt64(clamping: (shifted + 999_999) / 1_000_000)
            return count <= lastCount.rawValue ? count : nil
        case .microjoules(let range):
            return number <= range ? number * 1000 : nil
        }
    }

    /// The same for the forms that are sure of their unit; nil for the others, and for a number that cannot be shown.
    @inline(__always)
    func countOfProven(_ number: UInt64, isProven: Bool) -> UInt64? {
        switch form {
        case .counts:
            return number <= lastCount.rawValue ? number : nil
        case .truncatedNanojoules(let nanojoules):
            guard isProven, number <= UInt64(UInt32.max) * 1_000_000 else { return nil }
            let count = (number &* 1000).dividedRoundingUp(by: nanojoules)
            return count <= lastCount.rawValue && count &* nanojoules / 1000 == number ? count : nil
        case .kernelSum(_, let shift):
            guard let shift, number.trailingZeroBitCount >= shift else { return nil }
            return number
        case .truncatedFraction, .microjoules, .unbounded:
            return nil
        }
    }

    /// The number that a count is shown as.
    package func number(of count: UInt64) -> UInt64 {
        switch form {
        case .counts, .unbounded, .kernelSum: count
        case .truncatedNanojoules(let nanojoules): count &* nanojoules / 1000
        case .truncatedFraction(let exponent): (count &* 1_000_000) >> UInt64(exponent)
        case .microjoules: count / 1000
        }
    }

    /// Whether two encodings are of one and the same attribute, though more may be known of one of them.
    package func showsLike(_ other: CounterEncoding) -> Bool {
        switch (form, other.form) {
        case (.counts, .counts): self == other
        case (.unbounded, .unbounded): lastCount == other.lastCount
        case (.kernelSum(let exponent, _), .kernelSum(let other, _)): exponent == other
        case (.counts, _), (_, .counts), (.unbounded, _), (.kernelSum, _), (_, .kernelSum): false
        // A range that cannot be read just now is the one that it was.
        case (_, .unbounded): true
        default: shownRange == other.shownRange
        }
    }

    private var shownRange: UInt64 {
        if case .microjoules(let range) = form { return range }
        return number(of: lastCount.rawValue)
    }

    /// Whether a number is one that this encoding can show; if not, the unit was guessed wrongly.
    package func canShow(_ number: UInt64) -> Bool {
        count(of: number).map { self.number(of: $0) == number } ?? false
    }

    /// The fraction that a driver's integer unit is the truncation of.
    private static func exactUnit(_ nanojoules: UInt64) -> EnergyUnit {
        let exponent = (0...29).first { 1_000_000_000 >> UInt64($0) == nanojoules }
        return exponent.map { .binaryFraction($0) } ?? .nanojoules(nanojoules)
    }
}

extension UInt64 {
    /// The quotient, rounded up; `self` must be at most `UInt64.max - divisor + 1`.
    package func dividedRoundingUp(by divisor: UInt64) -> UInt64 { (self &+ (divisor &- 1)) / divisor }
}
