import PowerSensorsCore

/// The channels whose energy is divided among consumers: those that make up one figure of the host, such as `cpu`.
struct EnergySource {
    /// What the host figure covers.
    let scope: Scope

    /// The provenance of the figure.
    let origin: Provenance

    /// The error band of the figure; nil if it is certain.
    let band: RelativeBand?

    /// Whether none of the energy is for idle time. This is so in a virtual machine whose energy its host reports,
    /// since the host gives it energy only for the time in which it ran.
    let excludesIdle: Bool

    /// The channels, each with its index in the topology.
    private let parts: [(index: Int, id: String, isDram: Bool)]

    /// The energy in nanojoules that ``drain(_:)`` has returned for each channel so far, including channels that only
    /// an earlier topology has.
    private var drained: [String: UInt128]

    /// Chooses the channels that can be divided; nil if there are none.
    ///
    /// They are the counters of packages and memory or, without such counters, the channels of the `wall` scope that
    /// were estimated here or reported by this virtual machine's host. Meters of a whole machine are not divided, since
    /// they include devices whose energy does not follow processor time.
    ///
    /// - Parameters:
    ///   - topology: The channels.
    ///   - previous: The source for the previous topology; nil for the first one.
    init?(_ topology: Topology, continuing previous: EnergySource? = nil) {
        func indices(_ scope: Scope) -> [Int] {
            topology.channels.indices.filter { topology.channels[$0].countsIn == scope }
        }
        let modelled = indices(.wall).filter { [.estimated, .shared].contains(topology.channels[$0].provenance) }
        let counted = indices(.cpu)
        // Channels that cannot be read count nothing, so if no counter can be read, the modelled channels are used.
        let isMeasured = counted.contains { topology.channels[$0].status == .ok } || modelled.isEmpty
        let used = isMeasured ? counted : modelled
        guard let first = used.first.map({ topology.channels[$0] }) else { return nil }
        scope = isMeasured ? .cpu : .wall
        origin = first.provenance
        band = first.band
        excludesIdle = first.provenance == .shared
        parts = used.map { ($0, topology.channels[$0].id, topology.channels[$0].component.domain == "dram") }
        drained = previous?.drained ?? [:]
    }

    /// Leaves out the energy that new channels have counted so far. Channels that come back continue where they were.
    mutating func skipNewChannels(_ accumulator: borrowing ChannelAccumulator) {
        for part in parts where drained[part.id] == nil {
            drained[part.id] = accumulator.states[part.index].nanojoules ?? 0
        }
    }

    /// The energy that the channels counted since the previous call; on the first call, since their first reading.
    mutating func drain(_ accumulator: borrowing ChannelAccumulator) -> EnergyParts {
        let energy = undrained(accumulator)
        for part in parts {
            guard let now = accumulator.states[part.index].nanojoules else { continue }
            drained[part.id] = max(now, drained[part.id] ?? 0)
        }
        return energy
    }

    /// The energy that the next call of ``drain(_:)`` would return.
    func undrained(_ accumulator: borrowing ChannelAccumulator) -> EnergyParts {
        var energy = EnergyParts.zero
        for part in parts {
            guard let now = accumulator.states[part.index].nanojoules else { continue }
            let last = drained[part.id] ?? 0
            let growth = now > last ? now - last : 0
            if part.isDram { energy.dram += growth } else { energy.package += growth }
        }
        return energy
    }

    /// How long a topology's counters may stand still before that means a true 0 W: three times the slowest refresh
    /// interval, which is taken to be at least 5 s and at most an hour.
    static func longestSilenceNanoseconds(_ topology: Topology) -> Int64 {
        let slowest = topology.channels.compactMap { $0.countsIn == nil ? nil : $0.refreshInterval?.wholeNanoseconds }
            .max()
        return 3 * min(max(slowest ?? 0, 5_000_000_000), 3_600_000_000_000)
    }
}

extension ChannelState {
    /// The channel's energy since its first reading, in whole nanojoules; nil before that, and for a value that cannot
    /// be real (10³⁰ nJ or more).
    fileprivate var nanojoules: UInt128? {
        if let counter {
            return counter.checkpoint == nil ? nil : counter.encoding.unit.wholeNanojoules(of: counter.total)
        }
        guard let integrator, integrator.power != nil else { return nil }
        let nanojoules = max(integrator.energy.rawValue, 0) * 1e9
        return nanojoules < 1e30 ? UInt128(nanojoules) : nil
    }
}
