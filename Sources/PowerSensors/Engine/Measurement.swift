public import PowerSensorsCore

/// The energy that the machine used during a piece of work, from `measure` of a ``Sampler``.
public struct Measurement: Hashable, Sendable {
    /// The energy of one scope during the work.
    public struct Figure: Hashable, Sendable {
        /// The part of the machine that the figure covers.
        public let scope: Scope

        /// Whether the energy is measured, shared or estimated.
        public let provenance: Provenance

        /// The energy in joules; nil if a part is missing, or if the work ended before a source counted anything.
        public let energy: Joules?

        /// The mean power in watts; nil if a part is missing, if more energy is ambiguous than is known, and if the machine was
        /// suspended meanwhile and the energy of that time is unknown.
        public let power: Watts?

        /// The lower bound of the energy in joules; nil if a part is missing. It is the lower end of an estimate's 68 % band,
        /// minus what the source may have counted late at the start of the work, and what was used while it was read.
        public let low: Joules?

        /// The upper bound of the energy in joules; nil if a part is missing. It is the upper end of an estimate's 68 % band,
        /// plus what the source may not have counted yet at the end of the work, plus ambiguous energy.
        public let high: Joules?

        /// Whether the energy is known and, if not, why.
        public let status: ReadingStatus
    }

    /// The energy of one channel during the work.
    public struct ChannelFigure: Hashable, Sendable {
        /// The channel's ``Channel/id``.
        public let id: String

        /// The energy in joules, as a lower bound; nil if it is unknown, or if the channel measures neither energy nor power.
        public let energy: Joules?

        /// The mean power in watts; nil if it is unknown.
        public let power: Watts?

        /// How much more energy than ``energy`` there may have been, in joules.
        public let ambiguousEnergy: Joules

        /// Whether the energy is known and, if not, why.
        public let status: ReadingStatus
    }

    /// How long the work took, suspended time included.
    public let duration: Duration

    /// One figure for each scope, in the order of ``Scope/all``. Figures of different scopes must not be added.
    public let figures: [Figure]

    /// One figure for each channel, in the order of the topology in which the measurement ended.
    public let channels: [ChannelFigure]

    /// The scope of the figure to show first; nil if there is no figure.
    public let headlineScope: Scope?

    /// The figure to show first; nil if there is no figure.
    public var headline: Figure? { figures.first { $0.scope == headlineScope } }
}

extension Sampler {
    /// Measures the energy of a piece of work, by reading the sensors right before and right after it. The first measurement also
    /// watches how often counters count, see ``updateTime(of:)``.
    ///
    /// If the work takes longer than ``longestSafeInterval``, a counter may wrap unnoticed. The energy is then a lower bound, and
    /// ``Measurement/Figure/high`` the upper one. The intervals of ``snapshot()`` are not affected.
    ///
    /// ```swift
    /// var sampler = try Sampler()
    /// let (result, measurement) = sampler.measure { work() }
    /// if let figure = measurement.headline, let energy = figure.energy { print(energy, "of", figure.scope) }
    /// ```
    ///
    /// - Returns: What the work returned, and its energy.
    /// - Throws: What the work threw.
    public mutating func measure<Result, Failure: Error>(
        _ work: () throws(Failure) -> Result
    ) throws(Failure) -> (result: Result, measurement: Measurement) {
        let start = beginMeasurement()
        let result = try work()
        return (result, endMeasurement(start))
    }

    /// Measures the energy of asynchronous work, by reading the sensors right before and right after it.
    ///
    /// The work runs where the caller runs, so that it may use what belongs to the caller's actor, and what it returns need not be
    /// sendable. The energy is that of the machine: what other tasks do while this work waits is in it.
    ///
    /// The sampler is lent for the whole time. An actor cannot lend a property for so long, and work that may take longer than
    /// ``longestSafeInterval`` needs samples meanwhile: both use ``beginMeasurement()`` and ``endMeasurement(_:)``.
    ///
    /// - Returns: What the work returned, and its energy.
    /// - Throws: What the work threw.
    nonisolated(nonsending) public mutating func measure<Result, Failure: Error>(
        _ work: nonisolated(nonsending) () async throws(Failure) -> Result
    ) async throws(Failure) -> (result: Result, measurement: Measurement) {
        let start = beginMeasurement()
        let result = try await work()
        return (result, endMeasurement(start))
    }

