/// One of the host's figures: which channels make it up, and how they are summed.
struct HostFigure {
    private let scope: Scope
    private let members: [Member]
    private let provenance: Provenance
    private let sensor: SensorName
    private let isHeadline: Bool
    /// Whether a part is known to be missing that no channel stands for.
    private let isIncomplete: Bool

    /// A channel that is a part of the figure.
    private struct Member {
        let index: Int
        let isIntermittent: Bool
    }

    /// Finds the channels that make up a scope; nil where none does.
    init?(_ scope: Scope, of topology: Topology, headline: Scope?) {
        let indices = topology.channels.indices.filter { topology.channels[$0].countsIn == scope }
        guard let first = indices.first else { return nil }
        members = indices.map { Member(index: $0, isIntermittent: topology.channels[$0].isIntermittent) }
        self.scope = scope
        provenance = topology.channels[first].provenance
        sensor = topology.channels[first].sensor
        isHeadline = scope == headline
        isIncomplete = topology.incompleteScopes.contains(scope)
    }

    /// The sum at a snapshot. It is known when all its parts are. No allocation.
    func snapshot(_ channels: [ChannelSnapshot], _ ledger: borrowing Ledger) -> HostSnapshot {
        var host = HostSnapshot(
            scope: scope, provenance: provenance, sensor: sensor, isHeadline: isHeadline,
            status: isIncomplete ? .partial : status(channels, ledger))
        guard host.status == .ok || host.status == .warmingUp else { return host }
        var (energy, power, low, high) = (0.0, 0.0, 0.0, 0.0)
        var (hasBounds, isBegun) = (false, true)
        for member in members where !ledger.isEmpty(member.index) {
            let part = channels[member.index]
            if isIdle(member, part) {
                energy += ledger.integrator(member.index)?.energy.rawValue ?? 0
                continue
            }
            isBegun = isBegun && part.energy != nil
            energy += part.energy?.rawValue ?? 0
            let watts = part.power?.rawValue ?? 0
            power += watts
            low += part.low?.rawValue ?? watts
            high += part.high?.rawValue ?? watts
            hasBounds = hasBounds || part.low != nil
        }
        // A part that was never read has no energy yet, not 0.
        if isBegun { host.energy = Joules(energy) + ledger.carried(scope) }
        guard host.status == .ok else { return host }
        host.power = Watts(power)
        if hasBounds { (host.low, host.high) = (Watts(low), Watts(high)) }
        return host
    }

    /// Whether a part gives nothing just now, such as a battery beside another that discharges.
    private func isIdle(_ member: Member, _ part: ChannelSnapshot) -> Bool {
        member.isIntermittent && part.status == .absent
    }

    /// A part that power flows out of would make the sum smaller than what the machine takes in.
    private func partStatus(_ part: ChannelSnapshot) -> ReadingStatus {
        (part.power?.rawValue ?? 0) < 0 || (part.value ?? 0) < 0 ? .partial : part.status
    }

    /// What the parts' statuses make of the sum's.
    ///
    /// A counter that never moved from 0 has nothing behind it, so the sum is whole without it; a file that is gone is
    /// a part that is missing.
    private func status(_ channels: [ChannelSnapshot], _ ledger: borrowing Ledger) -> ReadingStatus {
        var common: ReadingStatus?
        var (isUniform, isReadable) = (true, true)
        for member in members where !ledger.isEmpty(member.index) && !isIdle(member, channels[member.index]) {
            let status = partStatus(channels[member.index])
            isUniform = isUniform && status == common ?? status
            isReadable = isReadable && (status == .ok || status == .warmingUp)
            common = common ?? status
        }
        if isUniform { return common ?? .absent }
        return isReadable ? .warmingUp : .partial
    }
}
