import CPowerSensors
import Glibc
import PowerSensors

/// The descendants of this process that run now, or wait to be collected.
struct LivingDescendants {
    private(set) var count = 0

    /// The processor time that they, and those of their own descendants that they have waited for, have taken.
    private(set) var processorTime = Duration.zero

    /// Looks at every process.
    ///
    /// - Parameter began: The start of the first that counts, in the ticks in which the kernel tells the start of processes.
    init(since began: UInt64) {
        let folder = unsafe open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(folder) }
        var numbers = [Int32](repeating: 0, count: 1 << 16)
        let all = unsafe cpowersensors_list_processes(folder, &numbers, numbers.count)
        var children: [Int32: [(number: Int32, process: cpowersensors_process)]] = [:]
        for number in numbers.prefix(max(min(all, numbers.count), 0)) where number != SignalRelay.witnessNumber {
            guard let process = Self.process(number, in: folder), process.start >= began else { continue }
            children[process.parent, default: []].append((number, process))
        }
        // A parent before its children: one that is collected in between is missing rather than counted twice.
        var parents = [getpid()]
        while let parent = parents.popLast() {
            for (number, process) in children[parent] ?? [] {
                count += 1
                processorTime += Self.waitedTime(of: number) + Self.ownTime(of: number, process)
                parents.append(number)
            }
        }
    }

    /// When a process started, in the kernel's ticks; nil if it is gone.
    static func start(of number: pid_t) -> UInt64? {
        let folder = unsafe open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(folder) }
        return process(number, in: folder)?.start
    }

    private static func process(_ number: pid_t, in folder: Int32) -> cpowersensors_process? {
        var process = cpowersensors_process()
        var kept: Int32 = -1
        return unsafe cpowersensors_read_process(folder, number, &kept, 0, &process) == 0 ? process : nil
    }

    /// The time of a process's threads: to the nanosecond by its clock or, where it has none, in steps of 10 ms.
    private static func ownTime(of number: pid_t, _ process: cpowersensors_process) -> Duration {
        var (clock, time) = (clockid_t(), timespec())
        guard unsafe clock_getcpuclockid(number, &clock) == 0, unsafe clock_gettime(clock, &time) == 0 else {
            return .milliseconds(10) * Int(clamping: process.ticks)
        }
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// The time of the descendants that a process has waited for: cutime and cstime, fields 16 and 17 of proc_pid_stat(5).
    private static func waitedTime(of number: pid_t) -> Duration {
        guard let bytes = try? WholeFile.bytes("/proc/\(number)/stat", limit: 1024),
            let bracket = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return .zero }
        // Field 3 follows the bracket.
        let fields = bytes[(bracket + 1)...].split(separator: UInt8(ascii: " "))
        if fields.count < 15 { return .zero }
        let ticks = fields[13...14].reduce(0) { $0 + (Int(String(decoding: $1, as: UTF8.self)) ?? 0) }
        return .milliseconds(10) * ticks
    }
}
