import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// Where a thread of our own runs. It must be used by that thread alone.
struct ThreadPlace: ~Copyable {
    private var processor: Int?

    /// Lets the thread run on one processor only, or where its maker had it run where there is none to prefer.
    ///
    /// Where that is not allowed, the thread runs on where it was: it only costs more.
    mutating func move(to processor: Int?) {
        if processor == self.processor { return }
        self.processor = processor
        _ = cpowersensors_run_on(CInt(clamping: processor ?? -1))
    }
}

/// A thread of our own, which must be joined.
struct OwnedThread: ~Copyable, Sendable {
    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(_ name: String, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    private let thread: pthread_t

    /// Starts a thread. The host program's signals are none of its business: it blocks them all.
    ///
    /// - Parameters:
    ///   - name: What process listings show; 15 bytes at most.
    ///   - body: What it runs.
    /// - Throws: ``SamplerError/noThread(errno:)`` where the system allows no further thread.
    init(name: String, _ body: @escaping @Sendable () -> Void) throws(SamplerError) {
        let handed = unsafe Unmanaged.passRetained(Body(name, body)).toOpaque()
        var blocked = sigset_t()
        var usual = sigset_t()
        unsafe sigfillset(&blocked)
        // A new thread inherits the mask of its maker, who gets the own one back at once.
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
            throw .noThread(errno: failure)
        }
        self.thread = thread
    }

    /// Waits for the thread's end.
    consuming func join() { pthread_join(thread, nil) }

    /// Waits for the thread's end, but no longer than a time; then it is left to end by itself.
    consuming func join(within patience: Duration) {
        if cpowersensors_join(thread, patience.wholeNanoseconds) != 0 { pthread_detach(thread) }
    }
}
