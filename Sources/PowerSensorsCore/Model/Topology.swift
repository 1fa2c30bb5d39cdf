/// The components and channels that one discovery found.
///
/// It is immutable: a hot-plug leads to a new topology with the next generation number.
public struct Topology: Sendable {
    /// The number of the discovery within a sampler or monitor, from 1.
    public let generation: Int

    /// The parts of the machine, the host first and every parent before its children.
    public let components: [Component]

    /// The channels, grouped by sensor, every parent before its children.
    public let channels: [Channel]

    /// The scopes for which there is a host figure, in the order of ``Scope/all``.
    public let scopes: [Scope]

    /// What discovery found missing or limited.
    public let findings: [Finding]

    /// The host figures that are known to lack a part.
    package let incompleteScopes: Set<Scope>

    /// The number of channels from each discovery, in order.
    package let channelCounts: [Int]

    /// Merges what several sensors found.
    ///
    /// Of channels with the same `id` the first is used. Each host figure is the sum of a single sensor's channels,
    /// since two sensors may measure the same energy: the first sensor that can read a part of it, or else the first
    /// that offers one.
    ///
    /// - Parameters:
    ///   - generation: The number of the discovery.
    ///   - discoveries: What each sensor found, the preferred sensor first.
    public init(generation: Int, discoveries: [Discovery]) {
        var findings = discoveries.flatMap(\.findings)
        var seen: Set<String> = []
        let owners = Self.owners(discoveries)
        var incomplete: Set<Scope> = []
        var channels: [Channel] = []
        var counts: [Int] = []
        for discovery in discoveries {
            let isNew = { (channel: Channel) in seen.insert(channel.id).inserted }
            let parts = Dictionary(grouping: discovery.channels, by: isNew)
            findings += (parts[false] ?? []).map { .duplicateChannel($0) }
            let kept = parentsFirst(parts[true] ?? [], parent: \.parent)
            var made: Set<Scope> = []
            for var channel in kept {
                if let scope = channel.countsIn, owners[scope] != channel.sensor { channel.countsIn = nil }
                if let scope = channel.countsIn { made.insert(scope) }
                channels.append(channel)
            }
            // A part that a sensor lacks affects only the figures that this sensor provides.
            incomplete.formUnion(discovery.incompleteScopes.intersection(made))
            counts.append(kept.count)
        }
        let nominal = Set(channels.filter { $0.provenance == .nominal }.map(\.id))
        for index in channels.indices {
            guard let mirrored = channels[index].mirrorOf else { continue }
            // A channel cannot mirror one that is not in the topology.
            if !seen.contains(mirrored) { channels[index].mirrorOf = nil }
            if nominal.contains(mirrored) { channels[index].provenance = .nominal }
        }
        self.generation = generation
        self.channels = channels
        self.findings = findings
        incompleteScopes = incomplete
        channelCounts = counts
        scopes = Scope.all.filter { owners[$0] != nil }
        let found = discoveries.flatMap(\.components) + channels.map(\.component)
        components = parentsFirst([Component.host] + found, parent: \.parent)
    }

    /// The scope whose figure is shown first: `cpu` if RAPL works, otherwise `platform`, `battery` or `wall`; nil if
    /// there is no host figure.
    ///
    /// It is fixed for the generation: what fails or becomes readable later does not change it. A scope works if a part
    /// of it can be read, even if its figure is `partial`.
    public var headlineScope: Scope? {
        scopes.first { scope in channels.contains { $0.countsIn == scope && $0.status == .ok } } ?? scopes.first
    }

    /// For each scope, the sensor whose channels make up the figure.
    private static func owners(_ discoveries: [Discovery]) -> [Scope: SensorName] {
        var owners: [Scope: SensorName] = [:]
        for isReadable in [true, false] {
            for channel in discoveries.flatMap(\.channels) where channel.status == .ok || !isReadable {
                if let scope = channel.countsIn, owners[scope] == nil { owners[scope] = channel.sensor }
            }
        }
        return owners
    }
}

extension Component {
    /// The machine itself, the root of every topology.
    public static let host = Component(id: hostID, kind: .host, parent: nil)
}

extension Finding {
    fileprivate static func duplicateChannel(_ channel: Channel) -> Finding {
        Finding(
            .duplicate, of: channel,
            text: "There is a second channel named \(channel.id); the first one is used.",
            remedy: "Give the sensor \(channel.sensor) a unique name, or leave one of the two out.")
    }
}

/// The elements in their order, but with every parent before its children. Parents that are not among them are ignored.
///
/// Of elements with the same identity, the first is kept.
private func parentsFirst<Element: Identifiable>(
    _ elements: [Element],
    parent: KeyPath<Element, String?>
) -> [Element] where Element.ID == String {
    var pending = Dictionary(elements.map { ($0.id, $0) }) { first, _ in first }
    var ordered: [Element] = []
    for element in elements {
        var chain: [Element] = []
        var next: String? = element.id
        // Removing each visited element also ends a cycle of parents.
        while let id = next, let waiting = pending.removeValue(forKey: id) {
            chain.append(waiting)
            next = waiting[keyPath: parent]
        }
        ordered += chain.reversed()
    }
    return ordered
}
