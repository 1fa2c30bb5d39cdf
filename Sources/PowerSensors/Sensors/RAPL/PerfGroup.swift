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
    let scope: PerfScope
    // One sampler owns the group and calls it from one thread at a time, so the run-time checks would only cost.
    @exclusivity(unchecked) private var events: PerfEvents

    /// Opens a scope's events.
    ///
    /// - Parameters:
    ///   - events: Their names, and the places of their readings.
    init(_ scope: PerfScope, _ events: [(name: String, place: Int)], in sysfs: SystemRoot, by source: any EventSource) {
        self.scope = scope
        unsafe self.events = PerfEvents(scope, events, in: sysfs, by: source)
    }

    /// The first `errno` that kept an event from being opened; nil where all are open.
    var refusal: Int32? { unsafe events.refusal }

    /// Reads every event with one system call, and puts the readings into their places.
    func read(into readings: inout [Reading]) { unsafe events.read(into: &readings) }

    /// Goes on with another group's events instead of its own, where that has some of them: they lose nothing.
    ///
    /// The other one is left without any, and must not be read any more.
    func takeOver(_ other: PerfGroup) {
        if other !== self { unsafe events.takeOver(&other.events) }
    }

    /// Whether the driver has an event in its folder and does not know it, as AMD's before Linux 5.17.
    func isUnknown(_ event: String) -> Bool { unsafe events.isUnknown(event) }
}

/// The opened events of a group, and what is known of them.
private struct PerfEvents: ~Copyable {
    private struct Slot {
        let event: String
        /// Where its reading goes.
        let place: Int
        /// Its number's position in the group; negative where it could not be opened.
        var position = -1
        var status = ReadingStatus.absent
        var refusal: Int32?
        /// An event begins at 0 wherever it is opened.
        var isNew = true
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
    private var backOff = BackOff()
    /// When to try again what was refused beside others that were not.
    private var backOffOfRest = BackOff()

    var refusal: Int32? { slots.lazy.compactMap(\.refusal).first }

    init(_ scope: PerfScope, _ events: [(name: String, place: Int)], in sysfs: SystemRoot, by source: any EventSource) {
        self.scope = scope
        self.sysfs = sysfs
        self.source = source
        slots = events.map { Slot(event: $0.name, place: $0.place) }
        open()
    }

    deinit {
        for descriptor in descriptors { source.close(descriptor) }
    }

    mutating func read(into readings: inout [Reading]) {
        if !descriptors.isEmpty {
            if descriptors.count < slots.count, backOffOfRest.isDue { openRest() }
            if readOpened(into: &readings) { return }
        }
        if backOff.isDue {
            open()
            if !descriptors.isEmpty, readOpened(into: &readings) { return }
        }
        for slot in slots { readings[slot.place] = .missing(slot.status) }
    }

    private mutating func readOpened(into readings: inout [Reading]) -> Bool {
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
                if slots[index].isNew {
                    readings[place] = .newCount(number)
                    slots[index].isNew = false
                } else {
                    readings[place] = .count(number)
                }
            }
        }
        return true
    }

    /// Whether events whose time stands still are dead: the kernel says nothing when it takes their processor away.
    ///
    /// It may also be a clock that is too coarse to show time between two readings.
    private mutating func isDead() -> Bool {
        let now = SampleInstant.now
        let since = stillSince ?? now
        stillSince = since
        if now.boottimeNanoseconds - since.boottimeNanoseconds > 100_000_000 { return true }
        return ProcessorPlace.online(in: sysfs).map { !$0.contains(processor) } ?? false
    }

    private mutating func lose(_ status: ReadingStatus) {
        close()
        for index in slots.indices { slots[index].status = status }
        backOff.noteFault()
    }

    private mutating func close() {
        for descriptor in descriptors { source.close(descriptor) }
        descriptors = []
        for index in slots.indices { slots[index].position = -1 }
    }

    mutating func takeOver(_ other: inout PerfEvents) {
        let theirs = other.slots.filter { $0.position >= 0 }
        let isWithin = theirs.allSatisfy { slot in slots.contains { $0.event == slot.event } }
        guard other.scope == scope, !theirs.isEmpty, isWithin else { return }
        close()
        (descriptors, values, size) = (other.descriptors, other.values, other.size)
        (processor, enabledNanoseconds, stillSince) = (other.processor, other.enabledNanoseconds, other.stillSince)
        other.descriptors = []
        for index in slots.indices {
            guard let slot = theirs.first(where: { $0.event == slots[index].event }) else {
                slots[index].status = .absent
                continue
            }
            (slots[index].position, slots[index].isNew) = (slot.position, slot.isNew)
            (slots[index].status, slots[index].refusal) = (.ok, nil)
        }
        if descriptors.count < slots.count { openRest() }
    }

    /// Looks for the scope's processor anew, since the kernel may have chosen another, and opens what it can.
    private mutating func open() {
        backOff.take()
        close()
        (enabledNanoseconds, stillSince, backOffOfRest) = (0, nil, BackOff())
        backOffOfRest.take()
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
        makeRoom()
    }

    /// Tries again what was refused beside others: it joins their group, whose numbers go on.
    private mutating func openRest() {
        backOffOfRest.take()
        var ignored: [Finding] = []
        guard let pmu = try? PerfPMU(scope.pmu, in: sysfs, findings: &ignored) else { return }
        for index in slots.indices where slots[index].position < 0 { open(index, pmu, on: processor) }
        makeRoom()
    }

    private mutating func makeRoom() {
        size = 8 * (3 + descriptors.count)
        values = Array(repeating: 0, count: 3 + descriptors.count)
    }

    private mutating func open(_ index: Int, _ pmu: PerfPMU, on processor: Int) {
        guard let event = pmu.events.first(where: { $0.name == slots[index].event }) else {
            return refuse(index..<index + 1, ENOENT)
        }
        let descriptor = source.open(event.code, processor: processor, leader: descriptors.first ?? -1)
        guard descriptor >= 0 else { return refuse(index..<index + 1, -descriptor) }
        slots[index].position = descriptors.count
        (slots[index].status, slots[index].refusal, slots[index].isNew) = (.ok, nil, true)
        descriptors.append(descriptor)
    }

    private mutating func refuse(_ indices: Range<Int>, _ code: Int32) {
        for index in indices {
            slots[index].status = ReadingStatus(errno: code)
            slots[index].refusal = code
        }
    }

    func isUnknown(_ event: String) -> Bool {
        slots.first { $0.event == event }?.refusal.map { [EINVAL, ENOENT, EOPNOTSUPP].contains($0) } ?? false
    }
}
