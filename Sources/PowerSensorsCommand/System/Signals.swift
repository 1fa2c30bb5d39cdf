import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// The signals that end the command, and the one that says that the terminal's size changed.
///
/// They are handled and not blocked: a write into a pipe that nobody reads from would hold back a blocked signal
/// for ever, while a handled one interrupts it.
enum Signals {
    /// Whether somebody asked the command to end.
    static var isEndRequested: Bool { endRequested.load(ordering: .relaxed) }

    /// Whether the terminal's size changed since the last call.
    static func takeResize() -> Bool { resized.exchange(false, ordering: .relaxed) }

    /// Takes the signals over. What was ignored from the start, as by `nohup`, stays ignored.
    static func install() {
        // The handlers must find these made.
        _ = isEndRequested
        _ = takeResize()
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            handle(number) { _ in
                endRequested.store(true, ordering: .relaxed)
                alarm(1)
            }
        }
        // A signal that comes just before a sleep does not interrupt it, and a file that blocks may never be read.
        // Nothing is ever held back in a buffer, so that to leave at once is as clean.
        handle(SIGALRM) { _ in _exit(0) }
        handle(SIGWINCH) { _ in resized.store(true, ordering: .relaxed) }
    }

    /// Leaves it to a group of services to end, which has more to do than leave; a hang-up, by which others ask for files to be
    /// opened anew, ends nothing, since files are opened for each line.
    static func leaveToServices() { signal(SIGHUP, SIG_IGN) }

    private static func handle(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
        var old = sigaction()
        guard unsafe sigaction(number, nil, &old) == 0 else { return }
        let isIgnored = unsafe unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 1
        if isIgnored, number != SIGALRM { return }
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = handler
        // Without SA_RESTART, so that sleeps and writes end early.
        unsafe sigaction(number, &action, nil)
    }
}

private let endRequested = Atomic(false)
private let resized = Atomic(false)
