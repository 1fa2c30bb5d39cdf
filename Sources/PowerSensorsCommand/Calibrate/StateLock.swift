#if Exporters
import Glibc
import PowerSensors

/// The right to write a file of what was learned: two programs that learn into one file would each lose what the other
/// learned. It is a lock on a file beside it, which is removed at the end.
package final class StateLock {
    private let path: String
    private let descriptor: CInt

    /// Takes the lock of a file.
    ///
    /// - Throws: A failure if another program has it.
    package init(_ state: String) throws(CommandFailure) {
        path = state + ".lock"
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .failure("\(path): \(systemMessage(errno: errno)). Name another file with --state.")
        }
        let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        // A file system without locks must not keep anybody from learning.
        let isTaken = !isLocked && errno == EWOULDBLOCK
        // Its last owner may have removed it in between.
        var status = stat()
        let isThere = unsafe fstat(descriptor, &status) == 0 && status.st_nlink > 0
        if isTaken || !isThere {
            close(descriptor)
            throw .failure(
                "\(state): another calibrate --passive is learning into it. Wait for its end, or name another file with"
                    + " --state.")
        }
    }

    deinit {
        unsafe unlink(path)
        close(descriptor)
    }
}
#endif
