/// The parts of the host's figures that went from one discovery to the next, so that no figure is smaller without a word.
///
/// The one rule of what may be lost between generations: a measured channel that counts in a figure stays, `absent`, until
/// a discovery finds it again, and the figure is `partial` (design, section 2.5). What may go is
/// - a channel that counts in no figure,
/// - one that has nothing to show at times, such as a battery: what is not there gives nothing,
/// - one of a figure that another sensor now makes, as a whole,
/// - a package that is now counted by its dies, or a die whose package is now counted as a whole.
struct AbsentParts: Sensor {
    let name = SensorName("absent")
    private let channels: [Channel]
    private let components: [Component]

    /// Finds what went; nil where nothing did.
    ///
    /// - Parameters:
    ///   - previous: The generation before, with what was absent in it.
    ///   - found: What the sensors find now.
    init?(from previous: Topology, to found: Topology) {
        let known = Set(found.channels.map(\.id))
        channels = previous.channels.filter { channel in
            guard let scope = channel.countsIn, !channel.isIntermittent, channel.provenance != .estimated,
                !known.contains(channel.id)
            else { return false }
            let parts = found.channels.filter { $0.countsIn == scope }
            guard let owner = parts.first?.sensor else { return true }
            return owner == channel.sensor && !parts.contains { $0.isOtherShape(of: channel) }
        }
        if channels.isEmpty { return nil }
        var holders = Set(channels.compactMap(\.component.parent))
        // Parents stand before their children, so that one way back meets every holder of a holder.
        components = previous.components.reversed().filter { component in
            guard holders.contains(component.id) else { return false }
            component.parent.map { _ = holders.insert($0) }
            return true
        }.reversed()
    }

    /// The identities of the channels.
    var ids: Set<String> { Set(channels.map(\.id)) }

    func discover() -> Discovery {
        var discovery = Discovery(components: components)
        for var channel in channels {
            if let scope = channel.countsIn { discovery.findings.append(.gone(channel, scope)) }
            channel.status = .absent
            // Nothing is read, so nothing is read at a rhythm of its own.
            channel.readingInterval = nil
            discovery.channels.append(channel)
        }
        return discovery
    }

    /// Opens nothing: what has the path now may be something else.
    func open(_ channels: [Channel]) -> any SensorReader { UnopenedReader(channels: channels, status: .absent) }
}

extension Channel {
    /// Whether both count one domain of one package, the one by die and the other as a whole.
    fileprivate func isOtherShape(of other: Channel) -> Bool {
        component.socket != nil && component.socket == other.component.socket
            && component.domain == other.component.domain
            && (component.die == nil) != (other.component.die == nil)
    }
}

extension Finding {
    /// A part of a figure that an earlier discovery found, and this one did not.
    fileprivate static func gone(_ channel: Channel, _ scope: Scope) -> Finding {
        Finding(
            severity: .warning, subject: channel.path ?? channel.id, reason: "absent",
            text: "\(channel.id) was there and is gone, so the figure \(scope) is unknown.",
            remedy: "Put it back, or load its driver again; if it left for good, start this program anew.")
    }
}
