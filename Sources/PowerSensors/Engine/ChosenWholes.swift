import PowerSensorsCore

/// Channels that measure a whole because the user says so: those of one scope make up its host figure.
struct ChosenWholes {
    /// The scope that each channel counts in, by its `id`.
    let scopes: [String: Scope]

    /// Makes the channels count in their scopes, and nothing else count in these.
    ///
    /// A scope keeps the figure that it has if none of its chosen channels was found. A figure is incomplete if it loses
    /// some of its channels to another scope, but not all, or if one of its chosen channels cannot be used.
    func apply(to discoveries: inout [Discovery]) {
        if scopes.isEmpty || discoveries.isEmpty { return }
        let channels = discoveries.flatMap(\.channels).filter { scopes[$0.id] != nil }
        let usable = channels.filter(\.canBeWhole)
        var owners: [Scope: SensorName] = [:]
        for channel in usable.filter({ $0.status == .ok }) + usable {
            if let scope = scopes[channel.id], owners[scope] == nil { owners[scope] = channel.sensor }
        }
        let found = Set(channels.map(\.id))
        let lacking = Set(scopes.filter { !found.contains($0.key) }.values)
            .union(channels.filter { !$0.canBeWhole }.compactMap { scopes[$0.id] })
        for index in discoveries.indices { apply(to: &discoveries[index], owners, lacking) }

        var findings = scopes.filter { !found.contains($0.key) }.map { Finding.missingWhole($0.key, $0.value) }
        for channel in channels {
            guard let scope = scopes[channel.id] else { continue }
            if !channel.canBeWhole {
                findings.append(.powerlessWhole(channel, scope))
            } else if let owner = owners[scope], owner != channel.sensor {
                findings.append(.mixedWhole(channel, scope, owner))
            }
        }
        // A discovery of its own would need a sensor.
        discoveries[0].findings += findings.sorted { $0.subject < $1.subject }
    }

    /// - Parameters:
    ///   - owners: The sensor of each scope's channels.
    ///   - lacking: The scopes of which a chosen channel cannot be used. Their sum would be smaller than the whole.
    private func apply(
        to discovery: inout Discovery, _ owners: [Scope: SensorName], _ lacking: Set<Scope>
    ) {
        var left: Set<Scope> = []
        for index in discovery.channels.indices {
            let channel = discovery.channels[index]
            let chosen = scopes[channel.id].flatMap { owners[$0] == channel.sensor ? $0 : nil }
            if let chosen, channel.canBeWhole {
                if let old = channel.countsIn, old != chosen { left.insert(old) }
                discovery.channels[index].countsIn = chosen
            } else if let scope = channel.countsIn, owners[scope] != nil {
                discovery.channels[index].countsIn = nil
            }
        }
        discovery.incompleteScopes.subtract(owners.keys)
        discovery.incompleteScopes.formUnion(
            left.filter { scope in
                owners[scope] == nil && discovery.channels.contains { $0.countsIn == scope }
            })
        discovery.incompleteScopes.formUnion(
            lacking.filter { scope in
                owners[scope] != nil && discovery.channels.contains { $0.countsIn == scope }
            })
    }
}

extension Channel {
    fileprivate var canBeWhole: Bool { [.power, .energy].contains(quantity) && provenance != .nominal }
}

extension Finding {
    private static let seeList = "See what there is: powersensors list --json"

    fileprivate static func missingWhole(_ id: String, _ scope: Scope) -> Finding {
        Finding(
            severity: .warning, subject: id, reason: .configuration,
            text: "There is no channel with this id, so it cannot be the figure \(scope).", remedy: seeList)
    }

    fileprivate static func powerlessWhole(_ channel: Channel, _ scope: Scope) -> Finding {
        Finding(
            severity: .warning, subject: channel.id, reason: .configuration,
            text: """
                It shows \(channel.quantity), \(channel.provenance), so it cannot be the figure \(scope), which needs power or \
                energy that is not nominal.
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
