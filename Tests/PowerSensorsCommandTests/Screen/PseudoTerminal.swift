#if canImport(Glibc)
import Glibc
import PowerSensorsCommand
import Testing

/// A terminal in memory: what runs on it believes that somebody looks at it and types.
final class PseudoTerminal {
    /// The end that a terminal's window holds.
    private let window: CInt

    /// The file that a program opens.
    let path: String

    private var bytes: [UInt8] = []

    /// What was written to it.
    var output: String { String(decoding: bytes, as: UTF8.self) }

    init(rows: Int, columns: Int) throws {
        var program: CInt = -1
        var window: CInt = -1
        try #require(unsafe openpty(&window, &program, nil, nil, nil) == 0)
        defer { close(program) }
        path = unsafe String(cString: try #require(unsafe ttyname(program)))
        self.window = window
        try #require(fcntl(window, F_SETFL, O_NONBLOCK) == 0 && fcntl(window, F_SETFD, FD_CLOEXEC) == 0)
        resize(rows: rows, columns: columns)
    }

    deinit { close(window) }

    /// A script that runs its arguments on this terminal, as those of a session of their own, with the number of the process in a file.
    func script(numberIn file: String, variables: String = "TERM=xterm NO_COLOR=1") -> String {
        """
        exec env LC_ALL=C.UTF-8 \(variables) setsid --ctty --wait sh -c 'echo $$ > \(file); exec "$@"' sh "$@" \
        <> \(path) >&0 2>&0
        """
    }

    /// Changes the size of the window.
    func resize(rows: Int, columns: Int) {
        var size = winsize()
        (size.ws_row, size.ws_col) = (UInt16(rows), UInt16(columns))
        _ = unsafe ioctl(window, UInt(TIOCSWINSZ), &size)
    }

    /// Presses keys.
    func type(_ text: String) {
        _ = unsafe Array(text.utf8).withUnsafeBytes { unsafe write(window, $0.baseAddress, $0.count) }
    }

    /// Whether keys are shown and sent line by line, as a shell expects it.
    var isUsual: Bool {
        var attributes = termios()
        unsafe tcgetattr(window, &attributes)
        return attributes.c_lflag & tcflag_t(ICANON | ECHO) == tcflag_t(ICANON | ECHO)
    }

    /// The lines of the latest whole frame.
    var frame: [String] {
        // Some frames, since they come faster than a long text can be searched.
        let output = String(decoding: bytes.suffix(1 << 14), as: UTF8.self)
        guard let end = output.ranges(of: "\u{1B}[J").last,
            let start = output[..<end.lowerBound].ranges(of: "\u{1B}[H").last
        else { return [] }
        return output[start.upperBound..<end.lowerBound].split(separator: "\r\n", omittingEmptySubsequences: false)
            // A terminal's driver writes a return of its own before a line feed.
            .map { String($0.replacing("\u{1B}[K", with: "").filter { $0 != "\r" }) }
    }

    /// Waits for a condition, for half a minute at most, since a busy machine may be slow.
    func wait(until condition: () -> Bool, _ comment: Comment) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end {
            read()
            if condition() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        try #require(Bool(false), "\(comment): \(frame)")
    }

    /// Takes in what was written.
    func read() {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(window, $0.baseAddress, $0.count) }
            if count <= 0 { return }
            bytes += buffer.prefix(count)
        }
    }
}
#endif
