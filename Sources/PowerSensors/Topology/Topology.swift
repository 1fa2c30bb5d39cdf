/// The components and channels as found at one discovery: immutable, and numbered.
///
/// Hot-plug makes a new topology of the next generation; nothing in this one ever changes.
public struct Topology: Sendable {
    /// Counts the discoveries of one process, from 1.
    public let generation: Int

    /// The machine's parts as a tree laid flat: every parent before its children, the host first.
    public let components: [Component]

    /// What can be read, sensor by sensor, every parent before its children.
    public let channels: [Channel]

    /// The host figures that there are, the most trusted first.
    public let scopes: [Scope]

    /// What is missing or limited.
    public let findings: [Finding]

    /// What the electricity costs the climate; nil where nobody said where the machine stands.
    public let carbonIntensity: CarbonIntensity?

    /// The host figures of which a part is known to be missing.
    package let incompleteScopes: Set<Scope>

    /// How many of the channels each discovery brought, in their order.
    package let channelCounts: [Int]

    /// Puts together what several sensors found.
    ///
    /// An identity that comes twice keeps its first channel. A host figure is made by one sensor, since two may measure the
    /// same joules: by the first that can read a part of it, else by the first that offers one.
    ///
    /// - Parameters:
    ///   - generation: The number of the discovery.
    ///   - discoveries: What each sensor found, the preferred sensor first.
    ///   - carbonIntensity: What the machine's electricity costs the climate; nil where that is not known.
    public init(generation: Int, discoveries: [Discovery], carbonIntensity: CarbonIntensity? = nil) {
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
            // What a sensor misses only matters to the figures that it makes.
            incomplete.formUnion(discovery.incompleteScopes.intersection(made))
            counts.append(kept.count)
        }
        // What another sensor would show is no mirror where that sensor does not.
        for index in channels.indices where channels[index].mirrorOf.map({ !seen.contains($0) }) ?? false {
            channels[index].mirrorOf = nil
        }
        self.generation = generation
        self.carbonIntensity = carbonIntensity
        self.channels = channels
        self.findings = findings
        incompleteScopes = incomplete
        channelCounts = counts
        scopes = Scope.byPreference.filter { owners[$0] != nil }
        components = Self.tree(discoveries.flatMap(\.components) + channels.map(\.component))
    }

    /// The scope whose figure is shown first: `cpu` where RAPL works, else `platform`, `battery`, `wall`.
    ///
    /// It is fixed for the generation, so a figure that is allowed or fails later changes nothing here. Where some
    /// part of a scope can be read, the scope counts as working, though its figure may be `partial`.
    public var headline: Scope? {
        scopes.first { scope in channels.contains { $0.countsIn == scope && $0.status == .ok } } ?? scopes.first
    }

    private static func owners(_ discoveries: [Discovery]) -> [Scope: SensorName] {
        var owners: [Scope: SensorName] = [:]
        for isReadable in [true, false] {
            for channel in discoveries.flatMap(\.channels) where channel.status == .ok || !isReadable {
                if let scope = channel.countsIn, owners[scope] == nil { owners[scope] = channel.sensor }
            }
        }
        return owners
    }

    private static func tree(_ found: [Component]) -> [Component] {
        var byID: [String: Component] = [:]
        var order: [Component] = []
        for component in [.host] + found where byID[component.id] == nil {
            byID[component.id] = component
            order.append(component)
        }
        return parentsFirst(order, parent: \.parent)
    }
}

extension Component {
    /// The machine itself.
    public static let host = Component(id: hostID, kind: .host, parent: nil)
}

extension Finding {
    fileprivate static func duplicateChannel(_ channel: Channel) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: "duplicate",
            text: "A second channel calls itself \(channel.id); the first one is used.",
            remedy: "Give the sensor \(channel.sensor) a name of its own, or leave one of the two out."
        )
    }
}

/// The elements in their order, but with each one's parent before it; a parent that is not there holds nobody up.
///
/// Their identities must differ.
private func parentsFirst<Element: Identifiable>(
    _ elements: [Element],
    parent: KeyPath<Element, String?>
) -> [Element] where Element.ID == String {
    var pending = Dictionary(elements.map { ($0.id, $0) }) { first, _ in first }
    var ordered: [Element] = []
    for element in elements {
        var chain: [Element] = []
        var next: String? = element.id
        // Taking an element out as it is visited also ends a circle of parents.
        while let id = next, let waiting = pending.removeValue(forKey: id) {
            chain.append(waiting)
            next = waiting[keyPath: parent]
        }
        ordered += chain.reversed()
    }
    return ordered
}
