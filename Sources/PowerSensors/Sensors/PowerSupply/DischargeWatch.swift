/// What is known of all supplies' flows: how often batteries began or ended to discharge since they were found, and what
/// feeds the machine.
///
/// Readers tell it what they see anyway, so that nobody has to ask a slow gauge only to know whether to discover anew.
final class DischargeWatch: Sendable {
    /// What one supply does.
    struct Flow: Hashable, Sendable {
        /// Whether it is a battery that discharges.
        var isDischarging = false

        /// Whether the machine takes a power from it that is known, or it stands at the mains.
        var isFeeding = false
    }

    /// The files that tell of a supply what it does, whichever of its channels are read; nil for what it has not.
    struct Files: Sendable {
        /// The power that it gives the machine, or the current where power is derived.
        var gives: String?
        var voltage: String?
        var online: String?

        /// What it holds, in whichever unit.
        var store: String?
    }

    private struct State: Sendable {
        var flows: [String: Flow] = [:]
        var files: [String: Files] = [:]
        /// Those that feed something beside the machine.
        var peripherals: Set<String> = []
        /// Those that discharge at a rate that was not known when they were found.
        var rateless: Set<String> = []
        var turns = 0
    }

    private let state = Guarded(State())

    /// How many turns there were.
    var turns: Int { state.withLock { $0.turns } }

    /// Takes in what a discovery found, which is no turn.
    func begin(_ supply: PowerSupply) {
        let flow = Flow(isDischarging: supply.direction == .discharging, isFeeding: supply.isFeeding)
        state.withLock { state in
            state.flows[supply.name] = flow
            state.files[supply.name] = supply.filesOfFlow
            if supply.isOfDevice { state.peripherals.insert(supply.name) }
            if supply.feedsHost, flow.isDischarging, !flow.isFeeding {
                state.rateless.insert(supply.name)
            } else {
                state.rateless.remove(supply.name)
            }
        }
    }

    /// Takes in what a reader saw. That a battery has come to know its rate since it was found is worth a look, too.
    func note(_ supply: String, _ flow: Flow) {
        state.withLock { state in
            let known = state.flows[supply]
            guard known != flow else { return }
            state.flows[supply] = flow
            if let known, known.isDischarging != flow.isDischarging {
                state.turns += 1
            } else if flow.isDischarging, flow.isFeeding, state.rateless.remove(supply) != nil {
                state.turns += 1
            }
        }
    }

    /// The files of a supply that was found.
    func files(of supply: String) -> Files { state.withLock { $0.files[supply] } ?? Files() }

    /// The supplies that were found, but for those that feed something beside the machine.
    var supplies: [String] {
        state.withLock { state in state.flows.keys.filter { !state.peripherals.contains($0) }.sorted() }
    }

    /// Whether the machine is fed by something else than one supply.
    func isFed(beside supply: String) -> Bool {
        state.withLock { state in
            state.flows.contains { $0.key != supply && $0.value.isFeeding && !state.peripherals.contains($0.key) }
        }
    }
}
