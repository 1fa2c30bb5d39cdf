import CPowerSensors
import Glibc
import PowerSensors

/// A command that runs as a child of this process, with its standard streams.
///
/// Its descendants whose parents end become this process's children, so that their processor time is known too.
struct ChildProcess {
    /// How it ended.
    struct End {
        /// The status as a shell tells it: the command's own, or 128 and the number of the signal that ended it.
        let exitStatus: Int32

        /// When it ended.
        let moment: SampleInstant

        /// The processor time that it and its descendants took until then.
        let processorTime: Duration

        /// Whether some of its descendants still run.
        let hasSurvivors: Bool
    }

    private let number: pid_t
    private let family: Family

    /// Starts a command.
    ///
    /// - Throws: A failure with the exit code of a shell: 127 if there is no such command, and 126 if it cannot be run.
    init(_ words: [String]) throws(CommandFailure) {
        let family = Family()
        // The command's own descriptor limit is the one that this process was started with.
        let number = try DescriptorLimit.asInherited { () throws(CommandFailure) in try Self.spawn(words) }
        Signals.handOn(to: number)
        do throws(ThreadError) {
            try OwnedThread(name: "wait") { family.await(number) }.join(within: .zero)
        } catch {
            Signals.handOn(to: nil)
            kill(number, SIGKILL)
            waitpid(number, nil, 0)
            throw .failure("No thread could be started to wait for the command: \(systemMessage(errno: error.errno)).")
        }
        (self.number, self.family) = (number, family)
    }

    /// Makes the descendants of later commands children of this process when their parents end.
    static func adoptDescendants() { cpowersensors_adopt_descendants() }

    /// Waits for its end, or for a moment.
    ///
    /// - Returns: Whether it has ended.
    func hasEnded(by moment: Int64) -> Bool {
        while true {
            let wakeCount = family.timer.wakeCount
            if family.ended != nil { return true }
            if SampleInstant.monotonicNow >= moment { return false }
            family.timer.wait(until: moment, unlessWokenSince: wakeCount)
        }
    }

    /// Collects it once it has ended, and tells how. May be called once.
    func end() -> End {
        // Its number is its own until it is collected.
        Signals.handOn(to: nil)
        var status: Int32 = 0
        var usage = rusage()
        while unsafe wait4(number, &status, 0, &usage) < 0, errno == EINTR {}
        let others = family.collect()
        return End(
            exitStatus: Self.exitStatus(status), moment: family.ended ?? SampleInstant.now,
            processorTime: usage.processorTime + others.time, hasSurvivors: others.areLiving)
    }

    /// The status of wait(2), as a shell tells it.
    private static func exitStatus(_ status: Int32) -> Int32 {
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    private static func spawn(_ words: [String]) throws(CommandFailure) -> pid_t {
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // A handler ends with the program that has it, but what is ignored stays so.
        var restored = Signals.changedToIgnored
        unsafe posix_spawnattr_setsigdefault(&attributes, &restored)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var number: pid_t = 0
        let code = unsafe posix_spawnp(&number, words[0], nil, &attributes, &arguments, environ)
        if code == 0 { return number }
        let name = words[0].isEmpty ? "\"\"" : words[0]
        if code == ENOENT {
            throw CommandFailure(
                line: "\(name): there is no such command. Name one in PATH, or its path.", exitCode: 127)
        }
        throw CommandFailure(
            line: "\(name) cannot be run: \(systemMessage(errno: code)).\(remedy(code))", exitCode: 126)
    }

    private static func remedy(_ code: Int32) -> String {
        switch code {
        case EACCES: " Remedy: chmod +x, or name a program and not a folder."
        case ENOEXEC: " Remedy: begin the script with #!/bin/sh, or run it by sh."
        default: ""
        }
    }
}

/// A child and its descendants, whose ends a thread awaits that does nothing else.
private final class Family: Sendable {
    let timer = InterruptibleTimer()

    /// When it began, in the ticks in which the kernel tells the start of processes.
    private let began = UInt64(max(SampleInstant.now.boottimeNanoseconds, 0)) / 10_000_000
    private let state = Locked<(ended: SampleInstant?, adopted: Duration)>((nil, .zero))

    /// When the child ended; nil while it runs.
    var ended: SampleInstant? { state.withLock { $0.ended } }

    /// Waits for the child's end, and leaves it to be collected. Of its descendants, those that end as children of this process are
    /// collected at once: others may wait for them to be gone.
    func await(_ number: pid_t) {
        while true {
            var information = unsafe siginfo_t()
            if unsafe waitid(P_ALL, 0, &information, WEXITED | WNOWAIT) < 0 {
                if errno == EINTR { continue }
                break
            }
            let found = unsafe information._sifields._sigchld.si_pid
            if found == number { break }
            collect(found)
        }
        let now = SampleInstant.now
        state.withLock { $0.ended = now }
        timer.wake()
    }

    /// Collects what has ended since.
    ///
    /// - Returns: The processor time of all descendants, and whether some still run.
    func collect() -> (time: Duration, areLiving: Bool) {
        while true {
            var information = unsafe siginfo_t()
            let code = unsafe waitid(P_ALL, 0, &information, WEXITED | WNOWAIT | WNOHANG)
            let found = unsafe information._sifields._sigchld.si_pid
            if code < 0, errno == EINTR { continue }
            if code < 0 || found == 0 { break }
            collect(found)
        }
        let living = livingDescendants()
        return (state.withLock { $0.adopted } + .milliseconds(10) * Int(clamping: living.ticks), living.count > 0)
    }

    /// Collects one that has ended. What began before this command is another's.
    private func collect(_ number: pid_t) {
        let isOwn = Self.process(number).map { $0.start >= began } ?? true
        var usage = rusage()
        let found = unsafe wait4(number, nil, WNOHANG, &usage)
        if found == number, isOwn { state.withLock { [usage] in $0.adopted += usage.processorTime } }
    }

    /// What still runs of those that began with the command or after it.
    private func livingDescendants() -> (count: Int, ticks: UInt64) {
        let folder = unsafe open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(folder) }
        var numbers = [Int32](repeating: 0, count: 1 << 16)
        let count = unsafe cpowersensors_list_processes(folder, &numbers, numbers.count)
        var parents: [Int32: cpowersensors_process] = [:]
        for number in numbers.prefix(max(min(count, numbers.count), 0)) {
            if let process = Self.process(number, in: folder), process.start >= began { parents[number] = process }
        }
        var family: Set<Int32> = [getpid()]
        var before = 0
        while family.count != before {
            before = family.count
            for (number, process) in parents where family.contains(process.parent) { family.insert(number) }
        }
        let living = family.compactMap { parents[$0] }
        return (living.count, living.reduce(0) { $0 + $1.ticks })
    }

    private static func process(_ number: pid_t, in folder: Int32? = nil) -> cpowersensors_process? {
        let root = unsafe folder ?? open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if folder == nil { close(root) } }
        var process = cpowersensors_process()
        var kept: Int32 = -1
        return unsafe cpowersensors_read_process(root, number, &kept, 0, &process) == 0 ? process : nil
    }
}

extension rusage {
    fileprivate var processorTime: Duration {
        let seconds = ru_utime.tv_sec + ru_stime.tv_sec
        return .seconds(seconds) + .microseconds(ru_utime.tv_usec + ru_stime.tv_usec)
    }
}
