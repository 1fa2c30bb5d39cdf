import CPowerSensors
import Glibc
import PowerSensors
import Synchronization

/// Hands the signals that this process gets on to a command that it has started.
///
/// What a terminal sends, its whole foreground group gets, the command too unless it has left that for a group of its own. The same is
/// true of what a process sends to the group: a witness in the group, which does nothing else, tells that.
enum SignalRelay {
    /// How long a signal to the whole group may need from one process to another; some who end a service send it to one after another.
    private static let longestDelay: Int64 = 10_000_000

    /// Within which time two signals of one kind are the same.
    private static let sameTime: Int64 = 100_000_000

    /// All that can be caught, but those of this process's own children and pipes. What continues comes after what stops.
    private static let handedOn: [Int32] = {
        let others: Set<Int32> = [SIGKILL, SIGSTOP, SIGCHLD, SIGPIPE, SIGCONT]
        // glibc needs 32 and 33.
        return (Int32(1)...31).filter { !others.contains($0) } + Array(Int32(34)...64) + [SIGCONT]
    }()

    /// Those by which a terminal or a process stops others until SIGCONT.
    private static let stops = [SIGTSTP, SIGTTIN, SIGTTOU]

    /// Begins to hand signals on.
    static func start() throws(CommandFailure) {
        _ = pending.load(ordering: .relaxed)
        _ = pendingOfTerminal.load(ordering: .relaxed)
        _ = timer.wakeCount
        witness.store(cpowersensors_start_group_witness(), ordering: .relaxed)
        do throws(ThreadError) {
            try OwnedThread(name: "signals") { run() }.join(within: .zero)
        } catch {
            throw .failure("No thread could be started for signals: \(systemMessage(errno: error.errno)).")
        }
        for number in handedOn { unsafe Signals.handleWithOrigin(number, receive) }
    }

    /// Ends the process that ``start()`` started.
    static func end() {
        let number = witness.exchange(0, ordering: .relaxed)
        if number <= 0 { return }
        kill(number, SIGKILL)
        waitpid(number, nil, 0)
    }

    /// The process that ``start()`` started, which is none of the command's.
    static var witnessNumber: pid_t { witness.load(ordering: .relaxed) }

    /// Hands signals on to a process from now on; nil for to none.
    static func handOn(to number: pid_t?) {
        command.withLock {
            $0 = number
            let signal = Signals.latestEnd
            guard let process = number, signal > 0 else { return }
            // One that came while the command was started, and that the thread need not send again.
            pending.bitwiseAnd(~bit(signal), ordering: .relaxed)
            kill(process, signal)
        }
    }

    /// For how long this process has been stopped so far, as by Ctrl-Z.
    static var stoppedTime: Duration { .nanoseconds(stoppedNanoseconds.load(ordering: .relaxed)) }

    // MARK: The thread

    private static func run() {
        while true {
            let wakeCount = timer.wakeCount
            let ofTerminal = pendingOfTerminal.exchange(0, ordering: .relaxed)
            let signals = pending.exchange(0, ordering: .relaxed)
            if signals | ofTerminal == 0 {
                timer.wait(until: .max, unlessWokenSince: wakeCount)
                continue
            }
            // A stop comes before the continuation that ends it.
            for number in handedOn {
                if ofTerminal & bit(number) != 0 { handOnOfTerminal(number) }
                if signals & bit(number) != 0, !isGroups(number) { handOn(number) }
            }
            let stop = stops.first { (signals | ofTerminal) & bit($0) != 0 }
            let later = pending.load(ordering: .relaxed) | pendingOfTerminal.load(ordering: .relaxed)
            if let stop, (signals | ofTerminal | later) & bit(SIGCONT) == 0 { self.stop(by: stop) }
        }
    }

