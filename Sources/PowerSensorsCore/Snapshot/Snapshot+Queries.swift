/// The consumption of one processor package and its memory.
public struct SocketSnapshot: Hashable, Sendable {
    /// The number of the package, from 0 (`physical_package_id`).
    public let number: Int

    /// Energy of package and memory in joules since the sampler's first reading; nil while a part is missing.
    public let energy: Joules?

    /// Mean power of package and memory in watts over the interval; nil while a part is missing.
    public let power: Watts?

    /// Whether the values are known; `partial` if a part is missing.
    public let status: ReadingStatus
}

extension Snapshot {
    /// Every channel with its figures, in the topology's order.
    public var channelFigures: some RandomAccessCollection<(channel: Channel, figures: ChannelSnapshot)> {
        let (topology, channels) = (topology, channels)
        return topology.channels.indices.lazy.map { (topology.channels[$0], channels[$0]) }
    }

    /// The channels of one RAPL domain (`package`, `dram`, `core`, `uncore` or `psys`) with their figures, one for each
    /// socket or die.
    public func domains(_ name: String) -> [(channel: Channel, figures: ChannelSnapshot)] {
        channelFigures.filter { $0.channel.component.domain == name }
    }

    /// The consumption of each processor package and its memory, ordered by number; empty if no socket is measured.
    public var sockets: [SocketSnapshot] {
        let parts = channelFigures.filter { $0.channel.countsIn == .cpu && $0.channel.component.socket != nil }
        return Dictionary(grouping: parts) { $0.channel.component.socket ?? 0 }
            .map { SocketSnapshot(number: $0.key, parts: $0.value.map(\.figures)) }
            .sorted { $0.number < $1.number }
    }
}

extension SocketSnapshot {
    fileprivate init(number: Int, parts: [ChannelSnapshot]) {
        // A counter that never changed from 0 is not driven by hardware.
        let parts = parts.filter { $0.status != .absent || $0.energy != nil }
        let energies = parts.compactMap(\.energy)
        let powers = parts.compactMap(\.power)
        self.number = number
        energy = energies.count == parts.count && !parts.isEmpty ? energies.reduce(.zero, +) : nil
        power = powers.count == parts.count && !parts.isEmpty ? powers.reduce(.zero, +) : nil
        let statuses = Set(parts.map(\.status))
        if let only = statuses.first, statuses.count == 1 {
            status = only
        } else if parts.isEmpty {
            status = .absent
        } else {
            status = statuses.isSubset(of: [.ok, .warmingUp]) ? .warmingUp : .partial
        }
    }
}
