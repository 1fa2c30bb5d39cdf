import CPowerSensors

/// Why the processors' times could not be told from a text.
package struct CPUTimesError: Error, Hashable, Sendable {
    /// What the shim says of an attribute with the same fault.
    private let code: Int32

    /// There is no text.
    package static let empty = CPUTimesError(code: Int32(CPOWERSENSORS_EMPTY))

    /// The text is not what the kernel writes.
    package static let malformed = CPUTimesError(code: Int32(CPOWERSENSORS_MALFORMED))

    /// A number has more than 64 bits.
    package static let overflow = CPUTimesError(code: Int32(CPOWERSENSORS_OVERFLOW))

    /// The line goes on beyond the text.
    package static let cutOff = CPUTimesError(code: Int32(CPOWERSENSORS_TOO_LONG))

    /// The `errno` that stands for it, as for attributes.
    package var errno: Int32 { errnoOfAttribute(code) }
}

/// What the machine's processors did between two moments, in ticks of 10 ms.
package struct ElapsedTicks: Hashable, Sendable {
    /// They ran tasks.
    package var tasks: UInt64 = 0

    /// They answered interrupts, which the kernel counts for no task.
    package var interrupts: UInt64 = 0

    /// The whole, idle and stolen time too.
    package var whole: UInt64 = 0
}

/// How long the machine's processors did what since boot, all of them together, in ticks of 10 ms.
///
/// The fields are those of procfs' `stat`: user, nice, system, idle, iowait, irq, softirq, steal; later ones are
/// inside user and nice already (proc_stat(5)).
package struct CPUTimes: Hashable, Sendable {
    /// The fields in their order; 0 for those that an old kernel does not have.
    package let fields: SIMD8<UInt64>

    /// User, nice, system, irq and softirq. Stolen time ran others: it is in the whole and never in this.
    private static let busyFields = [true, true, true, false, false, true, true, false] as InlineArray<8, Bool>

    /// Kernels before 2.6 have no more than user, nice, system and idle.
    private static let fewestFields = 4

    /// Wraps the fields.
    package init(_ fields: SIMD8<UInt64>) { self.fields = fields }

    /// Reads the fields from the first line of procfs' `stat`, in place and without allocation.
    ///
    /// - Parameters:
    ///   - text: The beginning of the file.
    ///   - isWhole: Whether the file ends with the text, so that a line without an end is not cut off.
    package init(parsing text: Span<UInt8>, isWhole: Bool) throws(CPUTimesError) {
        if text.isEmpty { throw .empty }
        guard text.count > 3, text[0] == UInt8(ascii: "c"), text[1] == UInt8(ascii: "p"), text[2] == UInt8(ascii: "u")
        else { throw .malformed }

        var fields = SIMD8<UInt64>()
        var count = 0
        var at = 3
        while true {
            guard at < text.count, text[at] == UInt8(ascii: " ") || text[at] == UInt8(ascii: "\n") else {
                if at == text.count, isWhole { break }
                throw at == text.count ? .cutOff : .malformed
            }
            while at < text.count, text[at] == UInt8(ascii: " ") { at += 1 }
            if at == text.count { continue }
            if text[at] == UInt8(ascii: "\n") { break }

            let field = try Self.number(in: text, at: &at)
            if count < fields.scalarCount { fields[count] = field }
            count += 1
        }
        if count < Self.fewestFields { throw .malformed }
        self.fields = fields
    }

    /// The time since earlier times, in ticks: what was busy, and the whole.
    ///
    /// Single fields may step back, iowait above all and others as processors come and go: such a step counts 0,
    /// so that busy lies between 0 and the whole.
    package func elapsed(since earlier: CPUTimes) -> (busy: Double, whole: Double) {
        var busy = 0.0
        var whole = 0.0
        for index in 0..<fields.scalarCount where fields[index] > earlier.fields[index] {
            let ticks = Double(fields[index] - earlier.fields[index])
            whole += ticks
            if Self.busyFields[index] { busy += ticks }
        }
        return (busy, whole)
    }

    /// The ticks since earlier times: what was busy with tasks and with interrupts, and the whole. A step back counts 0.
    package func ticks(since earlier: CPUTimes) -> ElapsedTicks {
        var elapsed = ElapsedTicks()
        for index in 0..<fields.scalarCount where fields[index] > earlier.fields[index] {
            let ticks = fields[index] - earlier.fields[index]
            elapsed.whole = elapsed.whole.saturatingAdd(ticks)
            switch index {
            case 0...2: elapsed.tasks = elapsed.tasks.saturatingAdd(ticks)
            case 5...6: elapsed.interrupts = elapsed.interrupts.saturatingAdd(ticks)
            default: break
            }
        }
        return elapsed
    }

    private static func number(in text: Span<UInt8>, at: inout Int) throws(CPUTimesError) -> UInt64 {
        let first = at
        var number: UInt64 = 0
        while at < text.count, case let digit = text[at] &- UInt8(ascii: "0"), digit <= 9 {
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
            if overflow || carried { throw .overflow }
            number = sum
            at += 1
        }
        if at == first { throw .malformed }
        return number
    }
}
