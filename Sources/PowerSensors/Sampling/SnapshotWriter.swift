#if canImport(Glibc)
    import Glibc
#endif

/// Makes snapshots out of the ledger, each of the interval since the one before.
struct SnapshotWriter {
    private let topology: Topology
    private let headline: Scope?
    private var windows: [PowerWindow]
    private var integrated: [IntegratedWindow]
    private var last: SampleInstant?

    /// Writes snapshots of a topology.
    ///
    /// - Parameters:
    ///   - topology: What the ledger is kept for.
    ///   - headline: The scope to show first; nil for the topology's own.
    ///   - old: The writer of the generation before: its intervals go on.
    init(_ topology: Topology, headline: Scope?, continuing old: SnapshotWriter? = nil) {
        self.topology = topology
        self.headline = headline ?? topology.headline
        last = old?.last
        let known = zip(old?.topology.channels ?? [], old?.windows ?? []).map { ($0.id, $1) }
        let kept = Dictionary(known) { first, _ in first }
        windows = topology.channels.map { kept[$0.id] ?? PowerWindow() }
        integrated = topology.channels.map { _ in IntegratedWindow() }
    }

    mutating func write(_ ledger: borrowing Ledger, _ info: SampleInfo) -> Snapshot {
        let channels = topology.channels.indices.map { channel($0, ledger, info.ended) }
        let interval = last.map { Duration.nanoseconds(info.began.boottimeNanoseconds - $0.boottimeNanoseconds) }
        last = info.began
        return Snapshot(
            topology: topology,
            instant: info.began,
            timeNanoseconds: wallTimeNanoseconds(),
            interval: interval,
            sampleDuration: .nanoseconds(info.ended.boottimeNanoseconds - info.began.boottimeNanoseconds),
            channels: channels,
            host: topology.scopes.compactMap { host($0, channels, ledger) }
        )
    }

    private mutating func channel(_ index: Int, _ ledger: borrowing Ledger, _ ended: SampleInstant) -> ChannelSnapshot {
        var result = ChannelSnapshot(status: ledger.status(index))
        let isKnown = result.status == .ok || result.status == .warmingUp
        if let counter = ledger.counter(index) {
            result.wraps = counter.wraps
            result.resets = counter.resets
            result.ambiguousEnergy = counter.ambiguousEnergy
            if isKnown {
                result.energy = counter.energy
                result.power = windows[index].advance(counter, to: ended)
                if result.power == nil { result.status = .warmingUp }
                // What a gap left open is above the lower bound that counts.
                if let power = result.power, let open = windows[index].ambiguousPower {
                    (result.low, result.high) = (power, power + open)
                }
            }
        } else if let integrator = ledger.integrator(index) {
            if isKnown { result.energy = integrator.energy }
            if result.status == .ok { result.power = integrated[index].advance(integrator) }
        }
        if result.status == .ok, topology.channels[index].encoding == .gauge { result.value = ledger.value(index) }
        if let band = topology.channels[index].band, let power = result.power {
            result.low = power * band.low
            result.high = power * band.high
        }
        return result
    }

    private func host(
        _ scope: Scope, _ channels: [ChannelSnapshot], _ ledger: borrowing Ledger
    ) -> HostSnapshot? {
        let members = topology.channels.indices.filter { topology.channels[$0].countsIn == scope }
        guard let first = members.first else { return nil }
        if topology.incompleteScopes.contains(scope) {
            return HostSnapshot(
                scope: scope, provenance: topology.channels[first].provenance,
                sensor: topology.channels[first].sensor, isHeadline: scope == headline, status: .partial)
        }
        // A counter that never moved from 0 has nothing behind it, so the sum is whole without it; a file that is
        // gone is a part that is missing.
        let present = members.filter { !ledger.isEmpty($0) }
        let parts = present.map { channels[$0] }
        var host = HostSnapshot(
            scope: scope,
            provenance: topology.channels[first].provenance,
            sensor: topology.channels[first].sensor,
            isHeadline: scope == headline,
            status: Self.status(of: parts.map(\.status))
        )
        guard host.status == .ok || host.status == .warmingUp else { return host }
        host.energy = Joules(parts.reduce(0) { $0 + ($1.energy?.rawValue ?? 0) })
        guard host.status == .ok else { return host }
        host.power = Watts(parts.reduce(0) { $0 + ($1.power?.rawValue ?? 0) })
        if parts.contains(where: { $0.low != nil }) {
            host.low = Watts(parts.reduce(0) { $0 + ($1.low ?? $1.power ?? Watts(0)).rawValue })
            host.high = Watts(parts.reduce(0) { $0 + ($1.high ?? $1.power ?? Watts(0)).rawValue })
        }
        return host
    }

    /// A sum is known when all its parts are.
    private static func status(of parts: [ReadingStatus]) -> ReadingStatus {
        guard let first = parts.first else { return .absent }
        if parts.allSatisfy({ $0 == first }) { return first }
        return parts.allSatisfy { $0 == .ok || $0 == .warmingUp } ? .warmingUp : .partial
    }

    private func wallTimeNanoseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
