import Synchronization

/// Channels of one sensor that are read together in the background. As a reader, it returns their latest readings.
final class BackgroundSource: SensorReader, @unchecked Sendable {
    private struct State: Sendable {
        var schedule: SourceSchedule
        var readings: [Reading]
        /// The monotonic time of the last answer, or of the start if there was none: nobody answers while the machine is
        /// suspended. The readings themselves may be older.
        var answeredNanoseconds: Int64
        /// Why it could not be opened; nil if it is open.
        var failure: Finding?
    }

    let channels: [Channel]
    private let sensor: any Sensor
    private let state: Locked<State>

    /// Whether no sample needs it any more.
    let isRetired = Atomic(false)

    // These two are accessed only by the thread that has claimed the source.
    private var reader: (any SensorReader)?
    private var buffer: ReadingBuffer

    /// A source that is due at once.
    ///
    /// - Parameter interval: How often it is read; nil for at each sample.
    init(_ sensor: any Sensor, _ channels: [Channel], every interval: Duration?) {
        self.sensor = sensor
        self.channels = channels
        let now = SampleInstant.monotonicNow
        state = Locked(
            State(
                schedule: SourceSchedule(every: Self.nanoseconds(interval), at: now),
                readings: channels.map { _ in .missing(.warmingUp) }, answeredNanoseconds: now))
        buffer = ReadingBuffer(count: channels.count)
    }

    private static func nanoseconds(_ interval: Duration?) -> Int64? {
        interval.map { max($0.wholeNanoseconds, 1_000_000) }
    }

    /// Continues in a new generation, in which the interval may be another.
    func retain(every interval: Duration?) {
        state.withLock { $0.schedule.configuredInterval = Self.nanoseconds(interval) }
    }

    /// Whether it has been read once.
    var hasAnswered: Bool { state.withLock { $0.readings.allSatisfy { $0.instant != nil } } }

    /// Appends the latest readings; if they are too old, they are stale.
    func readChannels(into readings: inout OutputSpan<Reading>) {
        let now = SampleInstant.monotonicNow
        state.withLock { state in
            // A source that has never answered becomes stale just like one that has stopped answering.
            let isStale = state.schedule.isStale(after: now - state.answeredNanoseconds, at: now)
            for index in state.readings.indices {
                readings.append(isStale ? .missing(.stale) : state.readings[index])
            }
        }
    }

    // MARK: Scheduling

    /// A copy of the schedule.
    var schedule: SourceSchedule { state.withLock { $0.schedule } }

    /// See ``SourceSchedule/request(at:)``.
    func request(at now: Int64) -> Bool { state.withLock { $0.schedule.request(at: now) } }

    /// See ``SourceSchedule/recordLateness(at:)``.
    func recordLateness(at now: Int64) -> Bool { state.withLock { $0.schedule.recordLateness(at: now) } }

    /// Claims the source, see ``SourceSchedule/claim(at:lateBy:)``.
    func claim(at now: Int64, lateBy delay: Int64) -> Bool {
        state.withLock { $0.schedule.claim(at: now, lateBy: delay) }
    }

    /// Why it could not be opened; nil if it is open, or was not tried yet.
    var failure: Finding? { state.withLock { $0.failure } }

    /// Reads the source, which the calling thread has claimed, and stores the readings. It does not allocate once the source is
    /// open.
    ///
    /// - Returns: Whether a sample waited for them.
    func readClaimed() -> Bool {
        let began = SampleInstant.now
        var failure: Finding?
        do {
            // A sensor that could not be opened is tried again each time.
            var reader = try reader ?? sensor.open(channels)
            self.reader = nil
            buffer.fill(from: 0, count: channels.count, by: &reader)
            self.reader = reader
        } catch {
            failure = .failed(sensor.name, error)
            buffer.fill(with: .missing(.ofFailure(error)))
        }
        let ended = SampleInstant.now(after: began)
        return state.withLock { state in
            state.failure = failure
            buffer.withSpan { readings in
                for index in channels.indices {
                    state.readings[index] = readings[index].stamped(between: began, and: ended)
                }
            }
            state.answeredNanoseconds = ended.monotonicNanoseconds
            return state.schedule.release(
                claimedAt: began.monotonicNanoseconds, at: ended.monotonicNanoseconds)
        }
    }
}
