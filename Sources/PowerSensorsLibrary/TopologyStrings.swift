import CPowerSensorsLibrary
import Glibc
import PowerSensors

/// A topology's channels and host figures as C sees them, with the strings that they point to and without values.
///
/// Snapshots keep it, so that their strings stay.
@safe final class TopologyStrings: @unchecked Sendable {
    let generation: Int
    /// In the topology's order.
    let channels: [powersensors_channel]
    private let hosts: [Scope: powersensors_host]
    private let owned: [UnsafeMutablePointer<CChar>]

    init(_ topology: Topology) {
        var strings = unsafe StringStore()
        generation = topology.generation
        unsafe channels = topology.channels.map { unsafe powersensors_channel($0, &strings) }
        var hosts: [Scope: powersensors_host] = unsafe [:]
        for channel in topology.channels {
            guard let scope = channel.countsIn, unsafe hosts[scope] == nil else { continue }
            unsafe hosts[scope] = unsafe powersensors_host(scope, channel, &strings)
        }
        unsafe self.hosts = hosts
        unsafe owned = Array(strings.known.values)
    }

    deinit {
        unsafe owned.forEach { unsafe free($0) }
    }

    /// The host figure of a scope, without values.
    func host(_ scope: Scope) -> powersensors_host? { unsafe hosts[scope] }
}

/// C strings, each of which is kept once.
@unsafe private struct StringStore {
    private(set) var known: [String: UnsafeMutablePointer<CChar>] = unsafe [:]

    mutating func string(_ text: String?) -> UnsafePointer<CChar>? {
        guard let text else { return nil }
        if let string = unsafe known[text] { return unsafe UnsafePointer(string) }
        // Without memory there is no string, as where there is none to show.
        guard let copy = unsafe strdup(text) else { return nil }
        unsafe known[text] = copy
        return unsafe UnsafePointer(copy)
    }
}

extension powersensors_host {
    fileprivate init(_ scope: Scope, _ channel: Channel, _ strings: inout StringStore) {
        unsafe self.init()
        unsafe self.scope = strings.string(scope.name)
        unsafe provenance = strings.string(channel.provenance.name)
        unsafe sensor = strings.string(channel.sensor.name)
        unsafe (energy, energy_low, energy_high) = (.nan, .nan, .nan)
        unsafe (power, power_low, power_high) = (.nan, .nan, .nan)
    }
}

extension powersensors_channel {
    fileprivate init(_ channel: Channel, _ strings: inout StringStore) {
        unsafe self.init()
        unsafe id = strings.string(channel.id)
        unsafe sensor = strings.string(channel.sensor.name)
        unsafe mechanism = strings.string(channel.mechanism)
        unsafe provenance = strings.string(channel.provenance.name)
        unsafe quantity = strings.string(channel.quantity.name)
        unsafe unit = strings.string(channel.quantity.unit)
        unsafe counts_in = strings.string(channel.countsIn?.name)
        unsafe domain = strings.string(channel.component.domain)
        unsafe chip = strings.string(channel.component.chip)
        unsafe supply = strings.string(channel.component.supply)
        unsafe device = strings.string(channel.component.device)
        unsafe label = strings.string(channel.label)
        unsafe parent = strings.string(channel.parent)
        unsafe socket = Int32(clamping: channel.component.socket ?? -1)
        unsafe die = Int32(clamping: channel.component.die ?? -1)
        unsafe core = Int32(clamping: channel.component.core ?? -1)
        unsafe (energy, power, power_low, power_high) = (.nan, .nan, .nan, .nan)
        unsafe (value, ambiguous_energy) = (.nan, .nan)
    }
}
