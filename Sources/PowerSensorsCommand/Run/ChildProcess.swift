import CPowerSensors
import Glibc
import PowerSensors
import Synchronization

/// A command that runs as a child of this process, with its standard streams.
///
/// Its descendants whose parents end become this process's children, so that their processor time is known too.
struct ChildProcess {
    /// How it ended.
    struct End {
        /// The status as a shell tells it: the command's own, or 128 and the number of the signal that ended it.
        let exitStatus: Int32

        /// The processor time that it and all of its descendants that have ended took.
        let processorTime: Duration

        /// Whether some of its descendants still run.
        let hasSurvivors: Bool
    }

    private let number: pid_t
    private let ending: Ending

    /// Starts a command.
    ///
    /// - Throws: A failure with the exit code of a shell: 127 if there is no such command, and 126 if it cannot be run.
    init(_ words: [String]) throws(CommandFailure) {
        // The command's own descriptor limit is the one that this process was started with.
        let number = try DescriptorLimit.asInherited { () throws(CommandFailure) in try Self.spawn(words) }
        self.number = number
        ending = Ending()
        Signals.handOn(to: number)
        do throws(ThreadError) {
            try OwnedThread(name: "wait") { [ending] in ending.await(number) }.join(within: .zero)
        } catch {
            Signals.handOn(to: nil)
            kill(number, SIGKILL)
            waitpid(number, nil, 0)
            throw .failure("No thread could be started to wait for the command: \(systemMessage(errno: error.errno)).")
        }
    }

    /// Makes the descendants of later commands children of this process when their parents end.
    static func adoptDescendants() { cpowersensors_adopt_descendants() }

    /// Waits for its end, or for a moment.
    ///
    /// - Returns: Whether it has ended.
    func hasEnded(by moment: Int64) -> Bool {
        while true {
            let wakeCount = ending.timer.wakeCount
            if ending.hasEnded { return true }
            if SampleInstant.monotonicNow >= moment { return false }
            ending.timer.wait(until: moment, unlessWokenSince: wakeCount)
        }
    }

    /// Collects it once it has ended, and tells how. May be called once.
    func end() -> End {
        // Its number is its own until it is collected.
        Signals.handOn(to: nil)
        var status: Int32 = 0
        var usage = rusage()
        while unsafe wait4(number, &status, 0, &usage) < 0, errno == EINTR {}
        var time = usage.processorTime
        var hasSurvivors = false
        while true {
            var adopted = rusage()
            let found = unsafe wait4(-1, nil, WNOHANG, &adopted)
            if found > 0 { time += adopted.processorTime }
            if found == 0 { hasSurvivors = true }
            if found <= 0, found == 0 || errno != EINTR { break }
        }
        return End(exitStatus: Self.exitStatus(status), processorTime: time, hasSurvivors: hasSurvivors)
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

/// Whether a child has ended, told by a thread that waits for nothing else.
private final class Ending: Sendable {
    let timer = InterruptibleTimer()
    private let isOver = Atomic(false)

    var hasEnded: Bool { isOver.load(ordering: .acquiring) }

    /// Waits for the child's end, and leaves it to be collected.
    func await(_ number: pid_t) {
        var information = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(number), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        isOver.store(true, ordering: .releasing)
        timer.wake()
    }
}

extension rusage {
    fileprivate var processorTime: Duration {
        let seconds = ru_utime.tv_sec + ru_stime.tv_sec
        return .seconds(seconds) + .microseconds(ru_utime.tv_usec + ru_stime.tv_usec)
    }
}
