import PowerSensorsCore

/// Relates the host's clock to the guest's: the instant of one record on both clocks. Later records are placed on the
/// guest's clock by the host's time since then.
struct ShareClockAnchor: Hashable, Sendable {
    /// The record's header. Its nanoseconds are the record's instant on the host's clock, to compare within its epoch.
    let header: ShareRecord.Header

    /// The same instant on the guest's boot-time clock.
    private let boottimeNanoseconds: Int64
}

extension ShareClockAnchor {
    /// An anchor at the first record that is read in an epoch, which is the time between two starts of the publisher.
    ///
    /// The record's age is unknown, but if the publisher is alive, it is at most one period, the time from one record
    /// to the next. The greatest age is assumed, so that no later record is placed in the future.
    init(_ header: ShareRecord.Header, after last: ShareClockAnchor? = nil, _ now: SampleInstant) {
        let earliest = now.boottimeNanoseconds &- header.periodNanoseconds
        self.init(header: header, boottimeNanoseconds: max(earliest, last.map { $0.boottimeNanoseconds &+ 1 } ?? .min))
    }

    /// An anchor at a later record of the epoch, given the host's time between the two.
    ///
    /// Clocks drift apart. A record that would be in the future is moved back, but by at most a 2000th of the time
    /// between the records, since this makes the power wrong by the same part. The clocks of working machines do not
    /// drift faster: 500 ppm is ntp's limit (RFC 5905).
    func advanced(to header: ShareRecord.Header, _ now: SampleInstant) -> ShareClockAnchor {
        let time = Int64(truncatingIfNeeded: header.nanoseconds &- self.header.nanoseconds)
        let instant = boottimeNanoseconds &+ time
        let ahead = max(instant &- now.boottimeNanoseconds, 0)
        return ShareClockAnchor(header: header, boottimeNanoseconds: instant &- min(ahead, max(time, 0) / 2000))
    }

    /// Whether its record is in the future by more than the given time.
    func isAhead(of now: SampleInstant, byNanoseconds nanoseconds: Int64) -> Bool {
        boottimeNanoseconds &- now.boottimeNanoseconds > nanoseconds
    }

    /// The record's instant on the guest's clock, with which readings are stamped.
    var instant: SampleInstant { .onlyBoottime(boottimeNanoseconds) }
}

extension SampleInstant {
    /// An instant for a reading's stamp. Only its boot time is used, so the other clock's time need not be right.
    static func onlyBoottime(_ nanoseconds: Int64) -> SampleInstant {
        SampleInstant(boottimeNanoseconds: nanoseconds, monotonicNanoseconds: nanoseconds)
    }
}

extension ShareRecord.Header {
    /// The time from one record to the next, limited to between a tenth of a second and an hour.
    var periodNanoseconds: Int64 {
        if period == 0 { return ShareFile.defaultPeriodNanoseconds }
        return min(max(Int64(clamping: period), 100_000_000), 3_600_000_000_000)
    }

    /// Whether a record can be true, and can follow the one before: no clock runs for more than a century (2⁶² ns are
    /// 146 years), or backwards.
    func isPlausible(after last: ShareRecord.Header?) -> Bool {
        guard sequence > 0, nanoseconds < 1 << 62 else { return false }
        guard let last, last.epoch == epoch, sequence > last.sequence else { return true }
        return nanoseconds > last.nanoseconds
    }
}
