/// What each channel's readings add up to. The sampler enters every sample; snapshots are written out of it.
struct Ledger {
    /// Something that befell a channel, by its index.
    enum Entry: Hashable {
        case lost(Int, ReadingStatus)
        case back(Int)
        case reset(Int)
        case ambiguous(Int, Joules)
    }

    /// Where a channel's account is kept.
    private enum Account {
        case counter(Int)
        case integrator(Int)
        case gauge
    }

    private let ids: [String]
    private let accounts: [Account]
    private var counters: [EnergyCounter] = []
    private var integrators: [PowerIntegrator] = []
    private var statuses: [ReadingStatus]
    private var values: [Double]
    /// The accounts of channels that an earlier topology had and this one has not, should they come back.
    private var retired: [String: EnergyCounter] = [:]
    private let notesEntries: Bool
    private(set) var entries: [Entry] = []

    /// Opens an account for every channel.
    ///
    /// - Parameters:
    ///   - channels: The topology's channels.
    ///   - old: The ledger of the generation before: what was counted goes on.
    ///   - notesEntries: Whether ``entries`` are noted; then somebody must take them out.
    init(_ channels: [Channel], continuing old: Ledger? = nil, notesEntries: Bool = false) {
        var accounts: [Account] = []
        for channel in channels {
            switch channel.encoding {
            case .counter(let encoding):
                accounts.append(.counter(counters.count))
                counters.append(
                    EnergyCounter(
                        encoding: encoding,
                        maximumPower: channel.maximumPower,
                        refreshInterval: channel.refreshInterval,
                        isKnownToCount: channel.isKnownToCount
                    )
                )
            case .gauge where channel.quantity == .power:
                accounts.append(.integrator(integrators.count))
                integrators.append(
                    PowerIntegrator(
                        maximumPower: channel.maximumPower, isIntermittent: channel.isIntermittent))
            case .gauge: accounts.append(.gauge)
            }
        }
        ids = channels.map(\.id)
        self.accounts = accounts
        self.notesEntries = notesEntries
        statuses = Array(repeating: .warmingUp, count: channels.count)
        values = Array(repeating: 0, count: channels.count)
        if let old { takeOver(old) }
    }

    /// Goes on with what was counted for the same channels, be it that they are now read in another way.
    private mutating func takeOver(_ old: Ledger) {
        retired = old.retired
        for (id, account) in zip(old.ids, old.accounts) {
            if case .counter(let counter) = account { retired[id] = old.counters[counter] }
        }
        for (index, id) in ids.enumerated() {
            switch accounts[index] {
            case .counter(let counter):
                guard let kept = retired.removeValue(forKey: id) else { continue }
                if kept.canContinue(as: counters[counter]) {
                    counters[counter] = kept
                } else {
                    counters[counter].takeOver(kept)
                }
            case .integrator(let integrator):
                if let index = old.ids.firstIndex(of: id), case .integrator(let kept) = old.accounts[index] {
                    integrators[integrator] = old.integrators[kept]
                }
            case .gauge: break
            }
        }
    }

    /// What befell the channels since the last call.
    mutating func takeEntries() -> [Entry] {
        if entries.isEmpty { return [] }
        defer { entries.removeAll() }
        return entries
    }

    /// The longest time between two samples that neither hides a counter's turn nor leaves power unintegrated.
    var longestSafeInterval: Duration? {
        accounts.isEmpty || longestSafeNanoseconds == .max ? nil : .nanoseconds(longestSafeNanoseconds)
    }

    /// The same in nanoseconds; the greatest number where there is neither.
    var longestSafeNanoseconds: Int64 {
        var least = integrators.isEmpty ? Int64.max : PowerIntegrator.longestSafeNanoseconds
        for index in counters.indices { least = min(least, counters[index].longestSafeNanoseconds) }
        return least
    }

    /// Takes a sample in. No allocation.
    mutating func enter(_ readings: borrowing Span<Reading>, began: SampleInstant, ended: SampleInstant) {
        for index in accounts.indices {
            let status = enter(readings[index], index, began, ended)
            if notesEntries, status != statuses[index] { noteChange(index, from: statuses[index], to: status) }
            statuses[index] = status
        }
    }

    @inline(__always)
    private mutating func enter(
        _ reading: Reading, _ index: Int, _ began: SampleInstant, _ ended: SampleInstant
    ) -> ReadingStatus {
        if case .counter(let counter) = accounts[index], let number = reading.countOfSample {
            return enter(number, counter, index, began, ended)
        }
        return enterOther(reading, index, began, ended)
    }

    /// What nearly every reading is: a count that was read in the sample.
    @inline(__always)
    private mutating func enter(
        _ number: UInt64, _ counter: Int, _ index: Int, _ began: SampleInstant, _ ended: SampleInstant
    ) -> ReadingStatus {
        let outcome = counters[counter].advance(to: number, began: began, ended: ended)
        if outcome == .counted { return .ok }
        if notesEntries, outcome == .reset || outcome == .ambiguous { note(outcome, index, counters[counter]) }
        return status(of: outcome)
    }

