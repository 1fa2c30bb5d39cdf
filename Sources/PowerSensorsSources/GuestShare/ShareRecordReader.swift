import PowerSensorsCore

/// Which domain of which share's record a channel reads: what discovery stores in ``Channel/handle`` for opening.
struct ShareRecordHandle: Hashable, Sendable {
    /// The share's folder.
    let directory: String

    /// The domain whose entry is read.
    let domain: ShareRecord.Domain
}

/// Reads a share's record with one `pread`, and stamps each energy with the instant at which the host measured it.
///
/// So power is the energy divided by the host's own time, however late a record is read. The guest's clock is only used
/// to find that the record has not changed for too long. No allocation, except when the file is opened again.
final class ShareRecordReader: SensorReader {
    let channels: [Channel]
    private let domains: [ShareRecord.Domain?]
    private let now: @Sendable () -> SampleInstant
    private let history: Locked<ShareDiscoveryHistory>
    private var file: ShareFile
    private var bytes = [UInt8](repeating: 0, count: ShareRecord.size)

    /// The instant of the latest accepted record on the host's clock and on the guest's; nil before the first.
    private var anchor: ShareClockAnchor?
    /// Each channel's reading from the latest accepted record, which is repeated until the next one.
    private var readings: [Reading]
    /// Whether each channel's next count is unrelated to the previous one, so that the difference must not be counted.
    private var beginsNewCount: [Bool]

    init(
        _ channels: [Channel], of directory: String, _ history: Locked<ShareDiscoveryHistory>,
        now: @escaping @Sendable () -> SampleInstant
    ) {
        self.channels = channels
        self.history = history
        self.now = now
        domains = channels.map { $0.handle?.value(as: ShareRecordHandle.self)?.domain }
        file = ShareFile(ShareRecord.fileName, in: directory, now())
        readings = channels.map { _ in .missing(.warmingUp) }
        beginsNewCount = channels.map { _ in false }
    }

    func readChannels(into readings: inout OutputSpan<Reading>) {
        if channels.isEmpty { return }
        let now = now()
        readRecord(now)
        // If a single sample finds no valid record, the host may be in the middle of writing it.
        let isLost = file.failures > 1 || (file.failures == 1 && anchor == nil)
        // Without a new record for three periods, the publisher has stopped.
        let isStale = file.isOverdue(now)
        for index in channels.indices {
            readings.append(isLost ? .missing(file.failure) : isStale ? .missing(.stale) : self.readings[index])
        }
    }

    // MARK: Records

    /// Tries up to three times to read a valid record, since it may be read while the host writes it.
    private func readRecord(_ now: SampleInstant) {
        file.openIfDue(now)
        for _ in 0..<3 where file.isOpen && readOnce(now) {
            file.failures = 0
            return
        }
        // The next sample opens the path again, since the file may have been replaced.
        if file.failures == 0 { file.expire() }
        file.failures += 1
        // After three samples without a record, the share may hold a tree instead, so a new discovery is needed.
        if file.failures == 3 { history.withLock { $0.changes += 1 } }
    }

    /// Reads the file once; false if it contains no valid record.
    private func readOnce(_ now: SampleInstant) -> Bool {
        var buffer = bytes.mutableSpan
        let count = file.read(into: &buffer)
        guard count >= 0 else {
            file.failure = ReadingStatus(errno: Int32(clamping: -count))
            return false
        }
        file.failure = .implausible
        // This shares the array's storage and does not copy it.
        let bytes = bytes
        guard let found = try? ShareRecord.Header(bytes.span.extracting(..<count)) else { return false }
        let last = anchor?.header
        if let last, last.epoch == found.epoch, last.sequence == found.sequence { return true }
        guard found.isPlausible(after: last) else { return false }
        accept(found, bytes.span, now)
        return true
    }

    /// Takes the readings from a new record, and decides whether its sums continue those of the record before.
    private func accept(_ found: ShareRecord.Header, _ bytes: Span<UInt8>, _ now: SampleInstant) {
        // The first record of this reader continues from the last one of the reader that it replaced.
        let known = anchor ?? history.withLock { $0.anchor }
        // Another epoch, or a lower number within the epoch, shows that the host's publisher has started again.
        let isNewPublisher =
            known.map { $0.header.epoch != found.epoch || (anchor != nil && found.sequence < $0.header.sequence) }
            ?? false
        // When a guest is saved and restored, its clock does not advance meanwhile but the host's does. Then the record
        // seems to be from the future, by more than its usual delays of up to three periods explain.
        let isAhead =
            known.map {
                $0.advanced(to: found, now).isAhead(of: now, byNanoseconds: 3 * found.periodNanoseconds)
            } ?? false
        if isNewPublisher || isAhead {
            for index in beginsNewCount.indices { beginsNewCount[index] = true }
            // A new publisher may report other domains, so a new discovery is needed.
            history.withLock { $0.changes += 1 }
        }
        let next =
            isNewPublisher || isAhead
            ? ShareClockAnchor(found, after: isAhead ? nil : known, now)
            : known?.advanced(to: found, now) ?? ShareClockAnchor(found, now)
        anchor = next
        history.withLock { $0.anchor = next }
        file.changedNanoseconds = now.monotonicNanoseconds
        file.periodNanoseconds = found.periodNanoseconds
        for index in channels.indices { readings[index] = reading(of: index, found, bytes, next.instant) }
    }

    private func reading(
        of index: Int, _ header: ShareRecord.Header, _ bytes: Span<UInt8>, _ instant: SampleInstant
    ) -> Reading {
        for number in 0..<header.count {
            let entry = ShareRecord.Entry(number: number, of: bytes)
            guard entry.domain == domains[index] else { continue }
            guard entry.status == .ok else { return .missing(entry.status) }
            let isNew = beginsNewCount[index]
            beginsNewCount[index] = false
            return (isNew ? Reading.newCount(entry.energy) : .count(entry.energy)).stamped(at: instant)
        }
        return .missing(.absent)
    }
}
