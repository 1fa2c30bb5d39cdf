import PowerSensors

/// The topology as lines of a tree: components with what they hold indented beneath them.
struct TopologyTree {
    /// One line: a component, a channel of it, or both where it has only one.
    struct Line {
        /// The name to show, already fit to be shown.
        let name: String

        /// How deep the line lies; 0 for what stands directly beneath the host.
        let depth: Int

        /// The channel's place in the topology; nil for a component without one.
        let channel: Int?
    }

    /// Every component that has a channel, or holds one that has, in the topology's order.
    let lines: [Line]

    /// Lays a topology flat.
    ///
    /// - Parameters:
    ///   - topology: The components and channels.
    ///   - isShown: Which channels get a line.
    init(_ topology: Topology, where isShown: (Channel) -> Bool = { _ in true }) {
        let components = Dictionary(topology.components.map { ($0.id, $0) }) { first, _ in first }
        var children: [String: [Component]] = [:]
        for component in topology.components {
            // A parent that was never found must not hide what it would hold.
            let parent = component.parent.flatMap { components[$0] }?.id ?? Component.hostID
            if component.id != Component.hostID { children[parent, default: []].append(component) }
        }
        let indices = topology.channels.indices.filter { isShown(topology.channels[$0]) }
        let channels = Dictionary(grouping: indices) { topology.channels[$0].component.id }
        var lines: [Line] = []
        var seen: Set<String> = []

        func add(_ component: Component, depth: Int) {
            guard seen.insert(component.id).inserted else { return }
            let own = channels[component.id] ?? []
            let start = lines.count
            let isHost = component.id == Component.hostID
            if !isHost {
                let name = Self.name(of: component)
                lines.append(Line(name: name, depth: depth, channel: own.count == 1 ? own.first : nil))
            }
            if isHost || own.count > 1 {
                for index in own {
                    let name = Self.name(of: topology.channels[index], in: component)
                    lines.append(Line(name: name, depth: isHost ? 0 : depth + 1, channel: index))
                }
            }
            for child in children[component.id] ?? [] { add(child, depth: isHost ? 0 : depth + 1) }
            if lines[start...].allSatisfy({ $0.channel == nil }) { lines.removeSubrange(start...) }
        }
        add(components[Component.hostID] ?? .host, depth: 0)
        self.lines = lines
    }

    /// The last part of the identity, as the line above says the rest.
    private static func name(of component: Component) -> String {
        guard let parent = component.parent, component.id.hasPrefix(parent + "/") else {
            return component.id.safeToShow
        }
        return String(component.id.dropFirst(parent.count + 1)).safeToShow
    }

    /// What the line above does not say: the last part of the identity, with the label for people behind it.
    ///
    /// A label alone would do for a RAPL domain; two channels of a chip may have one label. The host's channels are of
    /// several sensors, so that only the whole identity tells them apart.
    private static func name(of channel: Channel, in component: Component) -> String {
        if component.id == Component.hostID { return channel.id.safeToShow }
        let known = "\(channel.sensor)/\(component.id)/"
        guard channel.id.hasPrefix(known) else { return (channel.label ?? channel.id).safeToShow }
        let rest = channel.id.dropFirst(known.count)
        return (channel.label.map { "\(rest) \($0)" } ?? String(rest)).safeToShow
    }
}
