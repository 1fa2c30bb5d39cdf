import PowerSensors

/// A topology as the lines of an indented tree.
package struct TopologyTree {
    /// One line: a component, one of its channels, or both if it has only one.
    package struct Line: Sendable {
        /// The name, safe to show on a terminal.
        package let name: String

        /// The depth in the tree; 0 directly beneath the host.
        package let depth: Int

        /// The channel's index in the topology; nil for a component's own line.
        package let channel: Int?

        /// The blanks before the name.
        package var indentation: String { String(repeating: "  ", count: depth + 1) }
    }

    /// The lines in the topology's order, without components that contain no channel.
    let lines: [Line]

    /// Flattens a topology.
    ///
    /// - Parameters:
    ///   - topology: The components and channels.
    ///   - isShown: Which channels get a line.
    init(_ topology: Topology, where isShown: (Channel) -> Bool = { _ in true }) {
        let identities = Set(topology.components.map(\.id))
        let children = Dictionary(grouping: topology.components.dropFirst()) { component in
            // A missing parent must not hide its children.
            component.parent.flatMap { identities.contains($0) ? $0 : nil } ?? Component.hostID
        }
        let indices = topology.channels.indices.filter { isShown(topology.channels[$0]) }
        let channels = Dictionary(grouping: indices) { topology.channels[$0].component.id }
        var lines: [Line] = []

        func add(_ component: Component, depth: Int) {
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
        add(.host, depth: 0)
        self.lines = lines
    }

    /// The last part of the identity; the parent's line shows the rest.
    private static func name(of component: Component) -> String {
        guard let parent = component.parent, component.id.hasPrefix(parent + "/") else {
            return component.id.safeToShow
        }
        return String(component.id.dropFirst(parent.count + 1)).safeToShow
    }

    /// The last part of the identity, followed by the label.
    ///
    /// The label alone is not enough, because two channels of a chip may have the same. The host's channels belong to several
    /// sensors, so only the whole identity distinguishes them.
    private static func name(of channel: Channel, in component: Component) -> String {
        if component.id == Component.hostID { return channel.id.safeToShow }
        let known = "\(channel.sensor)/\(component.id)/"
        guard channel.id.hasPrefix(known) else { return (channel.label ?? channel.id).safeToShow }
        let rest = channel.id.dropFirst(known.count)
        return (channel.label.map { "\(rest) \($0)" } ?? String(rest)).safeToShow
    }
}
