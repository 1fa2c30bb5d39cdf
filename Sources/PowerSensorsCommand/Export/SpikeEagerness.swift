#if Exporters
import PowerSensors

/// A value of `--spikes`: a rule by its name, or none.
struct SpikeEagerness: Hashable, Sendable {
    let name: String
    let rule: SpikeRule?

    static let normal = SpikeEagerness(name: "normal", rule: .normal)
    static let all = [
        SpikeEagerness(name: "eager", rule: .eager), normal, SpikeEagerness(name: "calm", rule: .calm),
        SpikeEagerness(name: "off", rule: nil),
    ]
}
#endif