    private mutating func enter(
        newCount number: UInt64, _ counter: Int, _ index: Int, _ began: SampleInstant, _ ended: SampleInstant
    ) -> ReadingStatus {
        let outcome = counters[counter].beginAnew(at: number, began: began, ended: ended)
        if notesEntries, outcome == .reset { note(outcome, index, counters[counter]) }
        return status(of: outcome)
    }

    private mutating func enterOther(
        _ reading: Reading, _ index: Int, _ began: SampleInstant, _ ended: SampleInstant
    ) -> ReadingStatus {
        guard reading.status == .ok else {
            if reading.status == .absent, case .integrator(let integrator) = accounts[index] {
                integrators[integrator].noteAbsence()
            }
            return reading.status
        }
        // A reading of a slow source has an instant of its own.
        let stamp = reading.stamp(near: ended)
        switch accounts[index] {
        case .counter(let counter):
            guard let number = reading.count else { return .implausible }
            if reading.kind == .newCount { return enter(newCount: number, counter, index, began, ended) }
            return enter(number, counter, index, stamp ?? began, stamp ?? ended)
        case .integrator(let integrator):
            guard let value = reading.value else { return .implausible }
            values[index] = value
            integrators[integrator].advance(
                to: Watts(value), monotonicNanoseconds: (stamp ?? began).monotonicNanoseconds)
            return .ok
        case .gauge:
            guard let value = reading.value else { return .implausible }
            values[index] = value
            return .ok
        }
    }

    private mutating func noteChange(_ index: Int, from old: ReadingStatus, to new: ReadingStatus) {
        if new.isLoss, !old.isLoss { entries.append(.lost(index, new)) }
        if old.isLoss, !new.isLoss { entries.append(.back(index)) }
    }

    private mutating func note(_ outcome: EnergyCounter.Outcome, _ index: Int, _ counter: EnergyCounter) {
        switch outcome {
        case .reset: entries.append(.reset(index))
        case .ambiguous: entries.append(.ambiguous(index, counter.ambiguousEnergy))
        case .baseline, .absent, .counted, .implausible: break
        }
    }

    private func status(of outcome: EnergyCounter.Outcome) -> ReadingStatus {
        switch outcome {
        case .baseline: .warmingUp
        case .absent: .absent
        case .counted, .ambiguous, .reset: .ok
        case .implausible: .implausible
        }
    }

    /// What only time can tell: packages whose counter does not move, though no package uses nothing, and channels
    /// that have given nothing plausible for long.
    func findings(_ channels: [Channel], at instant: SampleInstant) -> [Finding] {
        channels.indices.compactMap { index in
            guard let counter = counter(index), counter.stillNanoseconds(at: instant) >= Self.longNanoseconds
            else { return nil }
            let isPackage = channels[index].component.domain == "package"
            if isPackage, statuses[index] == .ok, counter.hasMoved { return .frozen(channels[index]) }
            return statuses[index] == .implausible ? .implausible(channels[index]) : nil
        }
    }

    /// Ten times the slowest rhythm that is known, QEMU's one step a second.
    private static let longNanoseconds: Int64 = 10_000_000_000

    // MARK: For snapshots

    func status(_ index: Int) -> ReadingStatus { statuses[index] }

    /// Whether the channel is a counter that was read, was 0, and never moved.
    func isEmpty(_ index: Int) -> Bool { counter(index).map { $0.mark != nil && !$0.hasMoved } ?? false }

    func counter(_ index: Int) -> EnergyCounter? {
        guard case .counter(let counter) = accounts[index] else { return nil }
        return counters[counter]
    }

    func integrator(_ index: Int) -> PowerIntegrator? {
        guard case .integrator(let integrator) = accounts[index] else { return nil }
        return integrators[integrator]
    }

    func value(_ index: Int) -> Double { values[index] }
}

extension Finding {
    fileprivate static func frozen(_ channel: Channel) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: "frozen",
            text: "The counter of \(channel.id) has stood still for 10 s; it is shown as 0 W, which no package uses.",
            remedy: "Read it twice by hand; if it does not move, its driver or emulator has stopped renewing it.")
    }
}

extension Finding {
    fileprivate static func implausible(_ channel: Channel) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: ReadingStatus.implausible.name,
            text: "For 10 s \(channel.id) has been beyond its range, or has risen by more than"
                + " \(channel.maximumPower.rawValue) W allow.",
            remedy: "If so much power is possible there, say so: powersensors --max-power WATTS")
    }
}

extension ReadingStatus {
    /// Whether the source itself is lost, unlike one that only needs time, or gave one wild number.
    fileprivate var isLoss: Bool {
        switch self {
        case .forbidden, .io, .stale, .absent: true
        case .ok, .warmingUp, .partial, .implausible: false
        }
    }
}
