/// How a counter's number encodes energy: its unit, its range, and how to recover the hardware register's own count
/// from it.
public struct CounterEncoding: Hashable, Sendable {
    /// How a number and the register's count are related. The step of a number in µJ is the energy of one count.
    package enum Form: Hashable, Sendable {
        /// The number is the register's count.
        case counts

        /// The number is in µJ: the count times `nanojoules`, divided by 1000, truncated.
        ///
        /// The powercap driver does this since Linux 3.14 (`rapl_unit_xlate` in intel_rapl_common.c).
        case truncatedNanojoules(UInt64)

        /// The number is in µJ: the count times 10⁶, shifted right by `exponent`. Older drivers do this.
        case truncatedFraction(exponent: Int)

        /// The number is in µJ with an unknown step. It is counted in nJ, and the step is learned.
        case microjoules(range: UInt64)

        /// The number is in µJ with an unknown step and a range that is unknown, or too large to matter.
        case unbounded

        /// The number is a 64-bit sum that the kernel keeps in 2⁻ⁿ J, where n is `exponent`. It adds counts of a 32-bit
        /// register, each shifted left by `shift` bits; nil until that is known.
        ///
        /// perf's PMU `power` does this (`rapl_event_update` in arch/x86/events/rapl.c). If the kernel misses a wrap of
        /// the register, the sum falls by the register's range. Differences are taken in the register's counts, modulo
        /// 2³².
        case kernelSum(exponent: Int, shift: Int?)
    }

    /// How a number and the register's count are related.
    package let form: Form

    /// The energy of one count, as an exact fraction of a joule.
    public let unit: EnergyUnit

    /// The highest count; the counter wraps to 0 after it.
    public let lastCount: RegisterCount

    private init(form: Form, unit: EnergyUnit, lastCount: UInt64) {
        self.form = form
        self.unit = unit
        self.lastCount = RegisterCount(lastCount)
    }

    /// A hardware register whose raw count is read.
    ///
    /// - Parameters:
    ///   - unit: The energy of one count.
    ///   - lastCount: The highest count, such as 2³² − 1 for a 32-bit register; at least 1.
    public static func counts(unit: EnergyUnit, lastCount: UInt64) -> CounterEncoding {
        CounterEncoding(form: .counts, unit: unit, lastCount: max(lastCount, 1))
    }

    /// The encoding of powercap's `energy_uj`, derived from `max_energy_range_uj`.
    ///
    /// The driver multiplies a 32-bit count by an integer unit and truncates to µJ. The range is the energy of the
    /// count 2³² − 1, so it determines the unit, and the unit determines the count.
    ///
    /// - Parameter range: `max_energy_range_uj`; nil or 0 if it is missing.
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

    /// A sum of register counts that the kernel keeps, as perf shows it.
    ///
    /// - Parameters:
    ///   - exponent: n, if the sum is in 2⁻ⁿ J.
    ///   - registerExponent: The same for the register, at most `exponent`; nil if unknown. It is then learned from the
    ///     low bits that are never set, and until then a fall of the sum is ambiguous.
    package static func kernelSum(exponent: Int, registerExponent: Int?) -> CounterEncoding {
        let shift = registerExponent.map { exponent - $0 }.flatMap { (0...32).contains($0) ? $0 : nil }
        return CounterEncoding(
            form: .kernelSum(exponent: exponent, shift: shift),
            unit: .binaryFraction(exponent - (shift ?? 0)),
            lastCount: shift == nil ? .max : UInt64(UInt32.max)
        )
    }

    /// The number of low bits to drop from the difference of two numbers, to get the register's counts.
    var stepShift: Int {
        if case .kernelSum(_, let shift?) = form { shift } else { 0 }
    }

    /// The smallest range, in counts, that the underlying register may have: the shortest turn, after which it wraps.
    /// It determines how often the counter must be read.
    ///
    /// A register with an unknown unit may count in 2⁻¹⁶ J, the finest unit of AMD and Intel processors (AMD PPR, MSR
    /// C001_0299; Intel SDM, MSR_RAPL_POWER_UNIT), and wrap at 65.5 kJ. The sum itself does not wrap, but the kernel
    /// misses wraps of the register if it is not read in time.
    var countsOfShortestTurn: UInt64 {
        guard case .kernelSum(let exponent, nil) = form else { return lastCount.rawValue }
        let bits = 32 + exponent - Self.finestExponent
        return bits < 0 ? 1 : bits < 64 ? 1 << UInt64(bits) : lastCount.rawValue
    }

