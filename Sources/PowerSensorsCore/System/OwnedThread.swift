import CPowerSensors
import Glibc

/// The processor affinity of one of the library's threads. Only that thread may use it.
package struct ThreadAffinity: ~Copyable {
    private var processor: Int?

    package init() {}

    /// Pins the thread to a processor; nil restores the affinity that it started with.
    ///
    /// If that is not permitted, the affinity is unchanged, and reading only costs more.
    package mutating func move(to processor: Int?) {
        if processor == self.processor { return }
        self.processor = processor
        _ = cpowersensors_run_on(CInt(clamping: processor ?? -1))
    }
}

/// The system refused to start a thread.
package struct ThreadError: Error, Hashable, Sendable {
    /// The kernel's reason.
    package let errno: Int32
}

/// One of the library's threads, which must be joined.
package struct OwnedThread: ~Copyable, Sendable {
    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(_ name: String, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    private let thread: pthread_t

    /// Starts a thread, which blocks all signals, since they are meant for the host program.
    ///
    /// - Parameters:
    ///   - name: The name in process listings; at most 15 bytes.
    ///   - body: The function that it runs.
    /// - Throws: ``ThreadError`` if the system refuses to start a thread.
    package init(name: String, _ body: @escaping @Sendable () -> Void) throws(ThreadError) {
        let handed = unsafe Unmanaged.passRetained(Body(name, body)).toOpaque()
        var blocked = sigset_t()
        var usual = sigset_t()
        unsafe sigfillset(&blocked)
        // A new thread inherits the signal mask of its creator, which is then restored.
        unsafe pthread_sigmask(SIG_SETMASK, &blocked, &usual)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &usual, nil) }
        var thread = pthread_t()
        let failure = unsafe pthread_create(
            &thread, nil,
            { handed in
                guard let handed = unsafe handed else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(handed).takeRetainedValue()
                unsafe cpowersensors_name_thread(body.name)
                body.run()
                return nil
            }, handed)
        if failure != 0 {
            unsafe Unmanaged<Body>.fromOpaque(handed).release()
            throw ThreadError(errno: failure)
        }
        self.thread = thread
    }

    /// Waits for the thread's end.
    package consuming func join() { pthread_join(thread, nil) }

    /// Waits for the thread's end, but no longer than `limit`; then it is detached.
    ///
    /// - Returns: Whether it has ended.
    @discardableResult
    package consuming func join(within limit: Duration) -> Bool {
        if cpowersensors_join(thread, limit.wholeNanoseconds) == 0 { return true }
        pthread_detach(thread)
        return false
    }
}
