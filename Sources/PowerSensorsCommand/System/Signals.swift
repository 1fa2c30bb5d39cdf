import Glibc
import Synchronization

/// The signals that end the command, and the one that says that the terminal's size changed.
///
/// They are handled and not blocked: while a write waits for the reader of a full pipe, a blocked signal would never arrive; a
/// handled one interrupts the write.
enum Signals {
    /// Whether the command was asked to stop.
    static var isEndRequested: Bool { endRequested.load(ordering: .relaxed) }

    /// Whether the terminal's size changed since the last call.
    static func takeResize() -> Bool { resized.exchange(false, ordering: .relaxed) }

    /// Installs the handlers. A signal that was ignored from the start, as by `nohup`, stays ignored.
    static func install() {
        // The global variables must be initialised before a handler uses them.
        _ = isEndRequested
        _ = takeResize()
        exitCode.store(0, ordering: .relaxed)
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            handle(number) { _ in
                endRequested.store(true, ordering: .relaxed)
                alarm(1)
            }
        }
        // The command exits a second after the signal at the latest: a signal that comes just before a sleep does not
        // interrupt it, and a file may block for ever. Nothing is ever buffered, so exiting at once loses nothing.
        handle(SIGALRM) { _ in _exit(exitCode.load(ordering: .relaxed)) }
        handle(SIGWINCH) { _ in resized.store(true, ordering: .relaxed) }
    }

    /// Makes a signal that ends the command a failure, since nothing has been written yet, and not all that was asked for.
    static func oweResult() { exitCode.store(1, ordering: .relaxed) }

    /// Leaves SIGINT, SIGTERM and SIGQUIT to a group of services, which has more to do than exit. SIGHUP, by which other programs
    /// are asked to reopen their files, then does nothing: files are opened for each line.
    static func leaveToServices() { signal(SIGHUP, SIG_IGN) }

    private static func handle(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
        var old = sigaction()
        guard unsafe sigaction(number, nil, &old) == 0 else { return }
        // SIG_IGN is the pointer 1.
        let isIgnored = unsafe unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 1
        if isIgnored, number != SIGALRM { return }
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = handler
        // Without SA_RESTART, so that sleeps and writes end early.
        unsafe sigaction(number, &action, nil)
    }
}

private let endRequested = Atomic(false)
private let exitCode = Atomic<Int32>(0)
private let resized = Atomic(false)
