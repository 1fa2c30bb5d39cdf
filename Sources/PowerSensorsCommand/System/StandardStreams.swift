import Glibc

/// The standard streams that this process was started without.
enum StandardStreams {
    /// A bit for each number.
    nonisolated(unsafe) private static var closed: Int32 = 0

    /// Holds the numbers of streams that are closed, so that no other file gets them. Reads and writes fail as before, and a program
    /// that this one starts does not get them either.
    ///
    /// Called once, before any file is opened and any thread started.
    static func holdClosed() {
        for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(number, F_GETFD) < 0 {
            let way = number == STDIN_FILENO ? O_WRONLY : O_RDONLY
            // The lowest number that is free is this one.
            if unsafe open("/dev/null", way | O_CLOEXEC) == number { unsafe closed |= 1 << number }
        }
    }

    /// Whether a standard stream is closed.
    static func isClosed(_ number: Int32) -> Bool { unsafe closed & (1 << number) != 0 || fcntl(number, F_GETFD) < 0 }
}
