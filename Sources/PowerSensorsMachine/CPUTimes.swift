import Glibc
package import PowerSensorsCore

/// For how long the machine's processors did what between two readings, summed over all of them, in ticks of 10 ms.
package struct ElapsedTicks: Hashable, Sendable {
    /// Running tasks, which are threads of processes and of the kernel.
    package var tasks: UInt64 = 0

    /// Handling interrupts, which the kernel charges to no task.
    package var interrupts: UInt64 = 0

    /// Everything, including idle and stolen time.
    package var total: UInt64 = 0

    /// No ticks.
    package init() {}

    /// Tasks and interrupts: at most ``total``.
    package var busy: UInt64 { tasks.saturatingAdd(interrupts) }

    /// The busy part, from 0 to 1; nil if no time passed.
    package var load: Double? { total > 0 ? Double(busy) / Double(total) : nil }

    /// Adds the ticks of a time for which the machine was suspended, as idle ones: the kernel counts none.
    ///
    /// - Parameters:
    ///   - nanoseconds: How long that was.
    ///   - awake: The nanoseconds in which the ticks so far were counted.
    package mutating func addSuspended(_ nanoseconds: Int64, besides awake: Int64) {
        guard nanoseconds >= SampleInstant.shortestSuspendNanoseconds, awake > 0 else { return }
        let ticks = Double(total) * Double(nanoseconds) / Double(awake)
        total = total.saturatingAdd(UInt64(exactly: ticks.rounded()) ?? .max)
    }

    /// Adds another interval's ticks.
    package static func += (left: inout ElapsedTicks, right: ElapsedTicks) {
        left.tasks = left.tasks.saturatingAdd(right.tasks)
        left.interrupts = left.interrupts.saturatingAdd(right.interrupts)
        left.total = left.total.saturatingAdd(right.total)
    }
}

/// For how long the machine's processors have done what since boot, summed over all of them, in ticks of 10 ms.
///
/// The fields are those of procfs' `stat`: user, nice, system, idle, iowait, irq, softirq, steal. Later fields are
/// already included in user and nice (proc_stat(5)).
package struct CPUTimes: Hashable, Sendable {
    /// The fields in the kernel's order; 0 for those that an old kernel lacks.
    package let fields: SIMD8<UInt64>

    /// Kernels before 2.6 write only user, nice, system and idle.
    private static let fewestFields = 4

    package init(_ fields: SIMD8<UInt64>) { self.fields = fields }

    /// Parses the first line of procfs' `stat` in place, without allocation.
    ///
    /// - Parameters:
    ///   - text: The beginning of the file.
    ///   - isWhole: Whether the text reaches the end of the file, so that a line without a newline is complete.
    ///   - path: The file, for errors.
    package init(parsing text: Span<UInt8>, isWhole: Bool, path: String) throws(AttributeError) {
        func failure(_ errno: Int32) -> AttributeError { AttributeError(path: path, errno: errno) }
        if text.isEmpty { throw failure(ENODATA) }
        guard text.count > 3, text[0] == UInt8(ascii: "c"), text[1] == UInt8(ascii: "p"), text[2] == UInt8(ascii: "u")
        else { throw failure(EBADMSG) }

        var fields = SIMD8<UInt64>()
        var count = 0
        var position = 3
        while true {
            guard position < text.count, text[position] == UInt8(ascii: " ") || text[position] == UInt8(ascii: "\n")
            else {
                if position == text.count, isWhole { break }
                throw failure(position == text.count ? EMSGSIZE : EBADMSG)
            }
            while position < text.count, text[position] == UInt8(ascii: " ") { position += 1 }
            if position == text.count { continue }
            if text[position] == UInt8(ascii: "\n") { break }

            guard let field = text.decimal(at: &position) else { throw failure(EBADMSG) }
            if field.overflows { throw failure(EOVERFLOW) }
            if count < fields.scalarCount { fields[count] = field.value }
            count += 1
        }
        if count < Self.fewestFields { throw failure(EBADMSG) }
        self.fields = fields
    }

    /// Whether a field is so much less than at an earlier reading that it must have started again: by more than a second.
    /// Idle time may be slightly less, and iowait by any amount (proc_stat(5)).
    package func hasFallen(since earlier: CPUTimes) -> Bool {
        for index in 0..<fields.scalarCount where index != 4 && fields[index] < earlier.fields[index] {
            if earlier.fields[index] - fields[index] > 100 { return true }
        }
        return false
    }

    /// The ticks since an earlier reading.
    ///
    /// Single fields may decrease: iowait often does, and others when processors come and go. A decrease counts as 0.
    package func elapsed(since earlier: CPUTimes) -> ElapsedTicks {
        var elapsed = ElapsedTicks()
        for index in 0..<fields.scalarCount where fields[index] > earlier.fields[index] {
            let ticks = fields[index] - earlier.fields[index]
            elapsed.total = elapsed.total.saturatingAdd(ticks)
            switch index {
            case 0...2: elapsed.tasks = elapsed.tasks.saturatingAdd(ticks)
            case 5...6: elapsed.interrupts = elapsed.interrupts.saturatingAdd(ticks)
            default: break
            }
        }
        return elapsed
    }
}

extension Span<UInt8> {
    /// Parses the decimal that starts at a position, and moves the position behind it; nil if there is no digit.
    package func decimal(at position: inout Int) -> (value: UInt64, overflows: Bool)? {
        let first = position
        var value: UInt64 = 0
        var overflows = false
        while position < count, case let digit = self[position] &- UInt8(ascii: "0"), digit <= 9 {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
            if overflow || carried { overflows = true }
            value = sum
            position += 1
        }
        return position == first ? nil : (value, overflows)
    }
}
