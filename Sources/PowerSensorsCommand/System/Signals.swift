import CPowerSensors
import Glibc
import PowerSensors
import Synchronization

/// The signals that end the command, and the one that says that the terminal's size changed.
///
/// They are handled and not blocked: while a write waits for the reader of a full pipe, a blocked signal would never arrive; a
/// handled one interrupts the write.
enum Signals {
    /// Woken when the command is asked to stop, where it ends in good order.
    static let timer = InterruptibleTimer()

    /// Whether the command was asked to stop.
    static var isEndRequested: Bool { endRequested.load(ordering: .relaxed) }

    /// Whether the terminal's size changed since the last call.
    static func takeResize() -> Bool { resized.exchange(false, ordering: .relaxed) }

    /// Installs the handlers. A signal that was ignored from the start, as by `nohup`, stays ignored.
    static func install() {
        // The global variables must be initialised before a handler uses them.
        _ = isEndRequested
        _ = latestEnd
        _ = takeResize()
        _ = timer.wakeCount
        isOrderly.store(false, ordering: .relaxed)
        exitCode.store(0, ordering: .relaxed)
        let before = signal(SIGPIPE, SIG_IGN)
        ignoresPipe.store(isIgnored(before), ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            handle(number) { Signals.requestEnd(by: $0) }
        }
        // The command exits a second after the signal at the latest: a signal that comes just before a sleep does not
        // interrupt it, and a file may block for ever. Nothing is ever buffered, so exiting at once loses nothing.
        ignoresAlarm.store(isIgnored(handler(of: SIGALRM)), ordering: .relaxed)
        handle(SIGALRM) { number in
            TerminalMode.restore()
            ProgressLine.clear()
            let code = exitCode.load(ordering: .relaxed)
            // One that another program has set ends this one as any other.
            _exit(code == 0 && !Signals.isEndRequested ? 128 + number : code)
        }
        handle(SIGWINCH) { _ in resized.store(true, ordering: .relaxed) }
    }

    /// From now on ``takeStop()`` and ``takeContinue()`` tell of the signals by which a shell stops a command and lets it go on, and
    /// a crash, or a signal that nobody expects, leaves the terminal as it was.
    static func watchStops() {
        _ = takeStop()
        _ = takeContinue()
        watchStopKey()
        handle(SIGCONT) { _ in continued.store(true, ordering: .relaxed) }
        let crashes = [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP, SIGSYS, SIGXCPU]
        for number in crashes + [SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGIO, SIGPWR] {
            // The signal comes again after this, and then ends the process.
            handle(number, flags: Int32(bitPattern: UInt32(SA_RESETHAND))) {
                TerminalMode.restore()
                raise($0)
            }
        }
    }

    private static func watchStopKey() { handle(SIGTSTP) { _ in stopRequested.store(true, ordering: .relaxed) } }

    /// Stops until it is continued. The kernel ignores this signal, other than SIGSTOP, where nobody could continue the process.
    static func stop() {
        signal(SIGTSTP, SIG_DFL)
        raise(SIGTSTP)
        watchStopKey()
    }

    /// Whether the command was asked to stop until it is continued, since the last call.
    static func takeStop() -> Bool { stopRequested.exchange(false, ordering: .relaxed) }

    /// Whether the command was continued since the last call.
    static func takeContinue() -> Bool { continued.exchange(false, ordering: .relaxed) }

    /// Makes a signal that ends the command a failure, since nothing has been written yet, and not all that was asked for.
    static func oweResult() { exitCode.store(1, ordering: .relaxed) }

    /// Asks the command to stop, as a signal does. Calls only what a signal handler may call.
    static func requestEnd() {
        endRequested.store(true, ordering: .relaxed)
        if isOrderly.load(ordering: .relaxed) { timer.wake() } else { alarm(1) }
    }

    /// From now on a signal only ends ``waitForEnd()``, whose caller has more to do than exit. SIGHUP, by which other programs
    /// are asked to reopen their files, then does nothing: files are opened for each line.
    static func leaveEndToCaller() {
        signal(SIGHUP, SIG_IGN)
        isOrderly.store(true, ordering: .relaxed)
    }

