#if canImport(Glibc)
import Glibc
#endif

/// Makes snapshots out of the ledger, each of the interval since the one before.
struct SnapshotWriter {
    private let topology: Topology
    private let figures: [HostFigure]
    private var windows: [PowerWindow]
    private var integrated: [IntegratedWindow]
    private var last: SampleInstant?
    private var consumers = ConsumerWindows()

    /// Writes snapshots of a topology.
    ///
    /// - Parameters:
    ///   - topology: What the ledger is kept for.
    ///   - headline: The scope to show first; nil for the topology's own.
    ///   - old: The writer of the generation before: its intervals go on.
    init(_ topology: Topology, headline: Scope?, continuing old: SnapshotWriter? = nil) {
        self.topology = topology
        let headline = headline ?? topology.headline
        figures = topology.scopes.compactMap { HostFigure($0, of: topology, headline: headline) }
        last = old?.last
        if let old { consumers = old.consumers }
        let known = zip(old?.topology.channels ?? [], old?.windows ?? []).map { ($0.id, $1) }
        let kept = Dictionary(known) { first, _ in first }
        windows = topology.channels.map { kept[$0.id] ?? PowerWindow() }
        integrated = topology.channels.map { _ in IntegratedWindow() }
    }

    /// Writes a snapshot.
    ///
    /// - Parameters:
    ///   - ledger: What the channels count.
    ///   - info: The sample that was entered last.
    ///   - attribution: How the energy was divided; nil where it is not.
    mutating func write(
        _ ledger: borrowing Ledger, _ info: SampleInfo, _ attribution: Attributed? = nil
    ) -> Snapshot {
        let channels = topology.channels.indices.map { channel($0, ledger, info.ended) }
        let interval = last.map { Duration.nanoseconds(info.began.boottimeNanoseconds - $0.boottimeNanoseconds) }
        last = info.began
        var snapshot = Snapshot(
            topology: topology,
            instant: info.began,
            timeNanoseconds: wallTimeNanoseconds(),
            interval: interval,
            sampleDuration: .nanoseconds(info.ended.boottimeNanoseconds - info.began.boottimeNanoseconds),
            channels: channels,
            host: figures.map { $0.snapshot(channels, ledger) }
        )
        snapshot.attribution = attribution.map { attributed in
            let divided = snapshot.host.first { $0.scope == attributed.snapshot.scope }
            return consumers.advance(attributed, isKnown: divided?.power != nil)
        }
        return snapshot
    }

    private mutating func channel(_ index: Int, _ ledger: borrowing Ledger, _ ended: SampleInstant) -> ChannelSnapshot {
        var result = ChannelSnapshot(status: ledger.status(index))
        let isKnown = result.status == .ok || result.status == .warmingUp
        if let counter = ledger.counter(index) {
            result.wraps = counter.wraps
            result.resets = counter.resets
            result.ambiguousEnergy = counter.ambiguousEnergy
            // Before the first reading there is no energy of 0, but none that is known.
            if isKnown, counter.mark != nil {
                result.energy = counter.energy
                result.power = windows[index].advance(counter, to: ended)
                if result.power == nil { result.status = .warmingUp }
                // What a gap left open is above the lower bound that counts.
                if let power = result.power, let open = windows[index].ambiguousPower {
                    (result.low, result.high) = (power, power + open)
                }
            }
        } else if let integrator = ledger.integrator(index) {
            result.ambiguousEnergy = integrator.ambiguousEnergy
            if isKnown, integrator.power != nil { result.energy = integrator.energy }
            if result.status == .ok { result.power = integrated[index].advance(integrator) }
        }
        if result.status == .ok, topology.channels[index].encoding == .gauge { result.value = ledger.value(index) }
        if let band = topology.channels[index].band, let power = result.power {
            result.low = power * band.low
            result.high = power * band.high
        }
        return result
    }

    private func wallTimeNanoseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
