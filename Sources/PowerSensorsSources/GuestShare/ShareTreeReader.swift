import Glibc
import PowerSensorsCore

/// Which counter of a shared tree a channel reads: the channel's handle.
struct ShareTreeHandle: Hashable, Sendable {
    /// The share's folder.
    let directory: String

    /// The counter's file in it; nil for a counter that does not exist yet.
    let file: String?
}

extension ShareTreeHandle {
    fileprivate init(_ channel: Channel?) {
        self = channel?.handle?.value(as: ShareTreeHandle.self) ?? ShareTreeHandle(directory: "", file: nil)
    }
}

/// Reads the counters of a tree in RAPL's form that a host shares, as Scaphandre and others write it.
///
/// Such a file tells neither when it was written nor how often: each zone's period is learned, and each number is
/// valid, with the instant of its change, until the next. The age of the first number is unknown, so counting starts
/// with the first change.
final class ShareTreeReader: SensorReader {
    let channels: [Channel]
    private let zones: [ShareZone]
    private let history: ShareDiscoveryHistory
    private let now: @Sendable () -> SampleInstant
    /// The path of the share's record, in case it appears.
    private let record: [CChar]
    private var hasRecord: Bool
    private var hasCounter: Bool
    private var nextCheckNanoseconds: Int64 = .min

    init(_ channels: [Channel], _ history: ShareDiscoveryHistory, now: @escaping @Sendable () -> SampleInstant) {
        self.channels = channels
        self.history = history
        self.now = now
        zones = channels.map { ShareZone($0, now()) }
        record = Array("\(ShareTreeHandle(channels.first).directory)/\(ShareRecord.fileName)".utf8CString)
        hasRecord = Self.exists(record)
        hasCounter = channels.first?.status == .ok
    }

    func read(into readings: inout OutputSpan<Reading>) {
        let now = now()
        for index in zones.indices { readings.append(zones[index].read(now)) }
        checkForChanges(now)
    }

    /// Asks for a new discovery when the first counter appears, or a record, which is better than a tree.
    private func checkForChanges(_ now: SampleInstant) {
        if !hasCounter, zones.contains(where: \.hasNumber) {
            hasCounter = true
            history.recordChange()
        }
        guard now.monotonicNanoseconds >= nextCheckNanoseconds else { return }
        nextCheckNanoseconds = now.monotonicNanoseconds &+ 10_000_000_000
        let hadRecord = hasRecord
        hasRecord = Self.exists(record)
        if hasRecord, !hadRecord { history.recordChange() }
    }

    private static func exists(_ path: [CChar]) -> Bool { unsafe access(path, F_OK) == 0 }
}

/// One counter of a shared tree, in µJ, which its writer may empty, reset or remove at any moment.
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
    /// A lower number that the last sample saw: a writer that starts again, or a part of a number.
    private var lower: Value?
    /// When the current number was last seen, in boot time.
    private var seenNanoseconds: Int64
    /// When the number last changed, on the clock that stops in suspend.
    private var changedNanoseconds: Int64
    /// How often the file changes: learned, starting with Scaphandre's period.
    private var periodNanoseconds = SharePeriod.defaultNanoseconds
    private var failures = 0
    private var failure = ReadingStatus.absent

    init(_ channel: Channel, _ now: SampleInstant) {
        let handle = ShareTreeHandle(channel)
        file = ShareFile(handle.file ?? ShareTree.defaultCounter, in: handle.directory)
        seenNanoseconds = now.boottimeNanoseconds
        changedNanoseconds = now.monotonicNanoseconds
    }

    /// Whether a number has been read.
    var hasNumber: Bool { current != nil }

    /// The counter's reading now. No allocation, except when the file is opened again.
    func read(_ now: SampleInstant) -> Reading {
        let status = file.openIfDue(
            now.monotonicNanoseconds, isFailing: failures > 0, changed: changedNanoseconds, period: periodNanoseconds)
        if let status { failure = status }
        if let number = number(now) {
            failures = 0
            return record(number, now)
        }
        failures += 1
        // An empty file or a part of a number means nothing, however often it is seen. Other failures are tolerated
        // once.
        let isTolerated = failures == 1 || failure == .io(errno: ENODATA) || failure == .io(errno: EBADMSG)
        guard let current, isTolerated, !isOverdue(now) else { return .missing(failure) }
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
                failure = ReadingStatus(errno: code)
                continue
            }
            found = number
            if current.map({ number >= $0.number }) ?? true { break }
        }
        return found
    }

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

    /// Accepts a lower number once the next sample sees it, too, or a number that follows it. Then the writer has
    /// started again; since the counter's range is unknown, this was no wrap.
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
        changedNanoseconds = now.monotonicNanoseconds
        return reading(of: next, now)
    }

    /// The number with the instant of its change. It stays valid between two steps, and is stale after three of them.
    private func reading(of value: Value, _ now: SampleInstant) -> Reading {
        if isOverdue(now) { return .missing(.stale) }
        guard value.isChange else { return .missing(.warmingUp) }
        return Reading.count(value.number).stamped(at: .onlyBoottime(value.changedNanoseconds))
    }

    private func isOverdue(_ now: SampleInstant) -> Bool {
        now.monotonicNanoseconds &- changedNanoseconds > 3 * periodNanoseconds
    }

    // MARK: Time

    /// When the counter reached a number that is seen for the first time: between the last time that the old one was
    /// seen, and now.
    ///
    /// Within these limits it is estimated by the host's own clock, from the times at which the file was written, or
    /// else from the period.
    private func changeInstant(_ modified: Int64?, after current: Value, _ now: SampleInstant) -> Int64 {
        let latest = now.boottimeNanoseconds
        let middle = seenNanoseconds &+ (latest &- seenNanoseconds) / 2
        guard current.isChange else { return middle }
        let period = periodNanoseconds
        let steps = max((middle &- current.changedNanoseconds &+ period / 2) / period, 1)
        let written = modified.flatMap { modified in current.modifiedNanoseconds.map { modified &- $0 } } ?? 0
        let estimate = current.changedNanoseconds &+ (written > 0 ? written : steps &* period)
        return min(max(estimate, seenNanoseconds), latest)
    }

    /// Adapts the period to the length of a step, unless steps were missed or the writer paused.
    private func learnPeriod(_ step: Int64) {
        guard step > 0, step <= 6 * periodNanoseconds else { return }
        let next = step > periodNanoseconds ? step : periodNanoseconds - (periodNanoseconds - step) / 4
        periodNanoseconds = min(max(next, 500_000_000), 60_000_000_000)
    }
}
