import PowerSensorsCore

/// Which perf event a channel reads: what discovery stores in ``Channel/handle`` for opening.
struct PerfHandle: Hashable, Sendable {
    /// The part of the machine that the event counts for.
    let scope: PerfScope

    /// Its name, such as `energy-pkg`.
    let event: String
}

/// Reads perf's events, with one system call for all events of a PMU in a package, die or core.
struct PerfReader: SensorReader, EventGroups {
    let channels: [Channel]
    let groups: [PerfGroup]
    private var readings: [Reading]

    /// Opens the channels' events; pinned, unless they are read only for a moment.
    init(_ channels: [Channel], beneath sysfs: SystemRoot, by source: any EventSource, isPinned: Bool = true) {
        self.channels = channels
        readings = channels.map { _ in .missing(.absent) }
        var members: [(scope: PerfScope, events: [(name: String, readingIndex: Int)])] = []
        for (index, channel) in channels.enumerated() {
            guard let handle = channel.handle?.value(as: PerfHandle.self) else { continue }
            let known = members.firstIndex { $0.scope == handle.scope } ?? members.count
            if known == members.count { members.append((handle.scope, [])) }
            members[known].events.append((handle.event, index))
        }
        groups = members.map { PerfGroup(PerfEvents($0.scope, $0.events, in: sysfs, by: source, isPinned: isPinned)) }
    }

    mutating func readChannels(into readings: inout OutputSpan<Reading>) {
        for index in groups.indices { unsafe groups[index].events.read(into: &self.readings) }
        for index in self.readings.indices { readings.append(self.readings[index]) }
    }

    /// Takes over the other reader's events, since the counts of newly opened ones start again.
    func resume(from previous: any SensorReader) {
        let known = (previous as? any EventGroups)?.groups ?? []
        for group in groups {
            let same = known.first { unsafe $0.events.scope == group.events.scope }
            if let same, same !== group { unsafe group.events.resume(from: &same.events) }
        }
    }
}

/// A reader with groups of perf events, one group for each ``PerfScope``.
protocol EventGroups {
    var groups: [PerfGroup] { get }
}