    private static func handOn(_ number: Int32) {
        command.withLock {
            guard let process = $0 else { return }
            // All that a stop of the terminal may have stopped goes on.
            kill(number == SIGCONT && leadsOtherGroup(process) ? -process : process, number)
        }
    }

    /// Hands a signal of the terminal on, as that would, to a command that leads another group of its session.
    private static func handOnOfTerminal(_ number: Int32) {
        command.withLock { if let process = $0, leadsOtherGroup(process) { kill(-process, number) } }
    }

    /// Whether a command got out of this process's group into one of its own, as `timeout` does, and not into another session.
    private static func leadsOtherGroup(_ process: pid_t) -> Bool {
        getpgid(process) == process && getsid(process) == getsid(0)
    }

    /// Whether the command got a signal itself, as everyone in its group.
    private static func isGroups(_ number: Int32) -> Bool {
        guard witnessNumber > 0, command.withLock({ $0.map { getpgid($0) == getpgrp() } ?? false }) else {
            return false
        }
        let began = SampleInstant.monotonicNow
        while true {
            let now = SampleInstant.monotonicNow
            if now - cpowersensors_group_signal_time(number) < sameTime { return true }
            if now - began > longestDelay { return false }
            SampleInstant.sleep(untilMonotonic: now + 1_000_000)
        }
    }

    /// Stops this process until it is continued. The kernel ignores these signals, other than SIGSTOP, where nobody could continue it.
    private static func stop(by number: Int32) {
        let began = SampleInstant.now.boottimeNanoseconds
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, number)
        signal(number, SIG_DFL)
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(number)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        unsafe Signals.handleWithOrigin(number, receive)
        stoppedNanoseconds.add(SampleInstant.now.boottimeNanoseconds - began, ordering: .relaxed)
    }
}

/// Leaves a signal to the thread. Calls only what a signal handler may call.
private func receive(
    _ number: Int32, _ information: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?
) {
    let code = unsafe (information?.pointee.si_code ?? 0)
    let sender = unsafe (information?.pointee._sifields._kill.si_pid ?? 0)
    let isOwn = code <= 0 && sender == getpid()
    switch number {
    case SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP:
        // A fault of this process ends it, as without a handler.
        if code > 0 || isOwn {
            signal(number, SIG_DFL)
            raise(number)
            return
        }
    case SIGXFSZ: if isOwn { return }  // The write that is too long fails, and tells it.
    default: break
    }
    pendSignal(number, isOfTerminal: code > 0 && isSentByTerminal(number))
    if endsRun(number) { Signals.requestEnd(by: number) }
}

/// Leaves a signal to the thread.
private func pendSignal(_ number: Int32, isOfTerminal: Bool) {
    if isOfTerminal {
        pendingOfTerminal.bitwiseOr(bit(number), ordering: .relaxed)
    } else {
        pending.bitwiseOr(bit(number), ordering: .relaxed)
    }
    timer.wake()
}

/// Whether the kernel sends a signal to a whole group, for a terminal. Others, as of a timer, concern one process.
private func isSentByTerminal(_ number: Int32) -> Bool {
    switch number {
    case SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGWINCH: true
    default: false
    }
}

/// Whether a signal is to end a program; others, as SIGUSR1, tell a command something, and are its own business.
private func endsRun(_ number: Int32) -> Bool {
    switch number {
    case SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGXCPU: true
    case SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP: true
    default: false
    }
}

/// Stands for a signal, from 1 to 64.
private func bit(_ number: Int32) -> UInt64 { 1 << UInt64((number - 1) & 63) }

/// The signals to hand on that a process sent, or the kernel to this process alone, a bit each.
private let pending = Atomic<UInt64>(0)
/// Those that a terminal sent to the group.
private let pendingOfTerminal = Atomic<UInt64>(0)
private let timer = InterruptibleTimer()
private let witness = Atomic<pid_t>(0)
private let command = Locked<pid_t?>(nil)
private let stoppedNanoseconds = Atomic<Int64>(0)
