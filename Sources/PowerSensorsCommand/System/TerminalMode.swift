import Glibc
import Synchronization

/// The terminal's mode while a screen is shown on it: another page, no cursor, and keys that arrive one by one, unseen.
///
/// There is one terminal, and a signal's handler must be able to restore it: hence global state.
enum TerminalMode {
    /// `1049` shows the alternate page and later the usual one as it was, `25` the cursor, `7` turns line wrapping on.
    private static let beginning: StaticString = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[H\u{1B}[2J"
    /// A terminal without an alternate page leaves the cursor in its last line.
    private static let ending: StaticString = "\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[999;1H\u{1B}[?1049l"

    /// Whether keys are read, for which standard input must be a terminal.
    static var hasKeys: Bool { isatty(STDIN_FILENO) == 1 }

    /// Whether the keys are this program's at the moment: standard input may be another terminal than standard output.
    static var ownsKeys: Bool {
        let group = tcgetpgrp(STDIN_FILENO)
        return hasKeys && (group < 0 || group == getpgrp())
    }

    /// Whether the terminal belongs to another program at the moment, since a shell runs this one in the background.
    static var isInBackground: Bool {
        let group = tcgetpgrp(STDOUT_FILENO)
        return group >= 0 && group != getpgrp()
    }

    /// Shows the screen; called again, the terminal's modes are set again, since a shell changes them while a program is stopped.
    static func begin() {
        let isOurs = ownsKeys
        if isOurs, !isBegun.load(ordering: .relaxed) {
            hasSaved.store(unsafe tcgetattr(STDIN_FILENO, &saved) == 0, ordering: .relaxed)
        }
        // Before anything changes, so that a signal that comes meanwhile restores it.
        isBegun.store(true, ordering: .relaxed)
        if isOurs, hasSaved.load(ordering: .relaxed) { apply(unsafe keyboard(saved)) }
        write(beginning)
    }

    /// Shows what was there before. It may be called at any time, and also by a signal's handler.
    static func restore() {
        guard isBegun.load(ordering: .relaxed) else { return }
        // In the background the modes are those of the program in the foreground, and none of our business.
        if hasSaved.load(ordering: .relaxed), ownsKeys { unsafe apply(saved) }
        // Where Ctrl-S has halted it, it lets nothing through; and what that has halted goes on only after a halt of our own.
        if !isInBackground {
            tcflow(STDOUT_FILENO, TCOOFF)
            tcflow(STDOUT_FILENO, TCOON)
        }
        write(ending)
        // Last, so that a signal that ends this while it waits does it again.
        isBegun.store(false, ordering: .relaxed)
    }

    /// Drops keys that nobody has read, so that the shell does not get them.
    static func dropKeys() {
        if ownsKeys { tcflush(STDIN_FILENO, TCIFLUSH) }
    }

    /// The attributes in which each key arrives at once and is not shown, and Ctrl-C and Ctrl-Z are signals.
    private static func keyboard(_ usual: termios) -> termios {
        var raw = usual
        unsafe cfmakeraw(&raw)
        var attributes = usual
        attributes.c_lflag &= ~tcflag_t(ICANON | ECHO)
        attributes.c_cc = raw.c_cc
        return attributes
    }

    private static func apply(_ attributes: termios) {
        var attributes = attributes
        while unsafe tcsetattr(STDIN_FILENO, TCSANOW, &attributes) != 0, errno == EINTR {}
    }

    private static func write(_ text: StaticString) {
        _ = unsafe Glibc.write(STDOUT_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    }
}

nonisolated(unsafe) private var saved = termios()
private let hasSaved = Atomic(false)
private let isBegun = Atomic(false)
