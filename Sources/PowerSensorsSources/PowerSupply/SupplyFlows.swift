import PowerSensorsCore

/// The files from which a reader finds out whether a supply feeds the machine; nil for files that do not exist. They
/// are read whichever of the supply's channels are.
struct SupplyFiles<File: Hashable & Sendable>: Hashable, Sendable {
    var present: File?
    var online: File?

    /// The energy or charge that is stored.
    var stored: File?

    /// The power, unless it is derived from the next two. Like these, only of a battery that supplies the machine.
    var power: File?
    var current: File?
    var voltage: File?

    /// Whether power is derived from current and voltage.
    var derivesPower = false

    /// Whether ``stored`` is a charge.
    var storesCharge = false

    /// The most that can be stored, in the unit of its file; nil if unknown.
    var storeLimit: Int64?

    /// Whether it is a battery that supplies the machine while it discharges.
    var feedsHost = false

    /// The same with each file replaced.
    func map<Other>(_ transform: (File) -> Other?) -> SupplyFiles<Other> {
        SupplyFiles<Other>(
            present: present.flatMap(transform), online: online.flatMap(transform), stored: stored.flatMap(transform),
            power: power.flatMap(transform), current: current.flatMap(transform), voltage: voltage.flatMap(transform),
            derivesPower: derivesPower, storesCharge: storesCharge, storeLimit: storeLimit, feedsHost: feedsHost)
    }
}

/// Records for all supplies which ones feed the machine, and how often batteries have started or stopped discharging.
///
/// Readers record here what they read for their channels anyway. So a slow supply need not be read again to decide whether a
/// new discovery is needed.
final class SupplyFlows: Sendable {
    /// What a supply does at the moment.
    struct Flow: Hashable, Sendable {
        /// Whether it is a battery that discharges.
        var isDischarging = false

        /// Whether it gives the machine a known power, or is connected to the mains.
        var isSupplyingHost = false

        /// Whether it is an adapter or port that is known to be disconnected.
        var isUnplugged = false
    }

    private struct State: Sendable {
        var flows: [String: Flow] = [:]
        /// The files of all supplies except peripherals, which can only feed another device.
        var files: [String: SupplyFiles<String>] = [:]
        /// Batteries that discharged at discovery, with a power that was unknown then.
        var unknownRates: Set<String> = []
        /// Whether there is a mains adapter or port that is left out, so that it is unknown whether it is connected.
        var hasUnreadPlug = false
        var changes = 0
    }

    private let state = Locked(State())

    /// Grows whenever a battery starts or stops discharging, or its power becomes known.
    var changes: Int { state.withLock { $0.changes } }

    /// Records what a discovery found, which is not a change, and forgets supplies that it has not found.
    ///
    /// - Parameters:
    ///   - supplies: The supplies that were read.
    ///   - hasUnreadPlug: Whether there is a mains adapter or port that was not.
    func recordDiscovery(of supplies: [PowerSupply], hasUnreadPlug: Bool) {
        state.withLock { state in
            state = State(hasUnreadPlug: hasUnreadPlug, changes: state.changes)
            for supply in supplies {
                let flow = supply.flow
                state.flows[supply.name] = flow
                state.files[supply.name] = supply.isPeripheral ? nil : supply.flowFiles
                if flow.isDischarging, !flow.isSupplyingHost { state.unknownRates.insert(supply.name) }
            }
        }
    }

    /// Records what a reader saw.
    func record(_ flow: Flow, of supply: String) {
        state.withLock { state in
            let known = state.flows[supply]
            guard known != flow else { return }
            state.flows[supply] = flow
            let hasTurned = known.map { $0.isDischarging != flow.isDischarging } ?? false
            if hasTurned || (flow.isDischarging && flow.isSupplyingHost && state.unknownRates.remove(supply) != nil) {
                state.changes += 1
            }
        }
    }

    /// Whether all mains adapters and ports of the machine are known to be unplugged. False if there is none.
    var isUnplugged: Bool {
        state.withLock { state in
            var isUnplugged = false
            for (name, files) in state.files where files.online != nil {
                guard state.flows[name]?.isUnplugged == true else { return false }
                isUnplugged = true
            }
            return isUnplugged && !state.hasUnreadPlug
        }
    }

    /// Whether any supply other than the given one feeds the machine; a peripheral does not.
    func isFed(exceptBy supply: String) -> Bool {
        state.withLock { state in
            state.flows.contains { $0.key != supply && $0.value.isSupplyingHost && state.files[$0.key] != nil }
        }
    }
}
