import PowerSensorsCore

/// Runs the checks of a ``Rediscovery`` on threads of their own, because a source that does not answer must not delay samples.
///
/// A check that ends at once, as nearly all do, has its result at once; the result of any other comes with a later sample.
final class RediscoveryThread: Sendable {
    /// A rediscovery, and what its latest check has found.
    private struct Result: Sendable {
        let rediscovery: Rediscovery
        let found: BoundSensors?
    }

    private let result = Locked<Result?>(nil)
    private let timer = InterruptibleTimer()
    /// The thread of the latest check; nil once it has been joined.
    private let thread = Locked<OwnedThread?>(nil)

    /// How long to wait for the end of a check.
    private static let patienceNanoseconds: Int64 = 200_000_000

    /// How long to wait for the end of a check when it is no longer needed.
    private static let endOfWait = Duration.seconds(1)

    deinit { thread.withLock { $0.take()?.join(within: Self.endOfWait) } }

    /// Starts a check, and waits a moment for its end.
    ///
    /// - Returns: False if the system refuses to start a thread.
    func start(_ rediscovery: Rediscovery) -> Bool {
        let isStarted = thread.withLock { thread in
            do throws(ThreadError) {
                thread = try OwnedThread(name: "powersensors-hp") { [result, timer] in
                    var next = rediscovery
                    let found = next.run()
                    result.withLock { $0 = Result(rediscovery: next, found: found) }
                    timer.wake()
                }
                return true
            } catch {
                return false
            }
        }
        let deadline = SampleInstant.monotonicNow + Self.patienceNanoseconds
        while isStarted, SampleInstant.monotonicNow < deadline {
            let wakeCount = timer.wakeCount
            if result.withLock({ $0 != nil }) { break }
            timer.wait(until: deadline, unlessWokenSince: wakeCount)
        }
        return isStarted
    }

    /// The rediscovery after a check that has ended, and what it has found; nil while the check goes on.
    func takeResult() -> (rediscovery: Rediscovery, found: BoundSensors?)? {
        guard let ended = result.withLock({ $0.take() }) else { return nil }
        thread.withLock { $0.take()?.join() }
        return (ended.rediscovery, ended.found)
    }
}
