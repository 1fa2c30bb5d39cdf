#if History
import PowerSensors

/// What a series of figures is of. The numbers are those in files, and never change.
enum SeriesKind: Int, CaseIterable, Hashable, Sendable {
    case host = 0
    case channel = 1
    case virtualMachine = 2
    case controlGroup = 3
    case process = 4
    case virtualMachineRest = 5
    case controlGroupRest = 6
    case processRest = 7

    /// The kind of a consumer's series; nil for a kind that a later version adds.
    init?(_ kind: Consumer.Kind) {
        switch kind {
        case .virtualMachine: self = .virtualMachine
        case .controlGroup: self = .controlGroup
        case .process: self = .process
        default: return nil
        }
    }

    /// The kinds of consumers.
    static let consumers: [SeriesKind] = [.virtualMachine, .controlGroup, .process]

    /// For a kind of consumer, the kind of what none of them was given; nil for other kinds.
    var rest: SeriesKind? {
        switch self {
        case .virtualMachine: .virtualMachineRest
        case .controlGroup: .controlGroupRest
        case .process: .processRest
        default: nil
        }
    }

    /// Whether its series are those of consumers, or of what no consumer was given: they have the time of the whole bucket.
    var isDivided: Bool { rawValue >= Self.virtualMachine.rawValue }

    /// The word in output.
    var word: String {
        switch self {
        case .host: "host"
        case .channel: "channel"
        case .virtualMachine: "vm"
        case .controlGroup: "cgroup"
        case .process: "process"
        case .virtualMachineRest, .controlGroupRest, .processRest: "unattributed"
        }
    }
}

/// A series of figures, by what it is of.
struct SeriesKey: Hashable, Sendable {
    let kind: SeriesKind

    /// A scope, a channel's id, a consumer's name, or why energy is nobody's.
    let name: String

    /// Of a host figure its provenance, of a virtual machine its namespace and UUID; otherwise empty.
    var detail = ""

    /// Cuts a text that a program outside has chosen.
    static func bounded(_ text: String) -> String {
        var bytes = Array(text.utf8.prefix(longestName))
        // SQLite ends a text there.
        bytes.removeAll { $0 == 0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let longestName = 255

    static let idle = UnattributedSnapshot.Reason.idle.name
    static let interrupts = UnattributedSnapshot.Reason.interrupts.name
    static let other = UnattributedSnapshot.Reason.other.name
}
#endif
