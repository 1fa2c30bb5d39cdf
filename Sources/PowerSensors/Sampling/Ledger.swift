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

    /// The account of a channel that an earlier topology had.
    private enum Retired {
        case counter(EnergyCounter)
        case integrator(PowerIntegrator)
    }

    private let ids: [String]
    private let accounts: [Account]
    private let scopes: [Scope?]
    /// Whether a channel has nothing to show at times, which is no fault.
    private let areIntermittent: [Bool]
    /// When each channel's source was read last, of those that say it themselves.
    private var stamps: [SampleInstant]
    private var counters: [EnergyCounter] = []
    private var integrators: [PowerIntegrator] = []
    private var statuses: [ReadingStatus]
    private var values: [Double]
    /// The accounts of channels that an earlier topology had and this one has not, should they come back.
    private var retired: [String: Retired] = [:]
    /// What each of the host's figures owes to channels that are no part of it any more.
    private var carried: [Scope: Joules] = [:]
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
                        refreshInterval: channel.tellsInstants ? .zero : channel.refreshInterval,
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
        scopes = channels.map(\.countsIn)
        areIntermittent = channels.map(\.isIntermittent)
        stamps = channels.map { _ in SampleInstant(boottimeNanoseconds: .min, monotonicNanoseconds: .min) }
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
            switch account {
            case .counter(let counter): retired[id] = .counter(old.counters[counter])
            case .integrator(let integrator): retired[id] = .integrator(old.integrators[integrator])
            case .gauge: break
            }
        }
        let relieved = scopesRelieved(old)
        let present = old.presentIDs
        for (index, id) in ids.enumerated() {
            // Another channel has counted in its place: to go on over the gap would count the same joules again.
            let beginsAnew = (scopes[index].map(relieved.contains) ?? false) && !present.contains(id)
            switch (accounts[index], retired[id]) {
            case (.counter(let counter), .counter(let kept)):
                if !beginsAnew, kept.canContinue(as: counters[counter]) {
                    counters[counter] = kept
                } else {
                    counters[counter].takeOver(kept)
                }
            case (.integrator(let integrator), .integrator(let kept)):
                integrators[integrator] = kept
                if beginsAnew { integrators[integrator].interrupt() }
            default: continue
            }
            retired[id] = nil
        }
        for (id, account) in retired {
            guard case .integrator(var integrator) = account else { continue }
            integrator.noteAbsence()
            retired[id] = .integrator(integrator)
        }
        carryOver(old)
    }

    /// The channels that were there.
    private var presentIDs: Set<String> { Set(ids.indices.filter { statuses[$0] != .absent }.map { ids[$0] }) }

    /// The figures that a channel which was there in the old ledger is no part of any more.
    private func scopesRelieved(_ old: Ledger) -> Set<Scope> {
        let parts = Dictionary(zip(ids, scopes)) { first, _ in first }
        let present = old.presentIDs
        var relieved: Set<Scope> = []
        for (id, scope) in zip(old.ids, old.scopes) {
            if let scope, present.contains(id), parts[id] != .some(scope) { relieved.insert(scope) }
        }
        return relieved
    }

    /// Keeps the host's energies from falling where a channel went, and from leaping where one came.
    private mutating func carryOver(_ old: Ledger) {
        for scope in Set(old.scopes.compactMap(\.self) + old.carried.keys) {
            let before = old.carried(scope) + old.counted(scope)
            let rest = before - counted(scope)
            // What the order of the sum makes of the same parts is no energy.
            carried[scope] = abs(rest.rawValue) <= before.rawValue * 1e-12 ? Joules(0) : rest
        }
    }

    /// What the channels of a scope have counted so far.
    private func counted(_ scope: Scope) -> Joules {
        var sum = Joules(0)
        for index in accounts.indices where scopes[index] == scope {
            sum = sum + (counter(index)?.energy ?? integrator(index)?.energy ?? Joules(0))
        }
        return sum
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
        let stamped = reading.stamp(near: ended)
        // A slow source's reading stands for several samples, and its counter begins anew but once.
        let isRepeated = stamped.map { $0.boottimeNanoseconds == stamps[index].boottimeNanoseconds } ?? false
        let stamp = stamped.map { settle($0, index) }
        switch accounts[index] {
        case .counter(let counter):
            guard let number = reading.count else { return .implausible }
            if reading.kind == .newCount, !isRepeated {
                return enter(newCount: number, counter, index, stamp ?? began, stamp ?? ended)
            }
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

    /// The instant of a reading whose source was read before the sample.
    ///
    /// A reading knows its boot time only, and what the other clock showed then is reckoned back from now, which is wrong
    /// by as long as the machine was suspended meanwhile: so what was reckoned once stands, and no source goes back in time.
    private mutating func settle(_ stamp: SampleInstant, _ index: Int) -> SampleInstant {
        let last = stamps[index]
        if last.boottimeNanoseconds == stamp.boottimeNanoseconds { return last }
        var settled = stamp
        settled.monotonicNanoseconds = max(stamp.monotonicNanoseconds, last.monotonicNanoseconds)
        stamps[index] = settled
        return settled
    }

    private mutating func noteChange(_ index: Int, from old: ReadingStatus, to new: ReadingStatus) {
        if isLoss(new, index), !isLoss(old, index) { entries.append(.lost(index, new)) }
        if isLoss(old, index), !isLoss(new, index) { entries.append(.back(index)) }
    }

    /// Whether the source itself is lost, unlike one that only needs time, gave one wild number, or has nothing to give.
    private func isLoss(_ status: ReadingStatus, _ index: Int) -> Bool {
        switch status {
        case .absent: !areIntermittent[index]
        case .forbidden, .io, .stale: true
        case .ok, .warmingUp, .partial, .implausible: false
        }
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

    /// What only time can tell: packages whose counter does not move, though no package uses nothing, channels that
    /// have given nothing plausible for long, sources that do not answer, and inputs that power flows out of.
    func findings(_ channels: [Channel], at instant: SampleInstant) -> [Finding] {
        let findings: [Finding] = channels.indices.compactMap { index in
            if statuses[index] == .stale {
                if let standstill = channels[index].standstill { return .standstill(channels[index], standstill) }
                // Only what is read off the fast path can leave a sample without an answer.
                return channels[index].readingInterval == nil
                    ? .standstill(channels[index]) : .silent(channels[index])
            }
            if let power = integrator(index)?.power, power < Watts(0), statuses[index] == .ok {
                return channels[index].countsIn.map { .negative(channels[index], power, $0) }
            }
            guard let counter = counter(index), counter.stillNanoseconds(at: instant) >= Self.longNanoseconds
            else { return nil }
            // What a host tells of a guest that rests may be a true 0 W.
            let isPackage =
                channels[index].component.domain == "package" && channels[index].provenance == .measured
            if isPackage, statuses[index] == .ok, counter.hasMoved { return .frozen(channels[index]) }
            return statuses[index] == .implausible ? .implausible(channels[index]) : nil
        }
        // Several channels of one source may have one thing to say.
        return findings.enumerated().filter { findings.firstIndex(of: $0.element) == $0.offset }.map(\.element)
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

    /// What a figure of the host has counted by channels that are no part of it any more; below 0 J where one joined it
    /// that had counted before.
    func carried(_ scope: Scope) -> Joules { carried[scope] ?? Joules(0) }
}
