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

    private static let ends = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    /// Begins to hand signals on.
    static func start() throws(CommandFailure) {
        _ = pending.load(ordering: .relaxed)
        _ = timer.wakeCount
        witness.store(cpowersensors_start_group_witness(), ordering: .relaxed)
        do throws(ThreadError) {
            try OwnedThread(name: "signals") { run() }.join(within: .zero)
        } catch {
            throw .failure("No thread could be started for signals: \(systemMessage(errno: error.errno)).")
        }
        for number in ends + [SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT] { unsafe Signals.handleWithOrigin(number, receive) }
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
        command.withLock { $0 = number }
        // One that came while the command was started.
        if let number, Signals.isEndRequested { kill(number, Signals.latestEnd) }
    }

    /// For how long this process has been stopped so far, as by Ctrl-Z.
    static var stoppedTime: Duration { .nanoseconds(stoppedNanoseconds.load(ordering: .relaxed)) }

    // MARK: The thread

    private static func run() {
        while true {
            let wakeCount = timer.wakeCount
            let signals = pending.exchange(0, ordering: .relaxed)
            if signals == 0 {
                timer.wait(until: .max, unlessWokenSince: wakeCount)
                continue
            }
            // A stop comes before the continuation that ends it.
            for number in ends + [SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT] {
                if signals & terminalBit(number) != 0 { handOnOfTerminal(number) }
                if signals & bit(number) != 0, !isGroups(number) { handOn(number) }
            }
            let isStop = signals & (bit(SIGTSTP) | terminalBit(SIGTSTP)) != 0
            if isStop, (signals | pending.load(ordering: .relaxed)) & bit(SIGCONT) == 0 { stop() }
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

    /// Stops this process until it is continued. The kernel ignores this signal, other than SIGSTOP, where nobody could continue it.
    private static func stop() {
        let began = SampleInstant.now.boottimeNanoseconds
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGTSTP)
        signal(SIGTSTP, SIG_DFL)
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(SIGTSTP)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        unsafe Signals.handleWithOrigin(SIGTSTP, receive)
        stoppedNanoseconds.add(SampleInstant.now.boottimeNanoseconds - began, ordering: .relaxed)
    }
}

/// Leaves a signal to the thread. Calls only what a signal handler may call.
private func receive(
    _ number: Int32, _ information: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?
) {
    let isFromProcess = unsafe (information?.pointee.si_code ?? 0) <= 0
    pending.bitwiseOr(isFromProcess ? bit(number) : terminalBit(number), ordering: .relaxed)
    timer.wake()
    switch number {
    case SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT: return
    default: break
    }
    Signals.requestEnd(by: number)
}

/// Stands for a signal that a process sent. All that are handed on are below 32.
private func bit(_ number: Int32) -> UInt64 { 1 << UInt64(number & 31) }

/// Stands for a signal that the terminal sent.
private func terminalBit(_ number: Int32) -> UInt64 { bit(number) << 32 }

/// The signals to hand on, a bit each.
private let pending = Atomic<UInt64>(0)
private let timer = InterruptibleTimer()
private let witness = Atomic<pid_t>(0)
private let command = Locked<pid_t?>(nil)
private let stoppedNanoseconds = Atomic<Int64>(0)
