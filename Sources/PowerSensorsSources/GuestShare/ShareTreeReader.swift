import Glibc
import PowerSensorsCore

/// Which counter of a shared tree a channel reads: what discovery stores in ``Channel/handle`` for opening.
struct ShareTreeHandle: Hashable, Sendable {
    /// The share's folder.
    let directory: String

    /// The counter's file in that folder, which may not exist yet.
    let file: String
}

extension ShareTreeHandle {
    fileprivate init(_ channel: Channel?) {
        self = channel?.handle?.value(as: ShareTreeHandle.self) ?? ShareTreeHandle(directory: "", file: "")
    }
}

/// Reads the counters of a tree in RAPL's form that a host shares, as Scaphandre and others write it.
///
/// Such a file contains neither when nor how often it is written. So the period between two changes of a counter is
/// learned, and each number counts as the reading of the instant at which it changed, until it changes again. The age
/// of the first number is unknown, so counting starts with the first change.
final class ShareTreeReader: SensorReader {
    let channels: [Channel]
    private let zones: [ShareZone]
    private let history: Locked<ShareDiscoveryHistory>
    private let now: @Sendable () -> SampleInstant
    /// The path at which the share's record would be; it may appear later.
    private let record: [CChar]
    private var hasRecord: Bool
    /// Whether any counter has been read.
    private var hasCounter: Bool
    /// When to look for a record again.
    private var nextCheckNanoseconds: Int64 = .min

    init(_ channels: [Channel], _ history: Locked<ShareDiscoveryHistory>, now: @escaping @Sendable () -> SampleInstant)
    {
        self.channels = channels
        self.history = history
        self.now = now
        zones = channels.map { ShareZone($0, now()) }
        record = Array("\(ShareTreeHandle(channels.first).directory)/\(ShareRecord.fileName)".utf8CString)
        hasRecord = Self.exists(record)
        hasCounter = channels.first?.status == .ok
    }

    func readChannels(into readings: inout OutputSpan<Reading>) {
        let now = now()
        for index in zones.indices { readings.append(zones[index].read(now)) }
        checkForChanges(now)
    }

    /// Asks for a new discovery when the first counter appears, or when a record appears, which is better than a tree.
    private func checkForChanges(_ now: SampleInstant) {
        if !hasCounter, zones.contains(where: \.hasNumber) {
            hasCounter = true
            history.withLock { $0.changes += 1 }
        }
        guard now.monotonicNanoseconds >= nextCheckNanoseconds else { return }
        nextCheckNanoseconds = now.monotonicNanoseconds &+ 10_000_000_000
        let hadRecord = hasRecord
        hasRecord = Self.exists(record)
        if hasRecord, !hadRecord { history.withLock { $0.changes += 1 } }
    }

    private static func exists(_ path: [CChar]) -> Bool { unsafe access(path, F_OK) == 0 }
}

/// Reads one counter of a shared tree, in µJ, which its writer may empty, reset or remove at any moment.
private final class ShareZone {
    /// A number of the counter.
    private struct Value {
        var number: UInt64
        /// When the counter reached it, in boot time.
        var changedNanoseconds: Int64
        /// When the host wrote it, on the host's wall clock.
        var modifiedNanoseconds: Int64?
        /// False for the first number, whose age is unknown.
        var isChange: Bool
    }

    private var file: ShareFile
    private var current: Value?
    /// A number lower than the current one, seen by the previous sample: the writer has started again, or the file held
    /// only the first digits of a number.
    private var lower: Value?
    /// When the current number was last seen, in boot time.
    private var seenNanoseconds: Int64

    init(_ channel: Channel, _ now: SampleInstant) {
        let handle = ShareTreeHandle(channel)
        file = ShareFile(handle.file, in: handle.directory, now)
        seenNanoseconds = now.boottimeNanoseconds
    }

    /// Whether a number has been read.
    var hasNumber: Bool { current != nil }

    /// The counter's reading now. No allocation, except when the file is opened again.
    func read(_ now: SampleInstant) -> Reading {
        file.openIfDue(now)
        if let number = number(now) {
            file.failures = 0
            return record(number, now)
        }
        file.failures += 1
        // An empty file or one without a complete number is being written, which is no failure however often it is
        // seen. Other failures are tolerated once.
        let isBeingWritten = file.failure == .io(errno: ENODATA) || file.failure == .io(errno: EBADMSG)
        guard let current, isBeingWritten || file.failures == 1, !file.isOverdue(now) else {
            return .missing(file.failure)
        }
        return reading(of: current, now)
    }

