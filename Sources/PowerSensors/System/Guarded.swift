#if canImport(Glibc)
    import Glibc
#endif

/// A value behind a lock.
///
/// The standard library's Mutex would do, but it is built of calls that the thread sanitizer does not see on Linux,
/// so every use of it is reported as a race. This one is pthread's.
@safe package final class Guarded<Value: ~Copyable & Sendable>: @unchecked Sendable {
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var value: Value

    package init(_ value: consuming Value) {
        self.value = value
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(lock, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(lock)
        unsafe lock.deallocate()
    }

    /// Gives the value to `body` alone. It must not come back here, nor do anything slow.
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        return try body(&value)
    }
}
