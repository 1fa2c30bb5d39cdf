import PowerSensorsCore

/// What a process's descendants ran before they ended, as far as no scan has seen it.
struct DescendantTime {
    /// What the kernel has added up of descendants that ended and were waited for, in ticks.
    private var waitedFor: UInt64

    /// How much of that came between the latest scan and the one before, in nanoseconds; nil if it was not seen.
    private var latest: UInt64?

    /// The time of ended descendants that has been counted, but not added up by the kernel when they were last looked
    /// at: since the latest scan began, and before.
    private var counted: (lately: UInt64, before: UInt64) = (0, 0)

    /// What the process was given beyond whole ticks, in nanoseconds.
    private var remainder: UInt64 = 0

    /// - Parameters:
    ///   - waitedFor: What the kernel has added up so far, in ticks.
    ///   - isNew: Whether all of it came since the previous scan.
    init(_ waitedFor: UInt64, isNew: Bool) {
        self.waitedFor = waitedFor
        latest = isNew ? waitedFor.saturatingNanoseconds : 0
    }

    /// Sees what the kernel has added up.
    mutating func advance(to now: UInt64) {
        latest = (now > waitedFor ? now - waitedFor : 0).saturatingNanoseconds
        waitedFor = max(now, waitedFor)
    }

    /// Sees nothing, as the process cannot be read at the moment.
    mutating func skip() { latest = nil }

    /// Records that a descendant ended, whose time has been counted up to this.
    mutating func count(_ nanoseconds: UInt64) { counted.lately = counted.lately.saturatingAdd(nanoseconds) }

    /// All time of the process's descendants that has been counted.
    var allCounted: UInt64 {
        waitedFor.saturatingNanoseconds.saturatingAdd(counted.lately).saturatingAdd(counted.before)
    }

    /// What the kernel added up between the latest two scans and nobody has counted, in nanoseconds.
    ///
    /// A descendant may end after this process was read, which then sees it at the next scan only. If it does not even
    /// then, nobody has waited for it, as where SIGCHLD is ignored.
    mutating func takeUncounted() -> UInt64 {
        guard let latest else {
            counted = (0, counted.before.saturatingAdd(counted.lately))
            return 0
        }
        let known = min(latest, counted.before.saturatingAdd(counted.lately))
        let old = min(known, counted.before)
        // The kernel shows whole ticks of two sums, so that a part of what is counted may be shown much later.
        let late = min(counted.before - old, 2 * .nanosecondsInTick)
        counted = (0, (counted.lately - min(counted.lately, known - old)).saturatingAdd(late))
        self.latest = 0
        return latest - known
    }

    /// Adds to what the process was given, and returns the whole ticks of it.
    mutating func give(_ nanoseconds: UInt64) -> UInt64 {
        let (ticks, rest) = remainder.saturatingAdd(nanoseconds).quotientAndRemainder(dividingBy: .nanosecondsInTick)
        remainder = rest
        return ticks
    }
}

extension UInt64 {
    fileprivate static let nanosecondsInTick: UInt64 = 10_000_000

    /// The nanoseconds in so many ticks.
    fileprivate var saturatingNanoseconds: UInt64 {
        let (result, overflow) = multipliedReportingOverflow(by: .nanosecondsInTick)
        return overflow ? .max : result
    }
}

extension ProcessTable {
    /// Gives the time of processes that no scan has seen to their nearest ancestor that still runs.
    ///
    /// That is the time of those that started and ended between two scans, and of others since the last scan before
    /// their end. It is known from the kernel's records of ended processes and from what the kernel adds up for whoever
    /// waits for them; what both tell is counted once.
    ///
    /// - Parameters:
    ///   - records: Those since the previous scan.
    ///   - limit: How many ticks may be given: what all tasks ran since then.
    mutating func settleEnded(_ records: [ExitRecord], upTo limit: UInt64) {
        for record in records { exits[record.number] = record }
        // What is more was not run since the previous scan, but for example by a process that was hidden.
        let most = limit.saturatingNanoseconds
        var unseen: [Int: UInt64] = [:]
        func add(_ nanoseconds: UInt64, at index: Int) {
            if nanoseconds <= most { unseen[index] = (unseen[index] ?? 0).saturatingAdd(nanoseconds) }
        }
        let lineage = Lineage(gone, exits)
        for process in gone {
            let record = exits.removeValue(forKey: process.number)
            let parent = record?.parent ?? process.parent
            let seen = process.ticks.saturatingNanoseconds
            let more = record.map { $0.nanoseconds > seen ? $0.nanoseconds - seen : 0 } ?? 0
            let counted = seen.saturatingAdd(more).saturatingAdd(process.descendants.allCounted)
            let ancestor = lineage.ancestor(startingWith: parent, in: self)
            if let ancestor {
                add(more, at: ancestor)
                // Its time since energy was last divided is not divided without it.
                addElapsed(process.elapsed, at: ancestor)
                countDescendant(counted, at: ancestor)
            }
            // Where its parent has ended too, the init process may have waited for it instead.
            if index(of: parent) == nil, let reaper = index(of: 1), reaper != ancestor {
                countDescendant(counted, at: reaper)
            }
        }
        // A process of whose end there is a record, but that was still there, is known better by what was seen.
        for record in Array(exits.values) where index(of: record.number) == nil {
            exits[record.number] = nil
            guard let ancestor = lineage.ancestor(startingWith: record.parent, in: self) else { continue }
            add(record.nanoseconds, at: ancestor)
            countDescendant(record.nanoseconds, at: ancestor)
        }
        var left = limit
        for index in entries.indices {
            add(takeUncounted(at: index), at: index)
            give(unseen[index] ?? 0, to: index, &left)
        }
    }
}

/// Who were the parents of processes that ended between two scans.
private struct Lineage {
    private var parents: [Int32: Int32] = [:]

    init(_ gone: [ProcessTable.Entry], _ records: [Int32: ExitRecord]) {
        for process in gone { parents[process.number] = process.parent }
        for record in records.values { parents[record.number] = record.parent }
    }

    /// The index of a process or, if it has ended too, of its nearest ancestor that runs; nil if that is not known.
    func ancestor(startingWith number: Int32, in table: borrowing ProcessTable) -> Int? {
        var number = number
        // As numbers are used again, there might be a ring.
        for _ in 0...parents.count {
            if let index = table.index(of: number) { return index }
            guard let parent = parents[number] else { return nil }
            number = parent
        }
        return nil
    }
}
