import PowerSensorsCore

/// Which domain of which share's record a channel reads: the channel's handle.
struct ShareRecordHandle: Hashable, Sendable {
    /// The share's folder.
    let directory: String

    /// The domain whose entries are read.
    let domain: ShareRecord.Domain
}

/// Reads a share's record with one `pread`, and stamps each energy with the instant at which the host measured it.
///
/// So power is energy over the host's own time, however late a record is read. The guest's clock only tells when the
/// record has not changed for too long. No allocation, except when the file is opened again.
final class ShareRecordReader: SensorReader {
    let channels: [Channel]
    private let domains: [ShareRecord.Domain?]
    private let now: @Sendable () -> SampleInstant
    private let history: ShareDiscoveryHistory
    private var file: ShareFile
    private var bytes = [UInt8](repeating: 0, count: ShareRecord.size)

    /// The last accepted record, and its instant here; nil before the first.
    private var header: ShareRecord.Header?
    private var anchor: ShareClockAnchor?
    /// Each channel's reading until the next record.
    private var readings: [Reading]
    /// Whether each channel's next count starts again.
    private var startsAgain: [Bool]
    /// How many samples in a row found no valid record, and what the last of them found.
    private var failures = 0
    private var failure = ReadingStatus.implausible
    /// When the last record arrived, on the guest's clock that stops in suspend.
    private var changedNanoseconds: Int64

    init(
        _ channels: [Channel], of directory: String, _ history: ShareDiscoveryHistory,
        now: @escaping @Sendable () -> SampleInstant
    ) {
        self.channels = channels
        self.history = history
        self.now = now
        domains = channels.map { $0.handle?.value(as: ShareRecordHandle.self)?.domain }
        file = ShareFile(ShareRecord.fileName, in: directory)
        readings = channels.map { _ in .missing(.warmingUp) }
        startsAgain = channels.map { _ in false }
        changedNanoseconds = now().monotonicNanoseconds
    }

    func read(into readings: inout OutputSpan<Reading>) {
        if channels.isEmpty { return }
        let now = now()
        readRecord(now)
        // If a single sample finds no record, the host may just be writing it.
        let isLost = failures > 1 || (failures == 1 && header == nil)
        let isStale = now.monotonicNanoseconds &- changedNanoseconds > 3 * periodNanoseconds
        for index in channels.indices {
            readings.append(isLost ? .missing(failure) : isStale ? .missing(.stale) : self.readings[index])
        }
    }

    private var periodNanoseconds: Int64 { header?.periodNanoseconds ?? SharePeriod.defaultNanoseconds }

    // MARK: Records

    /// Tries up to three times to read a valid record.
    private func readRecord(_ now: SampleInstant) {
        let status = file.openIfDue(
            now.monotonicNanoseconds, isFailing: failures > 0, changed: changedNanoseconds, period: periodNanoseconds)
        if let status { failure = status }
        for _ in 0..<3 where file.isOpen && readOnce(now) {
            failures = 0
            return
        }
        // The next sample tries another file, if there is one.
        if failures == 0 { file.expire() }
        failures += 1
        // It may be a tree by now.
        if failures == 3 { history.recordChange() }
    }

    /// Reads the file once; false if it contains no valid record.
    private func readOnce(_ now: SampleInstant) -> Bool {
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
        accept(found, bytes.span, now)
        return true
    }

    private func accept(_ found: ShareRecord.Header, _ bytes: Span<UInt8>, _ now: SampleInstant) {
        // A reader of the next generation continues with what the one before it saw.
        let known = anchor ?? history.anchor
        let isOther = known.map { $0.epoch != found.epoch || (header != nil && found.sequence < $0.sequence) } ?? false
        // A guest that was saved and restored has missed the time between, so its host's clock now means other
        // instants.
        let isAhead =
            known.map {
                $0.advanced(to: found, now).isAhead(of: now, byNanoseconds: 3 * found.periodNanoseconds)
            } ?? false
        if isOther || isAhead {
            for index in startsAgain.indices { startsAgain[index] = true }
            // Another epoch may have other domains.
            history.recordChange()
        }
        let next =
            isOther || isAhead
            ? ShareClockAnchor(found, after: isAhead ? nil : known, now)
            : known?.advanced(to: found, now) ?? ShareClockAnchor(found, now)
        anchor = next
        history.anchor = next
        header = found
        changedNanoseconds = now.monotonicNanoseconds
        for index in channels.indices { readings[index] = reading(of: index, found, bytes, next.instant) }
    }

    private func reading(
        of index: Int, _ header: ShareRecord.Header, _ bytes: Span<UInt8>, _ instant: SampleInstant
    ) -> Reading {
        for number in 0..<header.count {
            let entry = ShareRecord.Entry(number: number, of: bytes)
            guard entry.domain == domains[index] else { continue }
            guard entry.status == .ok else { return .missing(entry.status) }
            let isNew = startsAgain[index]
            startsAgain[index] = false
            return (isNew ? Reading.newCount(entry.energy) : .count(entry.energy)).stamped(at: instant)
        }
        return .missing(.absent)
    }
}