    // MARK: Reading

    /// The file's number, tried up to three times; nil if there is none.
    ///
    /// A writer that empties the file first, as Scaphandre does, leaves it empty for a moment, or with a part of its
    /// digits.
    private func number(_ now: SampleInstant) -> UInt64? {
        var found: UInt64?
        for _ in 0..<3 where file.isOpen {
            var number: UInt64 = 0
            let code = file.read(&number)
            guard code == 0 else {
                file.failure = ReadingStatus(errno: code)
                continue
            }
            found = number
            if current.map({ number >= $0.number }) ?? true { break }
        }
        return found
    }

    /// Compares a number with the current one, and returns the reading that follows from both.
    private func record(_ number: UInt64, _ now: SampleInstant) -> Reading {
        guard let current else {
            let first = Value(
                number: number, changedNanoseconds: now.boottimeNanoseconds, modifiedNanoseconds: file.modified,
                isChange: false)
            return replaceCurrent(by: first, now)
        }
        if number == current.number {
            lower = nil
            seenNanoseconds = now.boottimeNanoseconds
            return reading(of: current, now)
        }
        let modified = file.modified
        let next = Value(
            number: number, changedNanoseconds: changeInstant(modified, after: current, now),
            modifiedNanoseconds: modified, isChange: true)
        if number < current.number { return recordFall(to: next, from: current, now) }
        lower = nil
        if current.isChange { learnPeriod(next.changedNanoseconds &- current.changedNanoseconds) }
        return replaceCurrent(by: next, now)
    }

    /// Accepts a lower number if the next sample sees it again, or a higher one that is still below the old number.
    /// Then the writer has started again. It is not taken for a wrap, since the counter's range is unknown.
    private func recordFall(to next: Value, from current: Value, _ now: SampleInstant) -> Reading {
        guard let lower, next.number >= lower.number else {
            lower = next
            return reading(of: current, now)
        }
        self.lower = nil
        let accepted = next.number == lower.number ? lower : next
        _ = replaceCurrent(by: accepted, now)
        return Reading.newCount(accepted.number).stamped(at: .onlyBoottime(accepted.changedNanoseconds))
    }

    private func replaceCurrent(by next: Value, _ now: SampleInstant) -> Reading {
        current = next
        seenNanoseconds = now.boottimeNanoseconds
        file.changedNanoseconds = now.monotonicNanoseconds
        return reading(of: next, now)
    }

    /// The number with the instant of its change. It is stale if it has not changed for three periods.
    private func reading(of value: Value, _ now: SampleInstant) -> Reading {
        if file.isOverdue(now) { return .missing(.stale) }
        guard value.isChange else { return .missing(.warmingUp) }
        return Reading.count(value.number).stamped(at: .onlyBoottime(value.changedNanoseconds))
    }

    // MARK: Time

    /// When the counter reached a number that is seen for the first time: between the instant at which the old number
    /// was last seen, and now.
    ///
    /// Within these limits the instant is estimated from the times at which the host wrote the file or, if these are
    /// unknown, from the period.
    private func changeInstant(_ modified: Int64?, after current: Value, _ now: SampleInstant) -> Int64 {
        let latest = now.boottimeNanoseconds
        let middle = seenNanoseconds &+ (latest &- seenNanoseconds) / 2
        guard current.isChange else { return middle }
        let period = file.periodNanoseconds
        let periods = max((middle &- current.changedNanoseconds &+ period / 2) / period, 1)
        let written = modified.flatMap { modified in current.modifiedNanoseconds.map { modified &- $0 } } ?? 0
        let estimate = current.changedNanoseconds &+ (written > 0 ? written : periods &* period)
        return min(max(estimate, seenNanoseconds), latest)
    }

    /// Adapts the period to the time between two changes: at once to a longer time, and slowly to a shorter one. A time
    /// of more than six periods is ignored, since changes were missed or the writer paused. The period stays between
    /// 0.5 s and 60 s.
    private func learnPeriod(_ time: Int64) {
        let period = file.periodNanoseconds
        guard time > 0, time <= 6 * period else { return }
        let next = time > period ? time : period - (period - time) / 4
        file.periodNanoseconds = min(max(next, 500_000_000), 60_000_000_000)
    }
}
