import Glibc
package import PowerSensors
import PowerSensorsMachine

/// Reads for how long the processors have been busy, all together.
package struct BusyMeter: ~Copyable {
    /// One reading.
    package struct Reading {
        fileprivate let times: CPUTimes
        /// For how long tasks have run, in nanoseconds; nil where the kernel does not say.
        fileprivate let taskNanoseconds: Int64?
    }

    private let procfs: SystemRoot
    private var load: LoadReader

    package init(beneath procfs: SystemRoot) {
        self.procfs = procfs
        load = LoadReader(beneath: procfs)
    }

    /// Nil if nothing tells.
    package mutating func read() -> Reading? {
        guard let times = try? load.read() else { return nil }
        return Reading(times: times, taskNanoseconds: taskNanoseconds())
    }

    /// The seventh number of each processor's line in procfs' `schedstat` (the kernel's Documentation/scheduler/sched-stats.rst).
    private func taskNanoseconds() -> Int64? {
        guard let bytes = try? procfs.bytes("schedstat", limit: 1 << 22) else { return nil }
        var sum: Int64?
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: Array("cpu".utf8)) {
            let fields = line.split(separator: UInt8(ascii: " "))
            guard fields.count > 7, let time = Int64(String(decoding: fields[7], as: UTF8.self)), time >= 0 else {
                return nil
            }
            sum = (sum ?? 0).addingReportingOverflow(time).partialValue
        }
        return sum
    }
}

extension BusyMeter.Reading {
    /// For how long the processors have been busy since an earlier reading.
    ///
    /// The kernel tells it in steps of 10 ms. The finer number lacks what has run since the latest switch of tasks, and contains
    /// stolen time, so it decides only within these steps.
    package func busyTime(since earlier: Self) -> Duration {
        let tick: Int64 = 10_000_000
        // Some centuries at most, so that nothing overflows.
        let coarse = Int64(min(times.elapsed(since: earlier.times).busy, 1 << 36)) * tick
        guard let taskNanoseconds, let before = earlier.taskNanoseconds else { return .nanoseconds(coarse) }
        // Stolen time is the eighth field. Each of the five fields of busy time is rounded down.
        let (later, sooner) = (times.fields[7], earlier.times.fields[7])
        let stolen = later > sooner ? Int64(min(later - sooner, 1 << 36)) * tick : 0
        let (fine, open) = (taskNanoseconds &- before &- stolen, 5 * tick)
        return .nanoseconds(min(max(fine, coarse - open, 0), coarse + open))
    }
}