    /// The signals that this process ignores and the one that started it did not: a child gets them as they were.
    static var changedToIgnored: sigset_t {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        if !ignoresPipe.load(ordering: .relaxed) { unsafe sigaddset(&signals, SIGPIPE) }
        return signals
    }

    /// From now on a signal does not end the command, which does so itself once ``isEndRequested``.
    static func endOrderly() {
        isOrderly.store(true, ordering: .relaxed)
        // Where it is ignored, the kernel collects children itself, and nothing is known of their end.
        signal(SIGCHLD, SIG_DFL)
        // An alarm that was set before this program started goes on.
        if isEndRequested { alarm(0) }
        signal(SIGALRM, ignoresAlarm.load(ordering: .relaxed) ? SIG_IGN : SIG_DFL)
    }

    /// Asks the command to stop because of a signal. Calls only what a signal handler may call.
    static func requestEnd(by number: Int32) {
        latest.store(number, ordering: .relaxed)
        requestEnd()
    }

    /// The latest signal that asked for the end; 0 for none.
    static var latestEnd: Int32 { latest.load(ordering: .relaxed) }

    /// The exit status of a command that a signal ended, as a shell tells it.
    static var exitStatus: Int32 { 128 + latestEnd }

    /// Waits for a time, or until the command is asked to stop.
    static func wait(for time: Duration) {
        let end = SampleInstant.monotonicNow + time.wholeNanoseconds
        while true {
            let wakeCount = timer.wakeCount
            if isEndRequested || SampleInstant.monotonicNow >= end { return }
            timer.wait(until: end, unlessWokenSince: wakeCount)
        }
    }

    /// Waits until the command is asked to stop.
    static func waitForEnd() {
        while true {
            let wakeCount = timer.wakeCount
            if isEndRequested { return }
            timer.wait(until: .max, unlessWokenSince: wakeCount)
        }
    }

    /// Exits with a failure in a second, whatever the caller does meanwhile.
    static func exitSoon() {
        oweResult()
        alarm(1)
    }

    private static func handle(
        _ number: Int32, flags: Int32 = 0, _ handler: @escaping @convention(c) (Int32) -> Void
    ) {
        var old = sigaction()
        guard unsafe sigaction(number, nil, &old) == 0 else { return }
        if unsafe isIgnored(old.__sigaction_handler.sa_handler), number != SIGALRM { return }
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = handler
        action.sa_flags = flags
        // Without SA_RESTART, so that sleeps and writes end early.
        unsafe sigaction(number, &action, nil)
    }

    /// Handles a signal by a function that gets to know where it comes from, unless it is ignored.
    static func handleWithOrigin(
        _ number: Int32,
        _ handler: @escaping @convention(c) (Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void
    ) {
        var action = sigaction()
        guard unsafe sigaction(number, nil, &action) == 0 else { return }
        if unsafe isIgnored(action.__sigaction_handler.sa_handler) { return }
        action = sigaction()
        unsafe action.__sigaction_handler.sa_sigaction = handler
        action.sa_flags = SA_SIGINFO
        unsafe sigaction(number, &action, nil)
    }

    private static func handler(of number: Int32) -> __sighandler_t? {
        var action = sigaction()
        return unsafe sigaction(number, nil, &action) == 0 ? action.__sigaction_handler.sa_handler : nil
    }

    /// SIG_IGN is the pointer 1.
    private static func isIgnored(_ handler: __sighandler_t?) -> Bool {
        unsafe unsafeBitCast(handler, to: Int.self) == 1
    }
}

private let endRequested = Atomic(false)
private let exitCode = Atomic<Int32>(0)
private let resized = Atomic(false)
private let stopRequested = Atomic(false)
private let continued = Atomic(false)
/// Whether the command ends by itself after a signal.
private let isOrderly = Atomic(false)
/// The latest signal that asked for the end.
private let latest = Atomic<Int32>(0)
/// Whether SIGPIPE was ignored from the start.
private let ignoresPipe = Atomic(false)
/// Whether SIGALRM was ignored from the start.
private let ignoresAlarm = Atomic(false)
