#if canImport(Glibc)
import Glibc
#endif

/// Reads the counters of a tree in RAPL's form that a host shares, as Scaphandre and others write it.
///
/// Such a file tells neither when it was written nor how often: each zone's rhythm is learned, and each number stands, with
/// the instant of its change, until the next. Of the first number nobody knows how long it has stood, so counting begins
/// with the first change.
final class ShareTreeReader: SensorReader {
    let channels: [Channel]
    private let zones: [ShareZone]
    private let memory: ShareMemory
    private let now: @Sendable () -> SampleInstant
    /// The share's record, should one come.
    private let record: [CChar]
    private var hasRecord: Bool
    private var isFound: Bool
    private var lookNanoseconds: Int64 = .min

    init(_ channels: [Channel], _ memory: ShareMemory, now: @escaping @Sendable () -> SampleInstant) {
        self.channels = channels
        self.memory = memory
        self.now = now
        zones = channels.map { ShareZone($0, now()) }
        record = Array("\(channels.first?.sourceName ?? "")/\(ShareRecord.fileName)".utf8CString)
        hasRecord = Self.exists(record)
        isFound = channels.first?.status == .ok
    }

    func read(into readings: inout OutputSpan<Reading>) {
        let now = now()
        for index in zones.indices { readings.append(zones[index].read(now)) }
        noticeWhatCame(now)
    }

    /// Has it looked for anew when a zone that was awaited is there, and when a record is, which is better than a tree.
    private func noticeWhatCame(_ now: SampleInstant) {
        if !isFound, zones.contains(where: \.hasNumber) {
            isFound = true
            memory.noteChange()
        }
        guard now.monotonicNanoseconds >= lookNanoseconds else { return }
        lookNanoseconds = now.monotonicNanoseconds &+ 10_000_000_000
        let had = hasRecord
        hasRecord = Self.exists(record)
        if hasRecord, !had { memory.noteChange() }
    }

    private static func exists(_ path: [CChar]) -> Bool { unsafe access(path, F_OK) == 0 }
}

/// One counter of a shared tree, in µJ, which its writer may empty, set back or take away at any moment.
private final class ShareZone {
    /// The number that stands, and what is known of its change.
    private struct Standing {
        var number: UInt64
        /// When the counter took it, in boot time.
        var changed: Int64
        /// When the host wrote it, on the host's wall clock.
        var modified: Int64?
        /// False for the first number, whose age is unknown.
        var isChange: Bool
    }

    private var file: ShareFile
    private var standing: Standing?
    /// The lower number that the last sample saw: a writer that begins anew, or a part of a number.
    private var lower: Standing?
    /// When the standing number was last seen, in boot time, and when it was new, on the clock that stands still in suspend.
    private var seen: Int64
    private var moved: Int64
    private var opening: Int64 = .min
    /// How often the file changes: learned, as long as Scaphandre's step until then.
    private var period = SharePeriod.usual
    private var failures = 0
    private var failure = ReadingStatus.absent

    init(_ channel: Channel, _ now: SampleInstant) {
        let directory = channel.sourceName ?? ""
        let rest = channel.path.map { String(decoding: $0.utf8.dropFirst(directory.utf8.count + 1), as: UTF8.self) }
        file = ShareFile(rest ?? ShareTree.usualCounter, in: directory)
        seen = now.boottimeNanoseconds
        moved = now.monotonicNanoseconds
    }

    /// Whether a number was ever read.
    var hasNumber: Bool { standing != nil }

    /// The counter's reading now. No allocation, but where the file is opened anew.
    func read(_ now: SampleInstant) -> Reading {
        openWhereDue(now)
        if let number = number(now) {
            failures = 0
            return take(number, now)
        }
        failures += 1
        // An empty file, or half of a number, is no news, however often it is met; anything else may pass once.
        let mayPass = failures == 1 || failure == .io(errno: ENODATA) || failure == .io(errno: EBADMSG)
        guard let standing, mayPass, !isOverdue(now) else { return .missing(failure) }
        return reading(of: standing, now)
    }

    // MARK: Reading