    /// Begins to measure a piece of work that no closure can hold, by reading the sensors.
    ///
    /// Any number of measurements may overlap. The intervals of ``snapshot()`` are not affected. The first one also watches how often
    /// counters count, see ``updateTime(of:)``.
    ///
    /// - Returns: What ``endMeasurement(_:)`` needs.
    public mutating func beginMeasurement() -> MeasurementStart {
        learnUpdateTimes()
        var writer = measuringWriter()
        let before = snapshot(by: &writer)
        return MeasurementStart(writer: writer, before: before)
    }

    /// Measures the energy of the work since its beginning, by reading the sensors again. A start may be used more than once.
    ///
    /// - Parameter start: What ``beginMeasurement()`` of this sampler returned.
    public mutating func endMeasurement(_ start: MeasurementStart) -> Measurement {
        var writer = start.writer
        // A snapshot may have begun another generation in the meantime.
        if start.before.topology.generation != topology.generation { writer = measuringWriter(continuing: writer) }
        let after = snapshot(by: &writer)
        return Measurement(from: start.before, to: after, counting: knownUpdateTimes)
    }
}

/// The beginning of a measurement, from ``Sampler/beginMeasurement()``.
public struct MeasurementStart: Sendable {
    fileprivate let writer: SnapshotWriter
    fileprivate let before: Snapshot
}

extension Measurement {
    /// - Parameter updates: How often each channel counts, in nanoseconds.
    init(from before: Snapshot, to after: Snapshot, counting updates: [Int64]) {
        let duration = after.instant.continuous - before.instant.continuous
        self.duration = duration
        headlineScope = after.headline?.scope
        channels = Self.channels(from: before, to: after, over: duration, updates)
        figures = after.host.map { host in
            let first = before.host.first { $0.scope == host.scope }?.energy
            return Figure(
                host, since: first, over: duration, includesSuspend: after.includesSuspend,
                update: Self.update(of: host.scope, in: after, updates),
                lateEnergy: Self.lateEnergy(of: host, from: before, to: after, over: duration, updates),
                readingTime: before.sampleDuration + after.sampleDuration,
                ambiguous: after.ambiguous(host.scope) - before.ambiguous(host.scope),
                isEstimated: after.isEstimated(host.scope))
        }
    }

    private static func channels(
        from before: Snapshot, to after: Snapshot, over duration: Duration, _ updates: [Int64]
    ) -> [ChannelFigure] {
        // Nearly always the same channels, in the same order.
        let isSame = before.topology.generation == after.topology.generation
        return after.topology.channels.indices.map { index in
            let (id, last) = (after.topology.channels[index].id, after.channels[index])
            let first = isSame ? before.channels[index] : before[channel: id]
            return ChannelFigure(
                id: id, from: first, to: last, over: duration,
                update: Self.showsNothing(after, index) ? .zero : .nanoseconds(updates[index]),
                includesSuspend: after.includesSuspend)
        }
    }

    /// How often the slowest source of a scope counts, of those that may not have counted yet.
    private static func update(of scope: Scope, in snapshot: Snapshot, _ updates: [Int64]) -> Duration {
        var longest: Int64 = 0
        for index in updates.indices where snapshot.topology.channels[index].countsIn == scope {
            if !showsNothing(snapshot, index) { longest = max(longest, updates[index]) }
        }
        return .nanoseconds(longest)
    }

    /// Whether a channel shows a power of 0 W, which is known without waiting for another reading.
    private static func showsNothing(_ snapshot: Snapshot, _ index: Int) -> Bool {
        guard case .gauge = snapshot.topology.channels[index].encoding else { return false }
        return snapshot.channels[index].power == .zero
    }

