/// The energy, power and state of each channel, accumulated over all samples; snapshots are written from it.
package struct ChannelAccumulator {
    /// Something that happened to a channel, which is given by its index.
    package enum Event: Hashable {
        /// The channel can no longer be read, and why.
        case lost(Int, ReadingStatus)
        /// The channel can be read again.
        case back(Int)
        /// The counter was reset.
        case reset(Int)
        /// The counter may have wrapped more often than is known; the total ambiguous energy so far.
        case ambiguous(Int, Joules)
    }

    /// Where the state of a channel is stored: in which array, and at which index.
    private enum Slot {
        case counter(Int)
        case integrator(Int)
        case gauge
    }

    /// The state of a channel of an earlier topology.
    private enum Retired {
        case counter(EnergyCounter)
        case integrator(PowerIntegrator)
    }

    private let ids: [String]
    private let slots: [Slot]
    /// The host figure that each channel is added to.
    private let scopes: [Scope?]
    /// Whether a channel may be absent without being lost.
    private let areIntermittent: [Bool]
    /// When each channel was last read, for channels whose readings carry an instant.
    private var stamps: [SampleInstant]
    private var counters: [EnergyCounter] = []
    private var integrators: [PowerIntegrator] = []
    private var statuses: [ReadingStatus]
    /// Each channel's latest value, for gauges.
    private var values: [Double]
    /// The states of channels that only an earlier topology has, in case they return.
    private var retired: [String: Retired] = [:]
    /// The energy of each host figure that was counted by channels which no longer belong to it.
    private var carried: [Scope: Joules] = [:]
    private let recordsEvents: Bool
    package private(set) var events: [Event] = []

    /// Creates an accumulator with 0 J for every channel, or with the totals of an earlier one.
    ///
    /// - Parameters:
    ///   - channels: The topology's channels.
    ///   - old: The accumulator for the previous topology, whose totals are continued; nil for the first one.
    ///   - recordsEvents: Whether ``events`` are recorded; then ``drainEvents()`` must be called.
    package init(_ channels: [Channel], continuing old: ChannelAccumulator? = nil, recordsEvents: Bool = false) {
        var slots: [Slot] = []
        for channel in channels {
            switch channel.encoding {
            case .counter(let encoding):
                slots.append(.counter(counters.count))
                var counter = EnergyCounter(
                    encoding: encoding, maximumPower: channel.maximumPower,
                    refreshInterval: channel.carriesInstants ? .zero : channel.refreshInterval)
                // A counter that is known to work may be 0 at first, for example a sum that starts when it is opened.
                counter.hasMoved = channel.isKnownToCount
                counters.append(counter)
            case .gauge where channel.quantity == .power:
                slots.append(.integrator(integrators.count))
                integrators.append(
                    PowerIntegrator(
                        maximumPower: channel.maximumPower, isIntermittent: channel.isIntermittent))
            case .gauge: slots.append(.gauge)
            }
        }
        ids = channels.map(\.id)
        scopes = channels.map(\.countsIn)
        areIntermittent = channels.map(\.isIntermittent)
        stamps = channels.map { _ in SampleInstant(boottimeNanoseconds: .min, monotonicNanoseconds: .min) }
        self.slots = slots
        self.recordsEvents = recordsEvents
        statuses = Array(repeating: .warmingUp, count: channels.count)
        values = Array(repeating: 0, count: channels.count)
        if let old { resume(from: old) }
    }

    /// Continues the totals of the same channels, even if they are now read through another mechanism.
    private mutating func resume(from old: ChannelAccumulator) {
        retired = old.retired
        for (id, slot) in zip(old.ids, old.slots) {
            switch slot {
            case .counter(let counter): retired[id] = .counter(old.counters[counter])
            case .integrator(let integrator): retired[id] = .integrator(old.integrators[integrator])
            case .gauge: break
            }
        }
        let left = scopesLeft(old)
        let present = old.presentIDs
        for (index, id) in ids.enumerated() {
            // Another channel has counted in its place: continuing over the gap would count the same energy twice.
            let startsOver = (scopes[index].map(left.contains) ?? false) && !present.contains(id)
            switch (slots[index], retired[id]) {
            case (.counter(let counter), .counter(let kept)):
                if !startsOver, kept.encoding.showsLike(counters[counter].encoding) {
                    counters[counter] = kept
                } else {
                    counters[counter].resume(from: kept)
                }
            case (.integrator(let integrator), .integrator(let kept)):
                integrators[integrator] = kept
                if startsOver { integrators[integrator].interrupt() }
            default: continue
            }
            retired[id] = nil
        }
        for (id, slot) in retired {
            guard case .integrator(var integrator) = slot else { continue }
            integrator.recordAbsence()
            retired[id] = .integrator(integrator)
        }
        carryOver(old)
    }

    /// The identities of the channels that are not absent.
    private var presentIDs: Set<String> { Set(ids.indices.filter { statuses[$0] != .absent }.map { ids[$0] }) }

    /// The figures that have lost a channel which was present in the old accumulator.
    private func scopesLeft(_ old: ChannelAccumulator) -> Set<Scope> {
        let parts = Dictionary(zip(ids, scopes)) { first, _ in first }
        let present = old.presentIDs
        var left: Set<Scope> = []
        for (id, scope) in zip(old.ids, old.scopes) {
            if let scope, present.contains(id), parts[id] != .some(scope) { left.insert(scope) }
        }
        return left
    }

    /// Keeps the energies of the host figures continuous when channels leave or join them.
    private mutating func carryOver(_ old: ChannelAccumulator) {
        for scope in Set(old.scopes.compactMap(\.self) + old.carried.keys) {
            let before = old.carried(scope) + old.counted(scope)
            let rest = before - counted(scope)
            // A difference from rounding alone is dropped.
            carried[scope] = abs(rest.rawValue) <= before.rawValue * 1e-12 ? Joules(0) : rest
        }
    }

    /// The energy that the channels of a scope have counted so far.
    private func counted(_ scope: Scope) -> Joules {
        var sum = Joules(0)
        for index in slots.indices where scopes[index] == scope {
            sum = sum + (counter(index)?.energy ?? integrator(index)?.energy ?? Joules(0))
        }
        return sum
    }

    /// What happened to the channels since the last call.
    package mutating func drainEvents() -> [Event] {
        if events.isEmpty { return [] }
        defer { events.removeAll() }
        return events
    }

    /// The longest time between two samples in which no wrap is missed and no power goes unintegrated; nil if there is
    /// no limit.
    package var longestSafeInterval: Duration? {
        slots.isEmpty || longestSafeNanoseconds == .max ? nil : .nanoseconds(longestSafeNanoseconds)
    }

    /// The same in nanoseconds; `Int64.max` if there is no limit.
    package var longestSafeNanoseconds: Int64 {
        var least = integrators.isEmpty ? Int64.max : PowerIntegrator.longestSafeNanoseconds
        for index in counters.indices { least = min(least, counters[index].longestSafeNanoseconds) }
        return least
    }

    /// Accumulates a sample. No allocation.
    package mutating func record(_ readings: borrowing Span<Reading>, began: SampleInstant, ended: SampleInstant) {
        for index in slots.indices {
            let status = record(readings[index], index, began, ended)
            if recordsEvents, status != statuses[index] { recordChange(index, from: statuses[index], to: status) }
            statuses[index] = status
        }
    }

    @inline(__always)
    private mutating func record(
        _ reading: Reading, _ index: Int, _ began: SampleInstant, _ ended: SampleInstant
    ) -> ReadingStatus {
        if case .counter(let counter) = slots[index], let number = reading.countOfSample {
            return record(number, counter, index, began, ended)
        }
        return recordOther(reading, index, began, ended)
    }

    /// The fast path for nearly every reading: a count that was read during the sample.
    @inline(__always)
    private mutating func record(
        _ number: UInt64, _ counter: Int, _ index: Int, _ began: SampleInstant, _ ended: SampleInstant
    ) -> ReadingStatus {
        let outcome = counters[counter].advance(to: number, began: began, ended: ended)
        if outcome == .counted { return .ok }
        if recordsEvents, outcome == .reset || outcome == .ambiguous { record(outcome, index, counters[counter]) }
        return status(of: outcome)
    }

    /// Records the first count of a counter that was set up again.
    private mutating func record(
        newCount number: UInt64, _ counter: Int, _ index: Int, _ began: SampleInstant, _ ended: SampleInstant
    ) -> ReadingStatus {
        let outcome = counters[counter].restart(at: number, began: began, ended: ended)
        if recordsEvents, outcome == .reset { record(outcome, index, counters[counter]) }
        return status(of: outcome)
    }

    /// Records every other reading: a gauge's, one with its own instant, or one without a number.
    private mutating func recordOther(
        _ reading: Reading, _ index: Int, _ began: SampleInstant, _ ended: SampleInstant
    ) -> ReadingStatus {
        guard reading.status == .ok else {
            if reading.status == .absent, case .integrator(let integrator) = slots[index] {
                integrators[integrator].recordAbsence()
            }
            return reading.status
        }
        // The reading of a slow source carries its own instant.
        let stamped = reading.stamp(near: ended)
        // A slow source's reading is repeated for several samples, but its counter restarts only once.
        let isRepeated = stamped.map { $0.boottimeNanoseconds == stamps[index].boottimeNanoseconds } ?? false
        let stamp = stamped.map { resolved($0, index) }
        switch slots[index] {
        case .counter(let counter):
            guard let number = reading.count else { return .implausible }
            if reading.kind == .newCount, !isRepeated {
                return record(newCount: number, counter, index, stamp ?? began, stamp ?? ended)
            }
            return record(number, counter, index, stamp ?? began, stamp ?? ended)
        case .integrator, .gauge:
            guard let value = reading.value else { return .implausible }
            values[index] = value
            if case .integrator(let integrator) = slots[index] {
                integrators[integrator].advance(
                    to: Watts(value), monotonicNanoseconds: (stamp ?? began).monotonicNanoseconds)
            }
            return .ok
        }
    }

    /// The instant of a reading that was taken before the sample, never earlier than the channel's previous one.
    ///
    /// A reading carries only boot time. The monotonic time is computed back from now, which is wrong by the time for
    /// which the machine was suspended in between, so the first result is kept.
    private mutating func resolved(_ stamp: SampleInstant, _ index: Int) -> SampleInstant {
        let last = stamps[index]
        if last.boottimeNanoseconds == stamp.boottimeNanoseconds { return last }
        var resolved = stamp
        resolved.monotonicNanoseconds = max(stamp.monotonicNanoseconds, last.monotonicNanoseconds)
        stamps[index] = resolved
        return resolved
    }

    private mutating func recordChange(_ index: Int, from old: ReadingStatus, to new: ReadingStatus) {
        if isLoss(new, index), !isLoss(old, index) { events.append(.lost(index, new)) }
        if isLoss(old, index), !isLoss(new, index) { events.append(.back(index)) }
    }

    /// Whether the source itself is lost, rather than warming up, implausible once, or intermittent.
    private func isLoss(_ status: ReadingStatus, _ index: Int) -> Bool {
        switch status {
        case .absent: !areIntermittent[index]
        case .forbidden, .io, .stale: true
        case .ok, .warmingUp, .partial, .implausible: false
        }
    }

    private mutating func record(_ outcome: EnergyCounter.Outcome, _ index: Int, _ counter: EnergyCounter) {
        switch outcome {
        case .reset: events.append(.reset(index))
        case .ambiguous: events.append(.ambiguous(index, counter.ambiguousEnergy))
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

    /// Problems that show only over time: package counters that do not change, channels that stay implausible, sources
    /// that do not answer, and inputs with negative power.
    package func findings(_ channels: [Channel], at instant: SampleInstant) -> [Finding] {
        let findings: [Finding] = channels.indices.compactMap { index in
            if statuses[index] == .stale { return .stale(channels[index]) }
            if let power = integrator(index)?.power, power < Watts(0), statuses[index] == .ok {
                return channels[index].countsIn.map { .negative(channels[index], power, $0) }
            }
            guard let counter = counter(index), counter.unchangedNanoseconds(at: instant) >= Self.longNanoseconds
            else { return nil }
            // A host may truthfully share 0 W for an idle guest.
            let isPackage =
                channels[index].component.domain == "package" && channels[index].provenance == .measured
            if isPackage, statuses[index] == .ok, counter.hasMoved { return .frozen(channels[index]) }
            return statuses[index] == .implausible ? .implausible(channels[index]) : nil
        }
        // Several channels of one source may have the same finding.
        return findings.enumerated().filter { findings.firstIndex(of: $0.element) == $0.offset }.map(\.element)
    }

    /// For how long a problem must last before it is reported: ten times the longest known update period, which is the
    /// 1 s of QEMU's virtual registers.
    private static let longNanoseconds: Int64 = 10_000_000_000

    // MARK: For snapshots

    package func status(_ index: Int) -> ReadingStatus { statuses[index] }

    /// Whether the channel is a counter that has been 0 since its first reading.
    package func isEmpty(_ index: Int) -> Bool { counter(index).map { $0.checkpoint != nil && !$0.hasMoved } ?? false }

    package func counter(_ index: Int) -> EnergyCounter? {
        guard case .counter(let counter) = slots[index] else { return nil }
        return counters[counter]
    }

    package func integrator(_ index: Int) -> PowerIntegrator? {
        guard case .integrator(let integrator) = slots[index] else { return nil }
        return integrators[integrator]
    }

    package func value(_ index: Int) -> Double { values[index] }

    /// The energy of a host figure from channels that no longer belong to it; negative if a channel has joined that had
    /// counted before.
    package func carried(_ scope: Scope) -> Joules { carried[scope] ?? Joules(0) }
}
