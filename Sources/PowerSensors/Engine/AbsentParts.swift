import PowerSensorsCore

/// A sensor that keeps the channels that disappeared between two discoveries, so that no host figure silently becomes smaller.
///
/// A measured channel that is added to a host figure stays in the topology as `absent` until a discovery finds it again. Until
/// then the figure is `partial`: it lacks a part, so it has no value. Only these channels may disappear:
/// - one that is added to no figure,
/// - an intermittent one, such as a battery, since a missing battery supplies nothing,
/// - one of a figure that another sensor now provides as a whole,
/// - a package that is now counted by its dies, or a die whose package is now counted as a whole.
struct AbsentParts: Sensor {
    let name = SensorName("absent")
    private let channels: [Channel]
    private let components: [Component]

    /// Finds the channels that disappeared; nil if there are none.
    ///
    /// - Parameters:
    ///   - previous: The topology of the previous discovery, including its absent channels.
    ///   - found: What the sensors have found now.
    init?(from previous: Topology, to found: Topology) {
        let foundIDs = Set(found.channels.map(\.id))
        channels = previous.channels.filter { channel in
            guard let scope = channel.countsIn, !channel.isIntermittent, channel.provenance != .estimated,
                !foundIDs.contains(channel.id)
            else { return false }
            let others = found.channels.filter { $0.countsIn == scope }
            // A topology adds up only channels of one sensor, so the first shows whose they are.
            guard let owner = others.first?.sensor else { return true }
            return owner == channel.sensor && !others.contains { $0.overlaps(channel) }
        }
        if channels.isEmpty { return nil }
        var ancestors = Set(channels.compactMap(\.component.parent))
        var kept: [Component] = []
        // Parents are before their children, so one pass backwards finds all ancestors.
        for component in previous.components.reversed() where ancestors.contains(component.id) {
            kept.append(component)
            if let parent = component.parent { ancestors.insert(parent) }
        }
        components = kept.reversed()
    }

    /// The identities of the absent channels.
    var ids: Set<String> { Set(channels.map(\.id)) }

    func discover() -> Discovery {
        var discovery = Discovery(components: components)
        for var channel in channels {
            if let scope = channel.countsIn { discovery.findings.append(.gone(channel, scope)) }
            channel.status = .absent
            // Nothing is read, so no background reader is needed.
            channel.readingInterval = nil
            discovery.channels.append(channel)
        }
        return discovery
    }

    /// Opens nothing: the path may belong to something else by now.
    func open(_ channels: [Channel]) -> any SensorReader { UnopenedReader(channels: channels, status: .absent) }
}

extension Channel {
    /// Whether both count the same domain of the same package, one by die and the other as a whole.
    fileprivate func overlaps(_ other: Channel) -> Bool {
        component.socket != nil && component.socket == other.component.socket
            && component.domain == other.component.domain
            && (component.die == nil) != (other.component.die == nil)
    }
}

extension Finding {
    /// A part of a host figure that an earlier discovery found and this one did not.
    fileprivate static func gone(_ channel: Channel, _ scope: Scope) -> Finding {
        Finding(
            .absent, of: channel,
            text: "\(channel.id) has disappeared, so the figure \(scope) lacks a part and has no value.",
            remedy: "If it was unplugged, connect it again; if it was removed for good, restart this program.")
    }
}