    /// n, if the finest unit of a register is 2⁻ⁿ J.
    private static let finestExponent = 16

    /// Whether the number is a sum kept by the kernel.
    var isKernelSum: Bool {
        if case .kernelSum = form { true } else { false }
    }

    /// A counter in µJ of which only the range is known.
    package static func microjoules(range: UInt64) -> CounterEncoding {
        let (nanojoules, overflow) = range.multipliedReportingOverflow(by: 1000)
        // Above 18 GJ, half a year at 1 kW, the step need not be learned: a wrap is wrong by at most one step.
        guard !overflow, nanojoules <= .max - 1_000_000_000 else {
            return CounterEncoding(form: .unbounded, unit: .microjoules(1), lastCount: range)
        }
        return CounterEncoding(form: .microjoules(range: range), unit: .nanojoules(1), lastCount: nanojoules + 999)
    }

    /// A counter in µJ with an unknown range: a decrease is a reset.
    package static let unbounded = CounterEncoding(form: .unbounded, unit: .microjoules(1), lastCount: .max)

    /// The same encoding with another last count, for when the step of a counter in µJ becomes known.
    package func ending(at lastCount: UInt64) -> CounterEncoding {
        CounterEncoding(form: form, unit: unit, lastCount: lastCount)
    }

    /// Whether every wrap is counted without error.
    ///
    /// False for units below 1 µJ and for unknown units: their error is below 1 µJ or is reported as ambiguous energy.
    public var isExact: Bool {
        switch form {
        case .counts, .truncatedFraction: true
        case .truncatedNanojoules(let nanojoules): nanojoules >= 1000
        case .kernelSum(_, let shift): shift != nil
        case .microjoules, .unbounded: false
        }
    }

    /// The energy, in joules, after which the counter wraps around.
    public var range: Joules {
        unit.energy(of: lastCount) + unit.joules
    }

    /// The count for a number; nil if the number is out of range.
    ///
    /// For units below 1 µJ it is the lowest count that is shown as this number. A sum kept by the kernel is returned
    /// unchanged, since only its differences are counts.
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

    /// The count for a number if the unit is certain; nil if it is not, or if no count is shown as this number.
    @inline(__always)
    func provenCount(_ number: UInt64, isProven: Bool) -> UInt64? {
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

    /// Whether two encodings can belong to the same attribute, even if more is known about one of them.
    package func showsLike(_ other: CounterEncoding) -> Bool {
        switch (form, other.form) {
        case (.counts, .counts): self == other
        case (.unbounded, .unbounded): lastCount == other.lastCount
        case (.kernelSum(let exponent, _), .kernelSum(let other, _)): exponent == other
        case (.counts, _), (_, .counts), (.unbounded, _), (.kernelSum, _), (_, .kernelSum): false
        // A range that cannot be read at the moment is assumed to be unchanged.
        case (_, .unbounded): true
        default: shownRange == other.shownRange
        }
    }

    /// The highest number that can be shown.
    private var shownRange: UInt64 {
        if case .microjoules(let range) = form { return range }
        return number(of: lastCount.rawValue)
    }

    /// Whether some count is shown as this number; if not, the assumed unit is wrong.
    package func canShow(_ number: UInt64) -> Bool {
        count(of: number).map { self.number(of: $0) == number } ?? false
    }

    /// The exact unit that a driver truncates to a whole number of nanojoules.
    private static func exactUnit(_ nanojoules: UInt64) -> EnergyUnit {
        let exponent = (0...29).first { 1_000_000_000 >> UInt64($0) == nanojoules }
        return exponent.map { .binaryFraction($0) } ?? .nanojoules(nanojoules)
    }
}

extension UInt64 {
    /// The quotient, rounded up; `self` must be at most `UInt64.max - divisor + 1`.
    package func dividedRoundingUp(by divisor: UInt64) -> UInt64 { (self &+ (divisor &- 1)) / divisor }
}
