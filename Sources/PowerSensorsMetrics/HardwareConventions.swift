#if Metrics
import PowerSensors
import PowerSensorsExporters

/// The metrics of OpenTelemetry's semantic conventions for hardware (1.44.0, "Hardware metrics", status: development).
enum HardwareConventions {
    /// The scopes that cover the whole machine. Not `cpu`: its parts are under `hw.energy`, where they can be summed.
    private static let wholeMachine: [Scope] = [.platform, .wall, .battery]

    static func series(of topology: Topology) -> [BridgedSeries] {
        hostSeries(topology) + topology.channels.indices.flatMap { channelSeries($0, topology) }
    }

    /// The whole machine's figure. Only one, since the conventions have no attribute to distinguish several.
    private static func hostSeries(_ topology: Topology) -> [BridgedSeries] {
        guard let scope = wholeMachine.first(where: { topology.scopes.contains($0) }),
            let index = topology.scopes.firstIndex(of: scope),
            let channel = topology.channels.first(where: { $0.countsIn == scope })
        else { return [] }
        let dimensions = [("hw.id", "host"), ("hw.type", "host"), ("powersensors.scope", scope.name)] + source(channel)
        return [
            BridgedSeries(label: "hw.host.energy", kind: .counter, dimensions: dimensions, source: .hostEnergy(index)),
            BridgedSeries(label: "hw.host.power", kind: .gauge, dimensions: dimensions, source: .hostPower(index)),
        ]
    }

    private static func channelSeries(_ index: Int, _ topology: Topology) -> [BridgedSeries] {
        let channel = topology.channels[index]
        // Left out are the channels that make up the whole machine's figure, which already has their joules, and those that
        // mirror another channel.
        guard channel.mirrorOf == nil, channel.countsIn.map({ !wholeMachine.contains($0) }) ?? true else { return [] }
        var dimensions = [("hw.id", channel.id), ("hw.type", type(of: channel))]
        if let label = channel.label { dimensions.append(("hw.name", label)) }
        if let parent = channel.parent { dimensions.append(("hw.parent", parent)) }
        dimensions += source(channel)
        switch channel.quantity {
        case .energy, .power:
            let energy = BridgedSeries(
                label: "hw.energy", kind: .counter, dimensions: dimensions, source: .energy(index))
            let power = BridgedSeries(label: "hw.power", kind: .gauge, dimensions: dimensions, source: .power(index))
            return (reports(.energy, channel, topology) ? [energy] : [])
                + (reports(.power, channel, topology) ? [power] : [])
        case .voltage: return [gauge("hw.voltage", index, dimensions)]
        case .temperature: return [gauge("hw.temperature", index, dimensions)]
        case .ratio where channel.component.kind == .supply: return [gauge("hw.battery.charge", index, dimensions)]
        // The conventions do not define the others.
        default: return []
        }
    }

    /// Whether a channel is the one to report a quantity: `power1_average`, `power1_input` and `energy1_input` of a chip are
    /// one meter, whose joules must not be counted three times.
    private static func reports(_ quantity: Quantity, _ channel: Channel, _ topology: Topology) -> Bool {
        guard channel.component.kind == .chip else { return true }
        let sameMeter = topology.channels.filter {
            $0.component.id == channel.component.id && meterNumber($0) == meterNumber(channel)
                && ($0.quantity == .energy || $0.quantity == .power)
        }
        // Preferably the channel of that quantity; otherwise the first one, with its integral or rate.
        return (sameMeter.first { $0.quantity == quantity } ?? sameMeter.first)?.id == channel.id
    }

    /// `1` of `hwmon/…/power1_average`.
    private static func meterNumber(_ channel: Channel) -> Substring {
        channel.lastPart.drop { !$0.isNumber }.prefix { $0.isNumber }
    }

    private static func gauge(_ label: String, _ index: Int, _ dimensions: [(String, String)]) -> BridgedSeries {
        BridgedSeries(label: label, kind: .gauge, dimensions: dimensions, source: .value(index))
    }

    /// Where a number comes from. The conventions have no attributes for that, so we add our own.
    private static func source(_ channel: Channel) -> [(String, String)] {
        [
            ("powersensors.provenance", channel.provenance.name), ("powersensors.sensor", channel.sensor.name),
            ("powersensors.mechanism", channel.mechanism),
        ]
    }

    private static let graphicsDrivers: Set<String> = ["amdgpu", "i915", "nouveau", "radeon", "xe"]

    private static func type(of channel: Channel) -> String {
        let component = channel.component
        return switch (channel.quantity, component.kind) {
        case (.temperature, _): "temperature"
        case (.voltage, _): "voltage"
        case _ where component.domain == "dram": "memory"
        case (_, .socket), (_, .die), (_, .domain): "cpu"
        case (_, .supply): ["Battery", "UPS"].contains(component.supplyType) ? "battery" : "power_supply"
        case (_, .chip): graphicsDrivers.contains(component.chip ?? "") ? "gpu" : "chip"
        default: component.kind.name
        }
    }
}
#endif
