#if History
/// What the rows of a query are.
public struct HistoryGrouping: Hashable, Sendable, CustomStringConvertible {
    /// The word for it, such as `day`.
    public let name: String

    /// A row of the host for each snapshot, as far back as they are kept.
    public static let sample = HistoryGrouping(name: "sample")

    /// A row of the host for each minute and, where minutes are no longer kept, for each quarter of an hour.
    public static let minute = HistoryGrouping(name: "minute")

    /// A row of the host for each hour of local time.
    public static let hour = HistoryGrouping(name: "hour")

    /// A row of the host for each day of local time, which has 23 to 25 hours.
    public static let day = HistoryGrouping(name: "day")

    /// A row for each scope.
    public static let scope = HistoryGrouping(name: "scope")

    /// A row for each channel.
    public static let channel = HistoryGrouping(name: "channel")

    /// A row for each virtual machine, and for what none of them was given.
    public static let virtualMachine = HistoryGrouping(name: "vm")

    /// A row for each control group, and for what none of them was given.
    public static let controlGroup = HistoryGrouping(name: "cgroup")

    /// A row for all processes of the same name, and for what none of them was given.
    public static let process = HistoryGrouping(name: "process")

    /// A row for each event.
    public static let event = HistoryGrouping(name: "event")

    /// Every grouping.
    public static let all: [HistoryGrouping] = [
        .minute, .hour, .day, .scope, .virtualMachine, .process, .controlGroup, .channel, .event, .sample,
    ]

    /// The same as ``name``.
    public var description: String { name }

    /// Which series its rows are of.
    var kinds: [SeriesKind] {
        switch self {
        case .virtualMachine: [.virtualMachine, .virtualMachineRest]
        case .controlGroup: [.controlGroup, .controlGroupRest]
        case .process: [.process, .processRest]
        case .channel: [.channel]
        default: [.host]
        }
    }

    /// Whether its rows are of scopes of the host, of which one may be chosen.
    package var hasScopes: Bool { kinds == [.host] && self != .event }

    /// Whether its rows are of consumers, and of what none of them was given.
    package var isOfConsumers: Bool { [.virtualMachine, .controlGroup, .process].contains(self) }

    /// Whether it has rows for periods of time; otherwise each row is for all of the time.
    var isChronological: Bool { [.sample, .minute, .hour, .day].contains(self) }
}
#endif
