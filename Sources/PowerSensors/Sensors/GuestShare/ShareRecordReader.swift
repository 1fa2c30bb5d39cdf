#if canImport(Glibc)
import Glibc
#endif

/// Reads a share's record with one `pread`, and stamps each energy with the instant at which the host measured it.
///
/// Thus power is energy over the host's own time, however late a record is seen. The guest's clock only tells when the
/// record has stood still for too long. No allocation, but where the file is opened anew.
final class ShareRecordReader: SensorReader {
    let channels: [Channel]
    private let domains: [ShareRecord.Domain?]
    private let now: @Sendable () -> SampleInstant
    private let memory: ShareMemory
    private var file: ShareFile
    private var bytes = [UInt8](repeating: 0, count: ShareRecord.size)

    /// The last record that was believed, and its instant here; nil before the first.
    private var header: ShareRecord.Header?
    private var anchor: ShareAnchor?
    /// What is said of each channel until the next record.
    private var readings: [Reading]
    /// Whether each channel's next number has nothing to do with the one before.
    private var beginsAnew: [Bool]
    /// How many samples in a row found nothing to believe, and what the last of them found.
    private var failures = 0
    private var failure = ReadingStatus.implausible
    /// When a record last came, and when to open the file next, on the guest's clock that stands still in suspend.
    private var movedNanoseconds: Int64
    private var openingNanoseconds: Int64 = .min

    init(
        _ channels: [Channel], of directory: String, _ memory: ShareMemory, now: @escaping @Sendable () -> SampleInstant
    ) {
        self.channels = channels
        self.memory = memory
        self.now = now
        domains = channels.map { $0.sourceName.flatMap { ShareRecord.Domain($0) } }
        file = ShareFile(ShareRecord.fileName, in: directory)
        readings = channels.map { _ in .missing(.warmingUp) }
        beginsAnew = channels.map { _ in false }
        movedNanoseconds = now().monotonicNanoseconds
    }

    func read(into readings: inout OutputSpan<Reading>) {
        if channels.isEmpty { return }
        let now = now()
        look(now)
        // One sample without a record is what a host that writes just now looks like.
        let isLost = failures > 1 || (failures == 1 && header == nil)
        let isStale = now.monotonicNanoseconds &- movedNanoseconds > 3 * periodNanoseconds
        for index in channels.indices {
            readings.append(isLost ? .missing(failure) : isStale ? .missing(.stale) : self.readings[index])
        }
    }

    private var periodNanoseconds: Int64 { header?.periodNanoseconds ?? SharePeriod.usual }

    // MARK: Records

    /// Looks for a record that can be believed, up to three times.
    private func look(_ now: SampleInstant) {
        openWhereDue(now)
        for _ in 0..<3 where file.isOpen && takeIn(now) {
            failures = 0
            return
        }
        // The next look may be at another file.
        if failures == 0 { openingNanoseconds = now.monotonicNanoseconds }
        failures += 1
        // It may be a tree by now.
        if failures == 3 { memory.noteChange() }
    }

    /// Opens the file where it is not open, cannot be believed, has been replaced, or has shown the same for a period.
    private func openWhereDue(_ now: SampleInstant) {
        let monotonic = now.monotonicNanoseconds
        let isWell = file.isOpen && failures == 0 && !file.isReplaced
        if isWell, monotonic &- movedNanoseconds <= periodNanoseconds { return }
        guard monotonic >= openingNanoseconds else { return }
        openingNanoseconds = monotonic &+ (isWell ? periodNanoseconds : SharePeriod.betweenOpenings)
        let code = file.open()
        if code != 0 { failure = ReadingStatus(errno: code) }
    }

    /// Takes in what the file shows now; false for what is no record that can be believed.
    private func takeIn(_ now: SampleInstant) -> Bool {
        var buffer = bytes.mutableSpan
        let count = file.read(into: &buffer)
        guard count >= 0 else {
            failure = ReadingStatus(errno: Int32(clamping: -count))
            return false
        }
        failure = .implausible
        // Shared, not copied.
        let bytes = bytes
        guard let found = try? ShareRecord.Header(bytes.span.extracting(..<count)) else { return false }
        if let header, header.epoch == found.epoch, header.sequence == found.sequence { return true }
        guard found.isPlausible(after: header) else { return false }
        take(found, bytes.span, now)
        return true
    }

    private func take(_ found: ShareRecord.Header, _ bytes: Span<UInt8>, _ now: SampleInstant) {
        // A reader that comes after another goes on with what that one saw.
        let known = anchor ?? memory.anchor
        let isOther = known.map { $0.epoch != found.epoch || (header != nil && found.sequence < $0.sequence) } ?? false
        // A guest that was saved and continued has lost the time between: its host's clock means another instant now.
        let isLater =
            known.map { $0.advanced(to: found, now).isAhead(of: now, by: 3 * found.periodNanoseconds) } ?? false
        let isAnew = isOther || isLater
        if isAnew {
            for index in beginsAnew.indices { beginsAnew[index] = true }
            // Other domains come with another epoch.
            memory.noteChange()
        }
        let next =
            isAnew
            ? ShareAnchor(found, after: isLater ? nil : known, now)
            : known?.advanced(to: found, now) ?? ShareAnchor(found, now)
        anchor = next
        memory.anchor = next
        header = found
        movedNanoseconds = now.monotonicNanoseconds
        for index in channels.indices { readings[index] = reading(of: index, found, bytes, next.instant) }
    }

    private func reading(
        of index: Int, _ header: ShareRecord.Header, _ bytes: Span<UInt8>, _ instant: SampleInstant
    ) -> Reading {
        for number in 0..<header.count {
            let entry = ShareRecord.Entry(number: number, of: bytes)
            guard entry.domain == domains[index] else { continue }
            guard entry.status == .ok else { return .missing(entry.status) }
            let isNew = beginsAnew[index]
            beginsAnew[index] = false
            return (isNew ? Reading.newCount(entry.energy) : .count(entry.energy)).stamped(at: instant)
        }
        return .missing(.absent)
    }
}
