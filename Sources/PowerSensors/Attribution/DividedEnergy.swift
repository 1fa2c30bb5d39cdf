/// The energy that is divided among consumers: that of the channels of one host figure, in whole nanojoules.
struct DividedEnergy {
    /// A channel that is a part of it.
    private struct Part {
        let index: Int
        let id: String
        let isDram: Bool
    }

    /// The host's figure.
    let scope: Scope

    /// Where it comes from.
    let origin: Provenance

    /// How far the truth may lie from it; nil where it is certain.
    let band: RelativeBand?

    /// Whether it is all to be divided: it is a host's share itself, made by the time that this guest ran.
    let isOfActiveTime: Bool

    private let parts: [Part]
    /// The energy of each channel that there ever was, up to which it was divided.
    private var divided: [String: UInt128]

    /// Finds what can be divided: packages and memory, else a model of the whole machine, or a host's share of that. Meters of
    /// a whole machine hold what no consumer's processor time explains.
    ///
    /// - Parameters:
    ///   - topology: The channels.
    ///   - old: What was divided of the generation before.
    init?(_ topology: Topology, continuing old: DividedEnergy? = nil) {
        func indices(_ scope: Scope) -> [Int] {
            topology.channels.indices.filter { topology.channels[$0].countsIn == scope }
        }
        let modelled = indices(.wall).filter { [.estimated, .shared].contains(topology.channels[$0].provenance) }
        let found = indices(.cpu)
        // What cannot be read counts nothing, though it may stand for the host's figure.
        let works = found.contains { topology.channels[$0].status == .ok } || modelled.isEmpty
        let used = works ? found : modelled
        guard let first = used.first.map({ topology.channels[$0] }) else { return nil }
        scope = works ? .cpu : .wall
        origin = first.provenance
        band = first.band
        isOfActiveTime = first.provenance == .shared
        parts = used.map {
            Part(
                index: $0, id: topology.channels[$0].id, isDram: topology.channels[$0].component.domain == "dram")
        }
        divided = old?.divided ?? [:]
    }

    /// Leaves out what channels that are new have counted so far: they go on with what they had before they went.
    mutating func begin(at ledger: borrowing Ledger) {
        for part in parts where divided[part.id] == nil { divided[part.id] = ledger.nanojoules(part.index) ?? 0 }
    }

    /// The longest time that a source may take from one change to the next: after thrice that, silence is a true 0.
    static func patience(_ topology: Topology) -> Int64 {
        let slowest = topology.channels.compactMap { $0.countsIn == nil ? nil : $0.refreshInterval?.wholeNanoseconds }
            .max()
        return 3 * min(max(slowest ?? 0, 5_000_000_000), 3_600_000_000_000)
    }

    /// What the ledger has counted since the call before; of the first call, since the first reading.
    mutating func take(from ledger: borrowing Ledger) -> EnergyParts {
        var energy = EnergyParts.zero
        for part in parts {
            guard let now = ledger.nanojoules(part.index) else { continue }
            let last = divided[part.id] ?? 0
            let step = now > last ? now - last : 0
            divided[part.id] = max(now, last)
            if part.isDram { energy.dram += step } else { energy.package += step }
        }
        return energy
    }
}

extension Ledger {
    /// The energy of a channel since its first reading in whole nanojoules; nil where none was read.
    fileprivate func nanojoules(_ index: Int) -> UInt128? {
        if let counter = counter(index) {
            return counter.mark == nil ? nil : counter.encoding.unit.wholeNanojoules(of: counter.total)
        }
        guard let integrator = integrator(index), integrator.power != nil else { return nil }
        let nanojoules = max(integrator.energy.rawValue, 0) * 1e9
        return nanojoules < 1e30 ? UInt128(nanojoules) : nil
    }
}
