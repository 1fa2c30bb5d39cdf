/// A reader of event groups, whose counts begin anew wherever they are opened.
protocol EventReader {
    /// Its groups, one for each PMU scope.
    var groups: [PerfGroup] { get }
}

/// Reads perf's events with one system call a PMU scope.
struct PerfReader: SensorReader, EventReader {
    let channels: [Channel]
    let groups: [PerfGroup]
    private var readings: [Reading]

    init(_ channels: [Channel], beneath sysfs: SystemRoot, by source: any EventSource) {
        self.channels = channels
        readings = channels.map { _ in .missing(.absent) }
        var members: [(scope: PerfScope, events: [(name: String, place: Int)])] = []
        for (place, channel) in channels.enumerated() {
            guard let (scope, event) = PerfScope.find(channel) else { continue }
            let known = members.firstIndex { $0.scope == scope } ?? members.count
            if known == members.count { members.append((scope, [])) }
            members[known].events.append((event, place))
        }
        groups = members.map { PerfGroup($0.scope, $0.events, in: sysfs, by: source) }
    }

    mutating func read(into readings: inout OutputSpan<Reading>) {
        for index in groups.indices { groups[index].read(into: &self.readings) }
        for index in self.readings.indices { readings.append(self.readings[index]) }
    }
}

extension PerfScope {
    /// The scope and the event of a channel, by its path and its component.
    static func find(_ channel: Channel) -> (scope: PerfScope, event: String)? {
        let parts = (channel.path ?? "").split(separator: "/")
        guard parts.count == 6, parts[4] == "events" else { return nil }
        let component = channel.component
        // The platform of the first package has no number.
        let scope = PerfScope(
            pmu: String(parts[3]), socket: component.socket ?? 0, die: component.die, core: component.core)
        return (scope, String(parts[5]))
    }
}