    /// The energy that sources may have counted late at the start or the end: their power times their update period.
    ///
    /// Work that ends before a source has a power has the mean of its channel.
    private static func lateEnergy(
        of host: HostSnapshot, from before: Snapshot, to after: Snapshot, over duration: Duration, _ updates: [Int64]
    ) -> Joules {
        let channels = after.topology.channels
        let isSame = before.topology.generation == after.topology.generation
        var sum = Joules(0)
        for index in channels.indices where channels[index].countsIn == host.scope {
            let last = after.channels[index]
            let first = isSame ? before.channels[index] : before[channel: channels[index].id]
            let power = last.power ?? ((last.energy ?? .zero) - (first?.energy ?? .zero)).power(over: duration)
            sum += power.map { max($0, .zero) * .nanoseconds(updates[index]) } ?? .zero
        }
        return sum
    }
}

extension Measurement.ChannelFigure {
    fileprivate init(
        id: String, from first: ChannelSnapshot?, to last: ChannelSnapshot, over duration: Duration, update: Duration,
        includesSuspend: Bool
    ) {
        self.id = id
        let open = last.ambiguousEnergy - (first?.ambiguousEnergy ?? .zero)
        ambiguousEnergy = max(open, .zero)
        // A source that has not counted yet has not counted 0 J.
        guard let start = first?.energy, let end = last.energy,
            end > start || (last.status != .warmingUp && duration >= update * 2)
        else {
            (energy, power) = (nil, nil)
            status = last.status == .ok && last.energy != nil ? .warmingUp : last.status
            return
        }
        energy = end - start
        let isOpen = [.asleep, .ambiguous].contains(last.status) || (includesSuspend && last.power == nil)
        power = isOpen ? nil : (end - start).power(over: duration)
        status = last.status == .warmingUp ? .ok : last.status
    }
}

extension Measurement.Figure {
    fileprivate init(
        _ host: HostSnapshot, since first: Joules?, over duration: Duration, includesSuspend: Bool, update: Duration,
        lateEnergy: Joules, readingTime: Duration, ambiguous: Joules, isEstimated: Bool
    ) {
        scope = host.scope
        provenance = host.provenance
        // If no source has counted anything yet, the work was too short for it: that is no energy of 0 J.
        guard let first, let last = host.energy,
            last > first || (host.status != .warmingUp && duration >= update * 2)
        else {
            (energy, power, low, high) = (nil, nil, nil, nil)
            status = host.status == .ok ? .warmingUp : host.status
            return
        }
        let used = last - first
        energy = used
        // What sleeps uses little, but that is not measured.
        let isOpen = [.asleep, .ambiguous].contains(host.status) || (includesSuspend && host.power == nil)
        power = isOpen ? nil : used.power(over: duration)
        status = host.status == .warmingUp ? .ok : host.status
        // The relative band of an estimate's energy is that of its power. Any other power has bounds because its time is
        // uncertain, and not its energy.
        var (below, above) = (1.0, 1.0)
        if isEstimated, let power = host.power, power > .zero {
            (below, above) = ((host.low ?? power) / power, (host.high ?? power) / power)
        }
        // The counters may be read at any time within the samples, which is before and after the work.
        let readEnergy = Joules(((host.power ?? host.high)?.rawValue ?? 0) * readingTime.seconds)
        low = max(used * below - lateEnergy - readEnergy, .zero)
        high = used * above + lateEnergy + ambiguous
    }
}

// Loops over indices, since a measurement may be short: pairs with their channels would copy these.
extension Snapshot {
    /// The ambiguous energy of a scope so far.
    fileprivate func ambiguous(_ scope: Scope) -> Joules {
        var sum = Joules(0)
        for index in channels.indices where topology.channels[index].countsIn == scope {
            sum += channels[index].ambiguousEnergy
        }
        return sum
    }

    /// Whether a part of a scope's figure is estimated.
    fileprivate func isEstimated(_ scope: Scope) -> Bool {
        channels.indices.contains { topology.channels[$0].countsIn == scope && topology.channels[$0].band != nil }
    }
}
