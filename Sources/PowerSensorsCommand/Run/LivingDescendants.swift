import CPowerSensors
import Glibc
import PowerSensors

/// The descendants of this process that run now, or wait to be collected.
package struct LivingDescendants {
    package private(set) var count = 0

    /// The processor time that they, and those of their own descendants that they have waited for, have taken.
    package private(set) var processorTime = Duration.zero

    /// Looks at every process.
    ///
    /// - Parameter began: The start of the first that counts, in the ticks in which the kernel tells the start of processes.
    package init(since began: UInt64) {
        let folder = unsafe open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(folder) }
        var numbers = [Int32](repeating: 0, count: 1 << 16)
        let all = unsafe cpowersensors_list_processes(folder, &numbers, numbers.count)
        var children: [Int32: [(number: Int32, process: cpowersensors_process)]] = [:]
        for number in numbers.prefix(max(min(all, numbers.count), 0)) where number != SignalRelay.witnessNumber {
            guard let process = Self.process(number, in: folder), process.start >= began else { continue }
            children[process.parent, default: []].append((number, process))
        }
        // One that is collected meanwhile is missing or in its parent's sum, never both: all sums have been read by now.
        var parents = [getpid()]
        while let parent = parents.popLast() {
            for (number, process) in children[parent] ?? [] {
                count += 1
                processorTime += Self.time(process.descendants) + Self.ownTime(of: number, process, in: folder)
                parents.append(number)
            }
        }
    }

    /// When a process started, in the kernel's ticks; nil if it is gone.
    package static func start(of number: Int32) -> UInt64? {
        let folder = unsafe open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(folder) }
        return process(number, in: folder)?.start
    }

    private static func process(_ number: pid_t, in folder: Int32) -> cpowersensors_process? {
        var process = cpowersensors_process()
        var kept: Int32 = -1
        return unsafe cpowersensors_read_process(folder, number, &kept, 0, &process) == 0 ? process : nil
    }

    /// The time of a process's threads: to the nanosecond by its clock or, where the kernel has no such clocks, in steps of 10 ms;
    /// none if it is gone, since its parent may have it already.
    private static func ownTime(of number: pid_t, _ process: cpowersensors_process, in folder: Int32) -> Duration {
        var (clock, spent) = (clockid_t(), timespec())
        guard unsafe clock_getcpuclockid(number, &clock) == 0, unsafe clock_gettime(clock, &spent) == 0 else {
            let isThere = Self.process(number, in: folder)?.start == process.start
            return isThere ? time(process.ticks) : .zero
        }
        return .seconds(spent.tv_sec) + .nanoseconds(spent.tv_nsec)
    }

    /// A time that the kernel tells in steps of 10 ms.
    private static func time(_ ticks: UInt64) -> Duration { .milliseconds(10) * Int(clamping: ticks) }
}
