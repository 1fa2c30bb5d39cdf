import PowerSensorsCore

/// The channels whose energy is divided among consumers, in whole nanojoules: those of one host figure.
struct EnergySource {
    /// The host figure.
    let scope: Scope

    /// The provenance of the figure.
    let origin: Provenance

    /// The error band of the figure; nil if it is certain.
    let band: RelativeBand?

    /// Whether all of the energy belongs to the time in which this machine ran something: it is a host's share, which
    /// holds no idle energy.
    let excludesIdle: Bool

    private let parts: [(index: Int, id: String, isDram: Bool)]

    /// Each channel's energy that has been drained, including channels of earlier topologies.
    private var drained: [String: UInt128]

    /// Chooses what can be divided: packages and memory, else a model of the whole machine or a host's share of one.
    /// Meters of a whole machine include more than processor time explains.
    ///
    /// - Parameters:
    ///   - topology: The channels.
    ///   - previous: The source of the generation before.
    init?(_ topology: Topology, continuing previous: EnergySource? = nil) {
        func indices(_ scope: Scope) -> [Int] {
            topology.channels.indices.filter { topology.channels[$0].countsIn == scope }
        }
        let modelled = indices(.wall).filter { [.estimated, .shared].contains(topology.channels[$0].provenance) }
        let counted = indices(.cpu)
        // A channel that cannot be read counts nothing, even where it stands for the host's figure.
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

    /// Leaves out what new channels have counted so far. Those that come back continue where they were.
    mutating func skipNewChannels(_ accumulator: borrowing ChannelAccumulator) {
        for part in parts where drained[part.id] == nil { drained[part.id] = accumulator.nanojoules(part.index) ?? 0 }
    }

    /// The energy counted since the last call; on the first call, since the first reading.
    mutating func drain(_ accumulator: borrowing ChannelAccumulator) -> EnergyParts {
        var energy = EnergyParts.zero
        for part in parts {
            guard let now = accumulator.nanojoules(part.index) else { continue }
            let last = drained[part.id] ?? 0
            let step = now > last ? now - last : 0
            drained[part.id] = max(now, last)
            if part.isDram { energy.dram += step } else { energy.package += step }
        }
        return energy
    }

    /// How long a topology's counters may stand still before that means a true 0 W: three times the slowest refresh
    /// interval.
    static func longestSilenceNanoseconds(_ topology: Topology) -> Int64 {
        let slowest = topology.channels.compactMap { $0.countsIn == nil ? nil : $0.refreshInterval?.wholeNanoseconds }
            .max()
        return 3 * min(max(slowest ?? 0, 5_000_000_000), 3_600_000_000_000)
    }
}

extension ChannelAccumulator {
    /// A channel's energy since its first reading, in whole nanojoules; nil before that.
    fileprivate func nanojoules(_ index: Int) -> UInt128? {
        if let counter = counter(index) {
            return counter.checkpoint == nil ? nil : counter.encoding.unit.wholeNanojoules(of: counter.total)
        }
        guard let integrator = integrator(index), integrator.power != nil else { return nil }
        let nanojoules = max(integrator.energy.rawValue, 0) * 1e9
        return nanojoules < 1e30 ? UInt128(nanojoules) : nil
    }
}
