import Glibc
import PowerSensors
import PowerSensorsExporters

/// Standard output, unbuffered: each snapshot is written by one write(2), to a file as a whole or not at all.
enum StandardOutput {
    /// Writes everything.
    ///
    /// - Throws: ``CommandFailure/ended`` if the reader has gone or the command was asked to stop meanwhile; otherwise a failure
    ///   with the kernel's message.
    static func write(_ bytes: [UInt8]) throws(CommandFailure) {
        var part = 0
        do throws(CommandFailure) {
            try writeAll(bytes, to: STDOUT_FILENO) { code, written throws(CommandFailure) in
                part = written
                switch code {
                case EINTR: if Signals.isEndRequested { throw .ended }
                case EAGAIN: waitUntilWritable()
                case EPIPE: throw .ended
                default:
                    throw .failure("standard output: \(systemMessage(errno: code)). \(remedyForWriting(errno: code))")
                }
            }
        } catch {
            removeWritten(part, from: STDOUT_FILENO)
            throw error
        }
    }

    /// Writes text for people, in characters that the locale has.
    static func write(_ text: String) throws(CommandFailure) {
        try write(Array(LocaleCharacters.ofLocale.shown(text).utf8))
    }

    /// Writes text for people, in characters that the locale has.
    static func write(text: [UInt8]) throws(CommandFailure) {
        if LocaleCharacters.ofLocale == .unicode { return try write(text) }
        try write(String(decoding: text, as: UTF8.self))
    }

    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// The terminal's height and width in characters; nil if it is unknown.
    static var size: (rows: Int, columns: Int)? {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
            return nil
        }
        return (Int(size.ws_row), Int(size.ws_col))
    }

    /// Waits, for at most a second: another process that shares the descriptor may have made it non-blocking.
    private static func waitUntilWritable() {
        var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        unsafe poll(&descriptor, 1, 1000)
    }
}

/// Standard error.
enum StandardError {
    /// Writes a message as one line after the command's name; control characters in it are made harmless, and the secrets of URLs
    /// hidden. What cannot be written is lost.
    static func write(_ message: String) {
        ProgressLine.clear()
        let shown = LocaleCharacters.ofLocale.shown(message.safeToShow.hidingURLSecrets())
        let bytes = Array("powersensors: \(shown)\n".utf8)
        write(bytes)
    }

    /// Writes bytes as they are. What cannot be written is lost.
    static func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count <= 0, errno != EINTR { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}
