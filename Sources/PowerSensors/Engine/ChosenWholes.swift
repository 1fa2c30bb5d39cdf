import PowerSensorsCore

/// The channels that the user names as the measurement of a scope's total, such as a meter at the wall plug.
///
/// All channels that are named for a scope are added up. They replace the sensors' own choice of channels for the host figure
/// of that scope.
struct ChosenWholes {
    /// The scope that each channel counts in, by its `id`.
    let scopes: [String: Scope]

    /// Makes the channels count in their scopes, and nothing else count in these.
    ///
    /// A scope keeps the figure that it has if none of its chosen channels can be used. A figure is incomplete if it loses
    /// some of its channels to another scope, but not all, or if one of its chosen channels was not found or cannot be used.
    func apply(to discoveries: inout [Discovery]) {
        if scopes.isEmpty || discoveries.isEmpty { return }
        let channels = discoveries.flatMap(\.channels).filter { scopes[$0.id] != nil }
        let owners = owners(among: channels)
        let found = Set(channels.map(\.id))
        let missing = scopes.filter { !found.contains($0.key) }
        let lacking = Set(missing.values)
            .union(channels.filter { !$0.canBeWhole }.compactMap { scopes[$0.id] })
        for index in discoveries.indices { setScopes(in: &discoveries[index], owners: owners, lacking: lacking) }

        var findings = missing.map { Finding.missingWhole($0.key, $0.value) }
        for channel in channels {
            guard let scope = scopes[channel.id] else { continue }
            if !channel.canBeWhole {
                findings.append(.unusableWhole(channel, scope))
            } else if let owner = owners[scope], owner != channel.sensor {
                findings.append(.mixedWhole(channel, scope, owner))
            }
        }
        // Findings need a discovery, so they go with the first.
        discoveries[0].findings += findings.sorted { $0.subject < $1.subject }
    }

    /// The sensor whose channels make up each scope's figure. Channels of two sensors are not added up, since they may
    /// measure the same energy.
    private func owners(among channels: [Channel]) -> [Scope: SensorName] {
        var owners: [Scope: SensorName] = [:]
        let usable = channels.filter(\.canBeWhole)
        // Readable channels choose the scope's sensor before unreadable ones.
        for channel in usable.filter({ $0.status == .ok }) + usable {
            if let scope = scopes[channel.id], owners[scope] == nil { owners[scope] = channel.sensor }
        }
        return owners
    }

    /// Sets what the channels of one discovery count in, and which of its figures are incomplete.
    ///
    /// - Parameters:
    ///   - owners: The sensor of each scope's channels.
    ///   - lacking: The scopes of which a chosen channel was not found or cannot be used, so that their sum would be smaller
    ///     than the whole.
    private func setScopes(in discovery: inout Discovery, owners: [Scope: SensorName], lacking: Set<Scope>) {
        var scopesThatLostAChannel: Set<Scope> = []
        for index in discovery.channels.indices {
            let channel = discovery.channels[index]
            let chosen = scopes[channel.id].flatMap { owners[$0] == channel.sensor ? $0 : nil }
            if let chosen, channel.canBeWhole {
                if let old = channel.countsIn, old != chosen { scopesThatLostAChannel.insert(old) }
                discovery.channels[index].countsIn = chosen
            } else if let scope = channel.countsIn, owners[scope] != nil {
                discovery.channels[index].countsIn = nil
            }
        }
        // The chosen channels replace whatever was incomplete.
        discovery.incompleteScopes.subtract(owners.keys)
        for scope in Set(discovery.channels.compactMap(\.countsIn)) {
            let isIncomplete = (owners[scope] == nil ? scopesThatLostAChannel : lacking).contains(scope)
            if isIncomplete { discovery.incompleteScopes.insert(scope) }
        }
    }
}

extension Channel {
    /// Whether it measures what can be a scope's total.
    fileprivate var canBeWhole: Bool { [.power, .energy].contains(quantity) && provenance != .nominal }
}

extension Finding {
    private static let seeList = "See what there is: powersensors list --json"

    fileprivate static func missingWhole(_ id: String, _ scope: Scope) -> Finding {
        Finding(
            severity: .warning, subject: id, reason: .configuration,
            text: "No channel with this id was found, so it cannot be used for the figure \(scope).", remedy: seeList)
    }

    fileprivate static func unusableWhole(_ channel: Channel, _ scope: Scope) -> Finding {
        Finding(
            severity: .warning, subject: channel.id, reason: .configuration,
            text: """
                It shows \(channel.provenance) \(channel.quantity), so it cannot be used for the figure \(scope), which needs \
                actual power or energy.
                """,
            remedy: seeList)
    }

    fileprivate static func mixedWhole(_ channel: Channel, _ scope: Scope, _ owner: SensorName) -> Finding {
        Finding(
            severity: .warning, subject: channel.id, reason: .configuration,
            text: """
                It is not added to the figure \(scope), which consists of channels of the sensor \(owner): two sensors may \
                measure the same energy.
                """,
            remedy: "Choose channels of one sensor for each scope.")
    }
}
