#if Exporters
import PowerSensors

/// The names of OpenTelemetry's semantic conventions for hardware (1.44.0, "Hardware metrics", status: development).
enum HardwareConventions {
    /// The scopes that are the whole machine. `cpu` is none: its parts stand under `hw.energy`, where they may be summed.
    private static let wholeHost: [Scope] = [.platform, .wall, .battery]

    static func series(of topology: Topology) -> [BridgedSeries] {
        hostSeries(topology) + topology.channels.indices.flatMap { channelSeries($0, topology) }
    }

    /// The whole machine's figure. Only one: the conventions have no attribute that would tell two apart.
    private static func hostSeries(_ topology: Topology) -> [BridgedSeries] {
        guard let scope = wholeHost.first(where: { topology.scopes.contains($0) }),
            let index = topology.scopes.firstIndex(of: scope),
            let channel = topology.channels.first(where: { $0.countsIn == scope })
        else { return [] }
        let dimensions = [("hw.id", "host"), ("hw.type", "host"), ("powersensors.scope", scope.name)] + source(channel)
        return [
            BridgedSeries(label: "hw.host.energy", kind: .counter, dimensions: dimensions) {
                $0.host[index].energy?.rawValue
            },
            BridgedSeries(label: "hw.host.power", kind: .gauge, dimensions: dimensions) {
                $0.host[index].power?.rawValue
            },
        ]
    }

    private static func channelSeries(_ index: Int, _ topology: Topology) -> [BridgedSeries] {
        let channel = topology.channels[index]
        // What makes up a whole machine's figure must not stand beside it, nor a register twice.
        guard channel.mirrorOf == nil, channel.countsIn.map({ !wholeHost.contains($0) }) ?? true else { return [] }
        var dimensions = [("hw.id", channel.id), ("hw.type", type(of: channel))]
        if let label = channel.label { dimensions.append(("hw.name", label)) }
        if let parent = channel.parent { dimensions.append(("hw.parent", parent)) }
        dimensions += source(channel)
        switch channel.quantity {
        case .energy, .power:
            return [
                BridgedSeries(label: "hw.energy", kind: .counter, dimensions: dimensions) {
                    $0.channels[index].energy?.rawValue
                },
                BridgedSeries(label: "hw.power", kind: .gauge, dimensions: dimensions) {
                    $0.channels[index].power?.rawValue
                },
            ]
        case .voltage: return [gauge("hw.voltage", index, dimensions)]
        case .temperature: return [gauge("hw.temperature", index, dimensions)]
        case .ratio where channel.component.kind == .supply: return [gauge("hw.battery.charge", index, dimensions)]
        // The conventions have no name for the others.
        default: return []
        }
    }

    private static func gauge(_ label: String, _ index: Int, _ dimensions: [(String, String)]) -> BridgedSeries {
        BridgedSeries(label: label, kind: .gauge, dimensions: dimensions) { $0.channels[index].value }
    }

    /// Where the numbers come from: the conventions have no attributes for that, and no figure of ours goes without.
    private static func source(_ channel: Channel) -> [(String, String)] {
        [
            ("powersensors.provenance", channel.provenance.name), ("powersensors.sensor", channel.sensor.name),
            ("powersensors.mechanism", channel.mechanism),
        ]
    }

    private static let graphicsDrivers: Set<String> = ["amdgpu", "i915", "nouveau", "radeon", "xe"]

    private static func type(of channel: Channel) -> String {
        let component = channel.component
        switch channel.quantity {
        case .temperature: return "temperature"
        case .voltage: return "voltage"
        default: break
        }
        if component.domain == "dram" { return "memory" }
        switch component.kind {
        case .socket, .die, .domain: return "cpu"
        case .supply: return component.supply.map { _ in "battery" } ?? "power_supply"
        case .chip: return graphicsDrivers.contains(component.chip ?? "") ? "gpu" : "chip"
        default: return component.kind.name
        }
    }
}
#endif
