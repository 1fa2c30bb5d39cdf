import Glibc

/// A value that is protected by a lock.
///
/// It uses pthread's mutex rather than the standard library's `Mutex`: on Linux the thread sanitizer does not see the
/// system calls of that one, and would report every use as a race.
@safe package final class Locked<Value: ~Copyable & Sendable>: @unchecked Sendable {
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    // The lock excludes other accesses, so the run-time check would only cost.
    @exclusivity(unchecked) private var value: Value

    package init(_ value: consuming Value) {
        unsafe self.value = value
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(lock, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(lock)
        unsafe lock.deallocate()
    }

    /// Calls `body` with exclusive access to the value. It must not lock again, nor do anything slow.
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        return try unsafe body(&value)
    }
}
