/// Work that runs on a thread of its own, one piece at a time, because it may take long or never end.
package final class ThreadedWork<Value: Sendable>: Sendable {
    private let result = Locked<Value?>(nil)
    private let ended = InterruptibleTimer()
    /// The thread of the latest work; nil once it has been joined.
    private let thread = Locked<OwnedThread?>(nil)
    private let name: String
    private let endOfWait: Duration

    /// Creates it without work.
    ///
    /// - Parameters:
    ///   - name: The threads' name in process listings; at most 15 bytes.
    ///   - endOfWait: How long to wait for the end of unfinished work when this is released. The thread then ends with its work.
    package init(name: String, endOfWait: Duration = .zero) {
        (self.name, self.endOfWait) = (name, endOfWait)
    }

    deinit { _ = thread.withLock { $0.take()?.join(within: endOfWait) } }

    /// Whether there is work that has not ended, or whose result has not been taken.
    package var isBusy: Bool { thread.withLock { $0 != nil } }

    /// Starts work; it must not be busy.
    ///
    /// - Returns: False if the system refuses to start a thread.
    package func start(_ work: @escaping @Sendable () -> Value) -> Bool {
        thread.withLock { thread in
            do throws(ThreadError) {
                thread = try OwnedThread(name: name) { [result, ended] in
                    let value = work()
                    result.withLock { $0 = value }
                    ended.wake()
                }
                return true
            } catch {
                return false
            }
        }
    }

    /// Takes the result of the work.
    ///
    /// - Parameter deadline: Until when to wait for it, in nanoseconds of the monotonic clock.
    /// - Returns: Nil if there is no work, or it has not ended.
    package func take(waitingUntil deadline: Int64 = .min) -> Value? {
        while true {
            let wakeCount = ended.wakeCount
            if let value = result.withLock({ $0.take() }) {
                thread.withLock { $0.take()?.join() }
                return value
            }
            guard isBusy, SampleInstant.monotonicNow < deadline else { return nil }
            ended.wait(until: deadline, unlessWokenSince: wakeCount)
        }
    }
}
