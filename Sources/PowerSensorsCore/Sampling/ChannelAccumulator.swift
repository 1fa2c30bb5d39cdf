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

        /// The index of the channel.
        fileprivate var index: Int {
            switch self {
            case .lost(let index, _), .back(let index), .reset(let index), .ambiguous(let index, _): index
            }
        }

        /// The same event of the channel in another topology.
        fileprivate func at(_ index: Int) -> Event {
            switch self {
            case .lost(_, let status): .lost(index, status)
            case .back: .back(index)
            case .reset: .reset(index)
            case .ambiguous(_, let energy): .ambiguous(index, energy)
            }
        }
    }

    /// The state of every channel, in the topology's order.
    package private(set) var states: [ChannelState]
    /// The states of channels that only an earlier topology has, in case they return.
    private var retired: [String: ChannelState] = [:]
    /// The energy of each host figure that was counted by channels which no longer belong to it.
    private var carried: [Scope: Joules] = [:]
    /// Raises an estimate of the machine to what parts of it measure; nil if there is no estimate, or nothing to raise it
    /// to.
    private(set) var floor: EstimateFloor?
    private let recordsEvents: Bool
    package private(set) var events: [Event] = []

    /// Creates an accumulator with 0 J for every channel, or with the totals of an earlier one.
    ///
    /// - Parameters:
    ///   - channels: The topology's channels.
    ///   - old: The accumulator for the previous topology, whose totals are continued; nil for the first one.
    ///   - recordsEvents: Whether the first accumulator and those that continue it record ``events``; then
    ///     ``drainEvents()`` must be called.
    package init(_ channels: [Channel], continuing old: ChannelAccumulator? = nil, recordsEvents: Bool = false) {
        let floor = EstimateFloor(channels)
        states = channels.indices.map { index in
            var channel = channels[index]
            if let floor, floor.estimate == index {
                channel.maximumPower = max(channel.maximumPower, floor.maximumPower)
            }
            return ChannelState(channel)
        }
        self.floor = floor
        self.recordsEvents = old?.recordsEvents ?? recordsEvents
        if let old { resume(from: old) }
    }

    /// Continues the totals of the same channels, even if they are now read through another mechanism.
    private mutating func resume(from old: ChannelAccumulator) {
        retired = old.retired
        if let floor = old.floor { self.floor?.resume(from: floor) }
        for state in old.states where state.energy != nil { retired[state.id] = state }
        let left = scopesLeft(old)
        let present = old.presentIDs
        for index in states.indices {
            let (id, scope) = (states[index].id, states[index].scope)
            // Another channel has counted in its place: continuing over the gap would count the same energy twice.
            let startsOver = (scope.map(left.contains) ?? false) && !present.contains(id)
            if let kept = retired[id], states[index].resume(from: kept, startsOver: startsOver) { retired[id] = nil }
        }
        for id in retired.keys { retired[id]?.recordAbsence() }
        carryOver(old)
        events = old.events.compactMap { event in
            let id = old.states[event.index].id
            return states.firstIndex { $0.id == id }.map { event.at($0) }
        }
    }

    /// Whether a host figure lacks a channel that is absent, and may return.
    package var hasMissingPart: Bool {
        states.contains { $0.scope != nil && $0.status == .absent && !$0.isIdle && !$0.isEmpty }
    }

    /// The identities of the channels that are not absent.
    private var presentIDs: Set<String> { Set(states.filter { $0.status != .absent }.map(\.id)) }

    /// The figures that have lost a channel which was present in the old accumulator.
    private func scopesLeft(_ old: ChannelAccumulator) -> Set<Scope> {
        let parts = Dictionary(states.map { ($0.id, $0.scope) }) { first, _ in first }
        let lost = old.states.filter { $0.status != .absent && parts[$0.id] != .some($0.scope) }
        return Set(lost.compactMap(\.scope))
    }

    /// Keeps the energies of the host figures continuous when channels leave or join them.
    private mutating func carryOver(_ old: ChannelAccumulator) {
        for scope in Set(old.states.compactMap(\.scope) + old.carried.keys) {
            let before = old.carried(scope) + old.counted(scope)
            let rest = before - counted(scope)
            // A difference from rounding alone is dropped.
            carried[scope] = abs(rest.rawValue) <= before.rawValue * 1e-12 ? Joules(0) : rest
        }
    }

    /// The energy that the channels of a scope have counted so far.
    private func counted(_ scope: Scope) -> Joules {
        states.filter { $0.scope == scope }.compactMap(\.energy).reduce(.zero, +)
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
        longestSafeNanoseconds == .max ? nil : .nanoseconds(longestSafeNanoseconds)
    }

    /// The same in nanoseconds; `Int64.max` if there is no limit.
    package var longestSafeNanoseconds: Int64 {
        var least = Int64.max
        for index in states.indices {
            if states[index].isCounter { least = min(least, states[index].energyCounter.longestSafeNanoseconds) }
            if states[index].integrator != nil { least = min(least, PowerIntegrator.longestSafeNanoseconds) }
        }
        return least
    }

    /// Accumulates a sample. No allocation.
    package mutating func record(_ readings: borrowing Span<Reading>, began: SampleInstant, ended: SampleInstant) {
        Self.record(readings, began, ended, in: &states, raisedBy: &floor, recordsEvents, in: &events)
    }

    @inline(__always)
    private static func record(
        _ readings: borrowing Span<Reading>, _ began: SampleInstant, _ ended: SampleInstant,
        in states: inout [ChannelState], raisedBy floor: inout EstimateFloor?,
        _ recordsEvents: Bool, in events: inout [Event]
    ) {
        let estimate = floor?.estimate
        // An array would check for unique ownership on every access.
        var states = states.mutableSpan
        for index in states.indices {
            let old = states[index].status
            var reading = readings[index]
            if index == estimate, let raised = floor?.raise(reading, states.span, at: began) { reading = raised }
            let outcome = states[index].record(reading, began, ended)
            if recordsEvents, outcome == .reset || outcome == .ambiguous || states[index].status != old {
                record(index, states[index], outcome, from: old, in: &events)
            }
        }
    }

    private static func record(
        _ index: Int, _ state: ChannelState, _ outcome: EnergyCounter.Outcome?, from old: ReadingStatus,
        in events: inout [Event]
    ) {
        if outcome == .reset { events.append(.reset(index)) }
        if outcome == .ambiguous, let counter = state.counter {
            events.append(.ambiguous(index, counter.ambiguousEnergy))
        }
        let (wasLost, isLost) = (state.isLoss(old), state.isLoss(state.status))
        if isLost, !wasLost { events.append(.lost(index, state.status)) }
        if wasLost, !isLost { events.append(.back(index)) }
    }

    /// Problems that show only over time: package counters that do not change, channels that stay implausible, sources
    /// that do not answer or can no longer be read, and inputs with negative power.
    package func findings(_ channels: [Channel], at instant: SampleInstant) -> [Finding] {
        let findings: [Finding] = zip(channels, states).compactMap { channel, state in
            if state.status == .stale { return .stale(channel) }
            if state.wasRead, let finding = Finding.unreadableByNow(channel, state.status) { return finding }
            if let power = state.integrator?.power, power < Watts(0), state.status == .ok {
                return channel.countsIn.map { .negative(channel, power, $0) }
            }
            if let integrator = state.integrator, state.status == .implausible, channel.status == .ok,
                integrator.silentNanoseconds(at: instant) >= Self.longNanoseconds
            {
                return .implausiblePower(channel)
            }
            guard let counter = state.counter, counter.unchangedNanoseconds(at: instant) >= Self.longNanoseconds
            else { return nil }
            // A host may truthfully share 0 W for an idle guest.
            let isPackage = channel.component.domain == "package" && channel.provenance == .measured
            if isPackage, state.status == .ok, counter.hasMoved { return .frozen(channel) }
            return state.status == .implausible ? .implausible(channel) : nil
        }
        // Several channels of one source may have the same finding.
        return findings.unique(by: \.self) + [floor?.finding(channels)].compactMap(\.self)
    }

    /// For how long a problem must last before it is reported: ten times the longest known update period, which is the
    /// 1 s of QEMU's virtual registers.
    private static let longNanoseconds: Int64 = 10_000_000_000

    /// The energy of a host figure from channels that no longer belong to it; negative if a channel has joined that had
    /// counted before.
    package func carried(_ scope: Scope) -> Joules { carried[scope] ?? Joules(0) }
}