    /// Opens the file where it is not open, cannot be believed, has been replaced, or has shown the same for a period.
    private func openWhereDue(_ now: SampleInstant) {
        let monotonic = now.monotonicNanoseconds
        let isWell = file.isOpen && failures == 0 && !file.isReplaced
        if isWell, monotonic &- moved <= period { return }
        guard monotonic >= opening else { return }
        opening = monotonic &+ (isWell ? period : SharePeriod.betweenOpenings)
        let code = file.open()
        if code != 0 { failure = ReadingStatus(errno: code) }
    }

    /// What the file shows, in up to three looks; nil where none of them gave a number.
    ///
    /// A writer that empties the file first, as Scaphandre does, leaves it empty for a moment, or with a part of its digits.
    private func number(_ now: SampleInstant) -> UInt64? {
        var shown: UInt64?
        for _ in 0..<3 where file.isOpen {
            var number: UInt64 = 0
            let code = file.read(&number)
            guard code == 0 else {
                failure = ReadingStatus(errno: code)
                continue
            }
            shown = number
            if standing.map({ number >= $0.number }) ?? true { break }
        }
        return shown
    }

    private func take(_ number: UInt64, _ now: SampleInstant) -> Reading {
        guard let standing else {
            let first = Standing(
                number: number, changed: now.boottimeNanoseconds, modified: file.modified, isChange: false)
            return stand(first, now)
        }
        if number < standing.number { return fall(to: number, from: standing, now) }
        lower = nil
        if number == standing.number {
            seen = now.boottimeNanoseconds
            return reading(of: standing, now)
        }
        let modified = file.modified
        let next = Standing(
            number: number, changed: instant(of: modified, after: standing, now), modified: modified, isChange: true)
        if standing.isChange { learn(next.changed &- standing.changed) }
        return stand(next, now)
    }

    /// A lower number is believed when the next sample sees it again, or one that follows it: then the writer began anew,
    /// and since its counter has no end that is known, this was no turn of it.
    private func fall(to number: UInt64, from standing: Standing, _ now: SampleInstant) -> Reading {
        let modified = file.modified
        let changed = instant(of: modified, after: standing, now)
        let fallen = Standing(number: number, changed: changed, modified: modified, isChange: true)
        guard let lower, number >= lower.number else {
            lower = fallen
            return reading(of: standing, now)
        }
        self.lower = nil
        let next = number == lower.number ? lower : fallen
        _ = stand(next, now)
        return Reading.newCount(number).stamped(at: Self.instant(next.changed))
    }

    private func stand(_ next: Standing, _ now: SampleInstant) -> Reading {
        standing = next
        seen = now.boottimeNanoseconds
        moved = now.monotonicNanoseconds
        return reading(of: next, now)
    }

    /// The number with the instant of its change; between two steps it is no proof of standing still, and after three of
    /// them no news of anything.
    private func reading(of standing: Standing, _ now: SampleInstant) -> Reading {
        if isOverdue(now) { return .missing(.stale) }
        guard standing.isChange else { return .missing(.warmingUp) }
        return Reading.count(standing.number).stamped(at: Self.instant(standing.changed))
    }

    private func isOverdue(_ now: SampleInstant) -> Bool { now.monotonicNanoseconds &- moved > 3 * period }

    // MARK: Time

    /// When the counter took the number that is seen for the first time now: between the last look at the old one and now.
    ///
    /// In there the host's own clock places it, by the time from one writing of the file to the next; where that does not
    /// tell, the rhythm of the steps.
    private func instant(of modified: Int64?, after standing: Standing, _ now: SampleInstant) -> Int64 {
        let latest = now.boottimeNanoseconds
        let middle = seen &+ (latest &- seen) / 2
        guard standing.isChange else { return middle }
        let steps = max((middle &- standing.changed &+ period / 2) / period, 1)
        let written = modified.flatMap { modified in standing.modified.map { modified &- $0 } } ?? 0
        return min(max(standing.changed &+ (written > 0 ? written : steps &* period), seen), latest)
    }

    /// Takes in how long a step took. Those that were missed, or fell into a pause of the writer, are not its rhythm.
    private func learn(_ step: Int64) {
        guard step > 0, step <= 6 * period else { return }
        let next = step > period ? step : period - (period - step) / 4
        period = min(max(next, 500_000_000), 60_000_000_000)
    }

    private static func instant(_ boottime: Int64) -> SampleInstant {
        SampleInstant(boottimeNanoseconds: boottime, monotonicNanoseconds: boottime)
    }
}
