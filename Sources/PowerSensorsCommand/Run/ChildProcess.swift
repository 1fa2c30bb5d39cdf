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

        /// The signal that ended it; nil if it ended itself.
        let signal: Int32?

        /// When it ended.
        let moment: SampleInstant

        /// The processor time that it and its descendants took until then.
        let processorTime: Duration

        /// Whether some of its descendants still run.
        let hasSurvivors: Bool
    }

    private let number: pid_t
    private let family: Family

    /// Starts a command, whose end wakes ``Signals/timer``.
    ///
    /// - Parameters:
    ///   - files: Descriptors of this process, each with the number that the command gets it as.
    ///   - noteEnd: Called once it has ended, by another thread.
    /// - Throws: A failure with the exit code of a shell: 127 if there is no such command, and 126 if it cannot be run.
    init(
        _ words: [CommandWord], _ files: [(own: Int32, place: Int32)] = [],
        noteEnd: @escaping @Sendable (SampleInstant) -> Void = { _ in }
    ) throws(CommandFailure) {
        let family = Family(noteEnd)
        // The command's own descriptor limit is the one that this process was started with.
        let number = try DescriptorLimit.asInherited { () throws(CommandFailure) in try Self.spawn(words, files) }
        SignalRelay.handOn(to: number)
        do throws(ThreadError) {
            try OwnedThread(name: "wait") { family.await(number) }.join(within: .zero)
        } catch {
            SignalRelay.handOn(to: nil)
            kill(number, SIGKILL)
            waitpid(number, nil, 0)
            throw .failure("No thread could be started to wait for the command: \(systemMessage(errno: error.errno)).")
        }
        (self.number, self.family) = (number, family)
    }

    /// Makes the descendants of later commands children of this process when their parents end.
    static func adoptDescendants() { cpowersensors_adopt_descendants() }

    /// Whether it has ended.
    var hasEnded: Bool { family.ended != nil }

    /// The processor time that it and its descendants have taken so far, as far as that can be seen meanwhile.
    var processorTime: Duration { family.processorTime }

    /// Collects it once it has ended, and tells how. May be called once.
    func end() -> End {
        // Its number is its own until it is collected.
        SignalRelay.handOn(to: nil)
        var status: Int32 = 0
        var usage = rusage()
        while unsafe wait4(number, &status, 0, &usage) < 0, errno == EINTR {}
        let others = family.collect()
        return End(
            exitStatus: Self.exitStatus(status), signal: status & 0x7f == 0 ? nil : status & 0x7f,
            moment: family.ended ?? SampleInstant.now,
            processorTime: usage.processorTime + others.time, hasSurvivors: others.areLiving)
    }

    /// The status of wait(2), as a shell tells it.
    private static func exitStatus(_ status: Int32) -> Int32 {
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    private static func spawn(
        _ words: [CommandWord], _ files: [(own: Int32, place: Int32)]
    ) throws(CommandFailure) -> pid_t {
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // A handler ends with the program that has it, but what is ignored stays so.
        var restored = Signals.changedToIgnored
        unsafe posix_spawnattr_setsigdefault(&attributes, &restored)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for file in files where unsafe posix_spawn_file_actions_adddup2(&actions, file.own, file.place) != 0 {
            throw .failure(
                "--phase-descriptor \(file.place): the command may not have as many files open. Remedy: ulimit -n, or a lower number."
            )
        }
        var number: pid_t = 0
        func start(_ words: [CommandWord]) -> Int32 {
            var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0.bytes) } + [nil]
            defer { unsafe arguments.forEach { unsafe free($0) } }
            return unsafe posix_spawnp(&number, words[0].bytes, &actions, &attributes, &arguments, environ)
        }
        var code = start(words)
        let command = words[0].text
        // A script without a first line that names what runs it is run by sh, as execvp(3) and shells do.
        if code == ENOEXEC, let path = Interpreter.path(ofScript: command) {
            code = start([CommandWord("/bin/sh"), CommandWord(path)] + words.dropFirst())
        }
        if code == 0 { return number }
        let name = command.isEmpty ? "\"\"" : command
        if code == ENOENT, let interpreter = Interpreter(ofCommand: command) {
            throw CommandFailure(line: "\(name) cannot be run: \(interpreter.complaint)", exitCode: 126)
        }
        // The system also says so of a folder in PATH that may not be entered.
        let isMissing = code == EACCES && !command.contains("/") && !Interpreter.isThere(command)
        if code == ENOENT || isMissing {
            throw CommandFailure(
                line: "\(name): there is no such command. Name one in PATH, or its path.", exitCode: 127)
        }
        throw CommandFailure(
            line: "\(name) cannot be run: \(systemMessage(errno: code)).\(remedy(code))", exitCode: 126)
    }

    private static func remedy(_ code: Int32) -> String {
        switch code {
        case EACCES: " Remedy: chmod +x, or name a program and not a folder."
        case ENOEXEC: " Remedy: build it for this machine."
        default: ""
        }
    }
}

/// A child and its descendants, whose ends a thread awaits that does nothing else.
private final class Family: Sendable {
    /// When it began, in the ticks in which the kernel tells the start of processes.
    private let began = UInt64(max(SampleInstant.now.boottimeNanoseconds, 0)) / 10_000_000
    private let state = Locked<(ended: SampleInstant?, adopted: Duration)>((nil, .zero))
    private let noteEnd: @Sendable (SampleInstant) -> Void

    init(_ noteEnd: @escaping @Sendable (SampleInstant) -> Void) { self.noteEnd = noteEnd }

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
        noteEnd(now)
        state.withLock { $0.ended = now }
        Signals.timer.wake()
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
        let living = LivingDescendants(since: began)
        return (adopted + living.processorTime, living.count > 0)
    }

    /// The processor time of all descendants so far.
    var processorTime: Duration {
        // What is collected meanwhile is missing rather than counted twice.
        adopted + LivingDescendants(since: began).processorTime
    }

    private var adopted: Duration { state.withLock { $0.adopted } }

    /// Collects one that has ended. What began before this command is another's.
    private func collect(_ number: pid_t) {
        let isOwn = LivingDescendants.start(of: number).map { $0 >= began } ?? true
        var usage = rusage()
        let found = unsafe wait4(number, nil, WNOHANG, &usage)
        if found == number, isOwn { state.withLock { [usage] in $0.adopted += usage.processorTime } }
    }
}

extension ChildProcess.End {
    /// What the signal is called, such as `SIGSEGV`; nil if it ended itself.
    var signalName: String? {
        guard let signal else { return nil }
        let number = Int(signal)
        if Self.signalNames.indices.contains(number - 1) { return "SIG" + Self.signalNames[number - 1] }
        return number == 34 ? "SIGRTMIN" : number > 34 ? "SIGRTMIN+\(number - 34)" : "signal \(number)"
    }

    /// The names of the signals from 1 on (signal(7)).
    private static let signalNames = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ]
}

extension rusage {
    fileprivate var processorTime: Duration {
        let seconds = ru_utime.tv_sec + ru_stime.tv_sec
        return .seconds(seconds) + .microseconds(ru_utime.tv_usec + ru_stime.tv_usec)
    }
}
