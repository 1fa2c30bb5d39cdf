/// A host figure: the channels that it consists of, and their sum. A class, since each snapshot would copy a struct's parts.
final class HostFigure: Sendable {
    private let scope: Scope
    /// The indices of the channels that are added to the figure.
    private let members: [Int]
    private let provenance: Provenance
    private let sensor: SensorName
    private let isHeadline: Bool
    /// Whether a part of the figure is known to be missing, although there is no channel for it.
    private let isIncomplete: Bool

    /// Finds the channels of a scope; nil if there are none.
    init?(_ scope: Scope, of topology: Topology, headline: Scope?) {
        members = topology.channels.indices.filter { topology.channels[$0].countsIn == scope }
        guard let first = members.first else { return nil }
        self.scope = scope
        provenance = topology.channels[first].provenance
        sensor = topology.channels[first].sensor
        isHeadline = scope == headline
        isIncomplete = topology.incompleteScopes.contains(scope)
    }

    /// The sum at a snapshot, which is known if all parts are known. No allocation.
    func snapshot(_ channels: [ChannelSnapshot], _ accumulator: borrowing ChannelAccumulator) -> HostSnapshot {
        var host = HostSnapshot(
            scope: scope, provenance: provenance, sensor: sensor, isHeadline: isHeadline,
            status: isIncomplete ? .partial : status(channels, accumulator))
        guard host.status.hasEnergy else { return host }
        var (energy, power, low, high) = (0.0, 0.0, 0.0, 0.0)
        var (hasBounds, isBegun, isAmbiguous) = (false, true, false)
        for index in members where !accumulator.states[index].isEmpty {
            if accumulator.states[index].isIdle {
                energy += accumulator.states[index].energy?.rawValue ?? 0
                continue
            }
            let part = channels[index]
            isBegun = isBegun && part.energy != nil
            energy += part.energy?.rawValue ?? 0
            // Of an ambiguous part, only the bounds are known.
            let watts = (part.power ?? part.low)?.rawValue ?? 0
            isAmbiguous = isAmbiguous || part.status == .ambiguous
            power += watts
            low += part.low?.rawValue ?? watts
            high += part.high?.rawValue ?? watts
            hasBounds = hasBounds || part.low != nil
        }
        // The energy of a part that was never read is unknown rather than 0.
        if isBegun { host.energy = Joules(energy) + accumulator.carried(scope) }
        guard host.status == .ok else { return host }
        if hasBounds { (host.low, host.high) = (Watts(low), Watts(high)) }
        // A small part that is ambiguous does not make the sum ambiguous.
        if isAmbiguous, high - power > power { host.status = .ambiguous } else { host.power = Watts(power) }
        return host
    }

    /// The status of a part. Negative power counts as missing, since it would make the sum smaller than the
    /// consumption. What is ambiguous has bounds, which can be added.
    private func partStatus(_ part: ChannelSnapshot) -> ReadingStatus {
        if (part.power?.rawValue ?? 0) < 0 || (part.value ?? 0) < 0 { return .partial }
        return part.status == .ambiguous ? .ok : part.status
    }

    /// The status of the sum, from those of its parts.
    ///
    /// A counter that never changed from 0 is not driven by hardware, so the sum is complete without it. So it is without
    /// a part that sleeps. A file that has disappeared is a missing part.
    private func status(_ channels: [ChannelSnapshot], _ accumulator: borrowing ChannelAccumulator) -> ReadingStatus {
        var common: ReadingStatus?
        var (isUniform, isReadable) = (true, true)
        let isAsleep = members.contains { accumulator.states[$0].status == .asleep }
        for index in members where !accumulator.states[index].isEmpty && !accumulator.states[index].isIdle {
            let status = partStatus(channels[index])
            isUniform = isUniform && status == common ?? status
            isReadable = isReadable && status.isReadable
            common = common ?? status
        }
        if isUniform { return common ?? (isAsleep ? .asleep : .absent) }
        return isReadable ? .warmingUp : .partial
    }
}
