/// What ties a host's clock to the guest's: an instant of one record on both.
struct ShareAnchor: Hashable, Sendable {
    /// The share's life, within which the host's nanoseconds can be compared.
    let epoch: ShareRecord.Epoch

    /// The record's number in it.
    let sequence: UInt64

    /// The record's instant on the host's clock.
    private let hostNanoseconds: UInt64

    /// The same on the guest's clock of boot time.
    private let boottimeNanoseconds: Int64

    private init(_ header: ShareRecord.Header, boottimeNanoseconds: Int64) {
        epoch = header.epoch
        sequence = header.sequence
        hostNanoseconds = header.nanoseconds
        self.boottimeNanoseconds = boottimeNanoseconds
    }

    /// Ties the first record of an epoch.
    ///
    /// Its age is not known, but that it is no older than a period, where its publisher lives: with the earliest instant no
    /// later record lies in the future.
    init(_ header: ShareRecord.Header, after last: ShareAnchor? = nil, _ now: SampleInstant) {
        let earliest = now.boottimeNanoseconds &- header.periodNanoseconds
        self.init(header, boottimeNanoseconds: max(earliest, last.map { $0.boottimeNanoseconds &+ 1 } ?? .min))
    }

    /// The anchor of another record of the epoch, as much later as the host says.
    ///
    /// Clocks drift: what would lie in the future is drawn back, but by no more than a two-thousandth of the time between,
    /// lest the power be wrong by more than that. No two clocks of working machines differ by as much (ntp's limit, RFC 5905,
    /// is 500 ppm).
    func advanced(to header: ShareRecord.Header, _ now: SampleInstant) -> ShareAnchor {
        let time = Int64(truncatingIfNeeded: header.nanoseconds &- hostNanoseconds)
        let instant = boottimeNanoseconds &+ time
        let ahead = max(instant &- now.boottimeNanoseconds, 0)
        return ShareAnchor(header, boottimeNanoseconds: instant &- min(ahead, max(time, 0) / 2000))
    }

    /// Whether it lies in the future, by more than a time.
    func isAhead(of now: SampleInstant, by nanoseconds: Int64) -> Bool {
        boottimeNanoseconds &- now.boottimeNanoseconds > nanoseconds
    }

    /// The instant, for a reading's stamp: only boot time counts there.
    var instant: SampleInstant {
        SampleInstant(boottimeNanoseconds: boottimeNanoseconds, monotonicNanoseconds: boottimeNanoseconds)
    }
}

/// What a sensor remembers of its share from one reader to the next: those of two generations must agree on what has been
/// counted already.
final class ShareMemory: Sendable {
    private let known = Guarded<ShareAnchor?>(nil)
    private let noticed = Guarded(0)

    /// How often a reader noticed something that a new discovery might describe in another way.
    var changes: Int { noticed.withLock { $0 } }

    /// Notes such a thing.
    func noteChange() { noticed.withLock { $0 &+= 1 } }

    /// The last record that any reader believed.
    var anchor: ShareAnchor? {
        get { known.withLock { $0 } }
        set { known.withLock { $0 = newValue } }
    }
}

/// How long a share may take, in nanoseconds.
enum SharePeriod {
    /// From one change to the next, where nothing else is known: so do our own publisher and Scaphandre.
    static let usual: Int64 = 5_000_000_000

    /// Between two tries to open what cannot be read.
    static let betweenOpenings: Int64 = 250_000_000

    /// What a record says of its period, within a tenth of a second and an hour.
    static func nanoseconds(_ period: UInt64) -> Int64 {
        period == 0 ? usual : min(max(Int64(clamping: period), 100_000_000), 3_600_000_000_000)
    }
}

extension ShareRecord.Header {
    /// The time from one record to the next, in nanoseconds.
    var periodNanoseconds: Int64 { SharePeriod.nanoseconds(period) }

    /// Whether a record may follow the one before: no clock runs for a century, or goes back.
    func isPlausible(after last: ShareRecord.Header?) -> Bool {
        guard sequence > 0, nanoseconds < 1 << 62 else { return false }
        guard let last, last.epoch == epoch, sequence > last.sequence else { return true }
        return nanoseconds > last.nanoseconds
    }
}
