#if canImport(Glibc)
import Glibc
#endif

/// The part of the machine whose registers one processor of a PMU's `cpumask` reads.
struct PerfScope: Hashable {
    /// The PMU's name.
    let pmu: String
    let socket: Int

    /// Nil where the package is counted as a whole.
    var die: Int?

    /// Nil but for a PMU that counts each core.
    var core: Int?

    /// The processor that stands for it at the moment; nil where all of its processors are offline.
    func processor(of pmu: PerfPMU, in sysfs: SystemRoot) -> Int? {
        pmu.processors.first { processor in
            guard let place = ProcessorPlace(of: processor, in: sysfs), place.socket == socket else { return false }
            return (die ?? place.die) == place.die && (core ?? place.core) == place.core
        }
    }
}

/// The events of one PMU scope as a group, so that one system call reads them all, at one instant.
///
/// It owns its descriptors. Where they die, as with the last processor of a package, it opens anew with a ``BackOff``.
final class PerfGroup {
    private struct Slot {
        let event: String
        /// Where its reading goes.
        let place: Int
        /// Its number's position in the group; negative where it could not be opened.
        var position = -1
        var status = ReadingStatus.absent
        var refusal: Int32?
    }

    let scope: PerfScope
    private let sysfs: SystemRoot
    private let source: any EventSource
    private var slots: [Slot]
    private var descriptors: [CInt] = []
    /// What a read gives: how many events, nanoseconds enabled and running, the numbers.
    private var values: [UInt64] = []
    private var size = 0
    private var processor = -1
    private var enabledNanoseconds: UInt64 = 0
    private var stillSince: SampleInstant?
    /// The events begin at 0 wherever they are opened.
    private var isNew = true
    private var backOff = BackOff()

    /// The first `errno` that kept an event from being opened; nil where all are open.
    private(set) var refusal: Int32?

    /// Opens a scope's events.
    ///
    /// - Parameters:
    ///   - events: Their names, and the places of their readings.
    init(_ scope: PerfScope, _ events: [(name: String, place: Int)], in sysfs: SystemRoot, by source: any EventSource) {
        self.scope = scope
        self.sysfs = sysfs
        self.source = source
        slots = events.map { Slot(event: $0.name, place: $0.place) }
        open()
    }

    deinit { close() }

    /// Reads every event with one system call, and puts the readings into their places.
    func read(into readings: inout [Reading]) {
        if !descriptors.isEmpty, readOpened(into: &readings) { return }
        if backOff.isDue {
            open()
            if !descriptors.isEmpty, readOpened(into: &readings) { return }
        }
        for slot in slots { readings[slot.place] = .missing(slot.status) }
    }

    private func readOpened(into readings: inout [Reading]) -> Bool {
        let (source, leader) = (source, descriptors[0])
        var span = values.mutableSpan
        let read = source.read(leader, into: &span)
        guard read == size, values[0] == UInt64(descriptors.count) else {
            // An event that could not be put on its processor any more reads as an end of file (perf_event_open(2)).
            lose(read < 0 ? ReadingStatus(errno: Int32(clamping: -read)) : .io(errno: ENODATA))
            return false
        }
        // What was used while other events had the counter is not in the sum, and nobody knows what it was.
        guard values[1] == values[2] else {
            lose(.io(errno: EBUSY))
            return false
        }
        if values[1] != enabledNanoseconds {
            enabledNanoseconds = values[1]
            stillSince = nil
        } else if isDead() {
            lose(.absent)
            return false
        }
        for index in slots.indices {
            let (place, position) = (slots[index].place, slots[index].position)
            if position < 0 {
                readings[place] = .missing(slots[index].status)
            } else {
                let number = values[3 + position]
                readings[place] = isNew ? .newCount(number) : .count(number)
            }
        }
        isNew = false
        return true
    }

    /// Whether events whose time stands still are dead: the kernel says nothing when it takes their processor away.
    ///
    /// It may also be a clock that is too coarse to show time between two readings.
    private func isDead() -> Bool {
        let now = SampleInstant.now
        let since = stillSince ?? now
        stillSince = since
        if now.boottimeNanoseconds - since.boottimeNanoseconds > 100_000_000 { return true }
        return ProcessorPlace.online(in: sysfs).map { !$0.contains(processor) } ?? false
    }

    private func lose(_ status: ReadingStatus) {
        close()
        for index in slots.indices { slots[index].status = status }
        backOff.noteFault()
    }

    private func close() {
        for descriptor in descriptors { source.close(descriptor) }
        descriptors = []
        for index in slots.indices { slots[index].position = -1 }
    }

    /// Looks for the scope's processor anew, since the kernel may have chosen another, and opens what it can.
    private func open() {
        backOff.take()
        close()
        refusal = nil
        (isNew, enabledNanoseconds, stillSince) = (true, 0, nil)
        var ignored: [Finding] = []
        do throws(AttributeError) {
            let pmu = try PerfPMU(scope.pmu, in: sysfs, findings: &ignored)
            guard let processor = scope.processor(of: pmu, in: sysfs) else {
                return refuse(slots.indices, ENODEV)
            }
            self.processor = processor
            for index in slots.indices { open(index, pmu, on: processor) }
        } catch {
            refuse(slots.indices, error.errno)
        }
        size = 8 * (3 + descriptors.count)
        values = Array(repeating: 0, count: 3 + descriptors.count)
    }

    private func open(_ index: Int, _ pmu: PerfPMU, on processor: Int) {
        guard let event = pmu.events.first(where: { $0.name == slots[index].event }) else {
            return refuse(index..<index + 1, ENOENT)
        }
        let descriptor = source.open(event.code, processor: processor, leader: descriptors.first ?? -1)
        guard descriptor >= 0 else { return refuse(index..<index + 1, -descriptor) }
        slots[index].position = descriptors.count
        slots[index].status = .ok
        slots[index].refusal = nil
        descriptors.append(descriptor)
    }

    private func refuse(_ indices: Range<Int>, _ code: Int32) {
        refusal = refusal ?? code
        for index in indices {
            slots[index].status = ReadingStatus(errno: code)
            slots[index].refusal = code
        }
    }

    /// Whether the driver has an event in its folder and does not know it, as AMD's before Linux 5.17.
    func isUnknown(_ event: String) -> Bool {
        slots.first { $0.event == event }?.refusal.map { [EINVAL, ENOENT, EOPNOTSUPP].contains($0) } ?? false
    }
}

/// Reads perf's events with one system call a PMU scope.
struct PerfReader: SensorReader {
    let channels: [Channel]
    private let groups: [PerfGroup]
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
