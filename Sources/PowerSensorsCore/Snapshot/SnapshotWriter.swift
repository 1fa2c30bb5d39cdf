/// Creates snapshots from the accumulator. Each one covers the interval since the one before.
package struct SnapshotWriter {
    private let topology: Topology
    private let figures: [HostFigure]
    private var windows: [PowerWindow]
    /// The integrators at the previous snapshot.
    private var integrators: [PowerIntegrator?]
    /// When the sample of the previous snapshot began.
    private var last: SampleInstant?
    private var consumers = ConsumerPowerWindows()

    /// Creates a writer for a topology.
    ///
    /// - Parameters:
    ///   - topology: The topology of the accumulator.
    ///   - headline: The scope to show first; nil for ``Topology/headlineScope``.
    ///   - old: The writer for the previous topology, whose intervals are continued; nil for the first one.
    package init(_ topology: Topology, headline: Scope?, continuing old: SnapshotWriter? = nil) {
        self.topology = topology
        let headline = headline ?? topology.headlineScope
        figures = topology.scopes.compactMap { HostFigure($0, of: topology, headline: headline) }
        last = old?.last
        if let old { consumers = old.consumers }
        let known = old.map { old in old.topology.channels.indices.map { (old.topology.channels[$0].id, $0) } } ?? []
        let kept = Dictionary(known) { first, _ in first }
        windows = topology.channels.map { channel in kept[channel.id].flatMap { old?.windows[$0] } ?? PowerWindow() }
        integrators = topology.channels.map { channel in kept[channel.id].flatMap { old?.integrators[$0] } }
    }

    /// Writes a snapshot.
    ///
    /// - Parameters:
    ///   - accumulator: The state of the channels.
    ///   - info: The latest recorded sample.
    ///   - attribution: The energy attributed to consumers; nil if none is divided.
    ///   - carbonIntensity: The configured carbon intensity.
    ///   - wallNanoseconds: The wall-clock time of the sample.
    ///   - sequence: The number of the snapshot within its subscription.
    package mutating func write(
        _ accumulator: borrowing ChannelAccumulator, _ info: SampleInfo, _ attribution: AttributionSnapshot? = nil,
        carbonIntensity: CarbonIntensity? = nil, at wallNanoseconds: Int64 = SampleInstant.wallNanoseconds,
        sequence: Int = 0
    ) -> Snapshot {
        let suspended = last.map { info.began.suspendedNanoseconds(since: $0) } ?? 0
        let channels = topology.channels.indices.map { channel($0, accumulator, info.ended, suspended) }
        let interval = last.map { Duration.nanoseconds(info.began.boottimeNanoseconds - $0.boottimeNanoseconds) }
        last = info.began
        let host = figures.map { $0.snapshot(channels, accumulator) }
        // A snapshot has many parts, so changing it afterwards would cost as much as copying it.
        return Snapshot(
            topology: topology,
            instant: info.began,
            timeNanoseconds: wallNanoseconds,
            interval: interval,
            sampleDuration: .nanoseconds(info.ended.boottimeNanoseconds - info.began.boottimeNanoseconds),
            channels: channels,
            host: host,
            attribution: attribution.map { attributed in
                let divided = host.first { $0.scope == attributed.scope }
                return consumers.advance(attributed, power: divided?.power)
            },
            carbonIntensity: carbonIntensity,
            includesSuspend: suspended >= SampleInstant.shortestSuspendNanoseconds,
            sequence: sequence
        )
    }

    private mutating func channel(
        _ index: Int, _ accumulator: borrowing ChannelAccumulator, _ ended: SampleInstant, _ suspended: Int64
    ) -> ChannelSnapshot {
        // What is only known of the time awake has no mean over a time that includes a suspend.
        let isOpen = suspended >= SampleInstant.shortestSuspendNanoseconds
        var result = ChannelSnapshot(status: accumulator.states[index].status)
        if accumulator.states[index].isCounter {
            let counter = accumulator.states[index].energyCounter
            result.wraps = counter.wraps
            result.resets = counter.resets
            result.ambiguousEnergy = counter.ambiguousEnergy
            // Before the first reading the energy is unknown rather than 0.
            if result.status.hasEnergy, counter.checkpoint != nil { result.energy = counter.energy }
            if result.status.isReadable, counter.checkpoint != nil {
                result.power = windows[index].advance(counter, to: ended, suspended: suspended)
                if isOpen, topology.channels[index].provenance == .estimated { result.power = nil }
                if result.power == nil { result.status = .warmingUp }
                if result.power != nil, let bounds = windows[index].bounds {
                    result.set(bounds.low, bounds.high, isAmbiguous: windows[index].isAmbiguous)
                }
            }
        } else if let integrator = accumulator.states[index].integrator {
            result.ambiguousEnergy = integrator.ambiguousEnergy
            if result.status.hasEnergy, integrator.power != nil { result.energy = integrator.energy }
            if result.status == .ok {
                result.power = isOpen ? nil : integrator.meanPower(since: integrators[index])
                if isOpen { result.status = .warmingUp }
                if let power = result.power, let open = integrator.ambiguousPower(since: integrators[index]) {
                    result.set(power, power + open, isAmbiguous: open > power)
                }
                integrators[index] = integrator
            }
        }
        if accumulator.states[index].status == .ok, topology.channels[index].encoding == .gauge {
            result.value = accumulator.states[index].value
        }
        if let band = topology.channels[index].band, let power = result.power {
            // What parts of the machine measure is a certain lower bound.
            let measured = accumulator.floor.flatMap { $0.estimate == index ? $0.power : nil } ?? Watts(0)
            result.low = max((result.low ?? power) * band.low, min(measured, power))
            result.high = (result.high ?? power) * band.high
        }
        return result
    }
}

extension ChannelSnapshot {
    /// Sets the bounds of the power, which is unknown if they are too far apart.
    fileprivate mutating func set(_ low: Watts, _ high: Watts, isAmbiguous: Bool) {
        (self.low, self.high) = (low, high)
        if isAmbiguous { (power, status) = (nil, .ambiguous) }
    }
}
