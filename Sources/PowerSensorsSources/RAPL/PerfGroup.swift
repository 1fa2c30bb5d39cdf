import Glibc
import PowerSensorsCore
import PowerSensorsMachine

/// The part of the machine that a PMU counts for: a package, a die or a core. The PMU's `cpumask` names one processor
/// in it, on which its events are opened.
struct PerfScope: Hashable, Sendable {
    /// The PMU's name.
    let pmu: String

    /// The package's number.
    let socket: Int

    /// Nil if the PMU counts whole packages.
    var die: Int?

    /// Nil unless the PMU counts single cores.
    var core: Int?

    /// The processor in this part that the PMU's `cpumask` currently names; nil if all processors of the part are
    /// offline.
    func processor(of pmu: PerfPMU, in sysfs: SystemRoot) -> Int? {
        pmu.processors.first { processor in
            guard let location = ProcessorLocation(of: processor, in: sysfs), location.socket == socket
            else { return false }
            return (die ?? location.die) == location.die && (core ?? location.core) == location.core
        }
    }
}

/// Holds ``PerfEvents`` as a class, so that they can be stored in an array: the struct itself cannot be copied.
final class PerfGroup {
    // One sampler owns the group and calls it from one thread at a time, so the run-time checks would only cost.
    @exclusivity(unchecked) var events: PerfEvents

    init(_ events: consuming PerfEvents) { unsafe self.events = events }
}

/// The events of one ``PerfScope``, opened as a group: one system call reads them all, at the same instant.
///
/// It owns its descriptors. When they fail, for example because the last processor of the package was switched off, it
/// opens them again with a ``BackOff``.
struct PerfEvents: ~Copyable {
    /// One event of the group, whether or not it could be opened.
    private struct Slot {
        /// The event's name.
        let event: String
        /// The index of its reading among those of the reader.
        let readingIndex: Int
        /// The position of its count in the group; nil if it is not open.
        var position: Int?
        /// Why there is no count; used while it is not open.
        var status = ReadingStatus.absent
        /// The `errno` with which the kernel refused to open it; nil if it is open.
        var refusal: Int32?
        /// Whether it was opened after the latest reading, so that its count has started at 0.
        var isNew = true
    }

    let scope: PerfScope
    private let sysfs: SystemRoot
    private let source: any EventSource
    private let isPinned: Bool
    private var slots: [Slot]
    private var descriptors: [CInt] = []
    /// What a read returns: the number of events, the nanoseconds for which they were enabled, those for which they
    /// were counting, and the counts.
    private var values: [UInt64] = []
    /// The processor on which they are open; nil if none can be.
    private var processor: Int?
    /// The nanoseconds for which they were enabled, at the latest reading.
    private var enabledNanoseconds: UInt64 = 0
    /// When a reading first found that these nanoseconds do not advance; nil while they do.
    private var stoppedSince: SampleInstant?
    private var backOff = BackOff()
    /// When to try again to open events that were refused while others of the group were not.
    private var refusedBackOff = BackOff(longest: .seconds(30))

    /// The first `errno` with which the kernel refused to open an event; nil if all are open.
    var refusal: Int32? { slots.lazy.compactMap(\.refusal).first }

    /// The events that the kernel refused to open, each with the `errno`.
    var refusals: [(event: String, errno: Int32)] {
        slots.compactMap { slot in slot.refusal.map { (slot.event, $0) } }
    }

    /// Opens a scope's events.
    ///
    /// - Parameters:
    ///   - events: Their names, and where ``read(into:)`` puts their readings.
    ///   - isPinned: Whether other programs' events may not take them off, see ``EventSource``.
    init(
        _ scope: PerfScope, _ events: [(name: String, readingIndex: Int)], in sysfs: SystemRoot,
        by source: any EventSource, isPinned: Bool
    ) {
        self.scope = scope
        self.sysfs = sysfs
        self.source = source
        self.isPinned = isPinned
        slots = events.map { Slot(event: $0.name, readingIndex: $0.readingIndex) }
        open()
    }

    deinit {
        for descriptor in descriptors { source.close(descriptor) }
    }

    /// Reads every event with one system call.
    mutating func read(into readings: inout [Reading]) {
        if !descriptors.isEmpty {
            if descriptors.count < slots.count, refusedBackOff.isDue { openMissing() }
            if readOpened(into: &readings) { return }
        }
        if backOff.isDue {
            open()
            if !descriptors.isEmpty, readOpened(into: &readings) { return }
        }
        for slot in slots { readings[slot.readingIndex] = .missing(slot.status) }
    }

    private mutating func readOpened(into readings: inout [Reading]) -> Bool {
        let (source, leader) = (source, descriptors[0])
        let size = 8 * values.count
        var span = values.mutableSpan
        let read = source.read(leader, into: &span)
        guard read == size, values[0] == UInt64(descriptors.count) else {
            // An event that can no longer run on its processor reads as an end of file (perf_event_open(2)).
            fail(read < 0 ? ReadingStatus(errno: Int32(clamping: -read)) : .io(errno: ENODATA))
            return false
        }
        // If they were not counting all the time, since other events used the hardware, the counts lack energy.
        guard values[1] == values[2] else {
            fail(.io(errno: EBUSY))
            return false
        }
        if values[1] != enabledNanoseconds {
            enabledNanoseconds = values[1]
            stoppedSince = nil
        } else if isDead() {
            fail(.absent)
            return false
        }
        for index in slots.indices {
            let readingIndex = slots[index].readingIndex
            guard let position = slots[index].position else {
                readings[readingIndex] = .missing(slots[index].status)
                continue
            }
            let count = values[3 + position]
            if slots[index].isNew {
                readings[readingIndex] = .newCount(count)
                // Only then, since every write checks that nobody shares the array.
                slots[index].isNew = false
            } else {
                readings[readingIndex] = .count(count)
            }
        }
        return true
    }

    /// Whether events whose time does not advance no longer count, because their processor was switched off: the kernel
    /// returns their old counts without an error.
    ///
    /// The other possibility is a clock that is too coarse to show the time between two readings. So the events count
    /// as dead only after 0.1 s, or if their processor is offline.
    private mutating func isDead() -> Bool {
        let now = SampleInstant.now
        let since = stoppedSince ?? now
        stoppedSince = since
        if now.monotonicNanoseconds - since.monotonicNanoseconds > 100_000_000 { return true }
        guard let processor, let online = ProcessorLocation.online(in: sysfs) else { return false }
        return !online.contains(processor)
    }

    private mutating func fail(_ status: ReadingStatus) {
        close()
        for index in slots.indices { slots[index].status = status }
        backOff.recordFailure()
    }

    private mutating func close() {
        for descriptor in descriptors { source.close(descriptor) }
        descriptors = []
        for index in slots.indices { slots[index].position = nil }
    }

    /// Takes over the open events of another group of the same scope, so that their counts continue. The other group is
    /// left without events and must not be read any more.
    mutating func resume(from other: inout PerfEvents) {
        let theirs = other.slots.filter { $0.position != nil }
        let isSubset = theirs.allSatisfy { slot in slots.contains { $0.event == slot.event } }
        guard other.scope == scope, !theirs.isEmpty, isSubset else { return }
        close()
        (descriptors, values) = (other.descriptors, other.values)
        (processor, enabledNanoseconds, stoppedSince) = (other.processor, other.enabledNanoseconds, other.stoppedSince)
        other.descriptors = []
        for index in slots.indices {
            guard let slot = theirs.first(where: { $0.event == slots[index].event }) else {
                slots[index].status = .absent
                continue
            }
            (slots[index].position, slots[index].isNew) = (slot.position, slot.isNew)
            (slots[index].status, slots[index].refusal) = (.ok, nil)
        }
        if descriptors.count < slots.count { openMissing() }
    }

    /// Opens the events again, as far as possible, on the processor that the kernel currently names for the scope.
    private mutating func open() {
        backOff.recordAttempt()
        close()
        (enabledNanoseconds, stoppedSince, refusedBackOff) = (0, nil, BackOff(longest: .seconds(30)))
        openMissing()
    }

    /// Tries to open the events that are not open. If others are, they join their group, whose counts continue.
    private mutating func openMissing() {
        refusedBackOff.recordAttempt()
        var ignored: [Finding] = []
        do throws(AttributeError) {
            let pmu = try PerfPMU(scope.pmu, in: sysfs, findings: &ignored)
            if descriptors.isEmpty { processor = scope.processor(of: pmu, in: sysfs) }
            for index in slots.indices where slots[index].position == nil { open(index, pmu) }
        } catch {
            if descriptors.isEmpty { for index in slots.indices { refuse(index, error.errno) } }
        }
        values = Array(repeating: 0, count: 3 + descriptors.count)
    }

    private mutating func open(_ index: Int, _ pmu: PerfPMU) {
        guard let processor else { return refuse(index, ENODEV) }
        guard let event = pmu.events.first(where: { $0.name == slots[index].event }) else {
            return refuse(index, ENOENT)
        }
        let leader = descriptors.first ?? -1
        let descriptor = source.open(event.code, processor: processor, leader: leader, isPinned: isPinned)
        guard descriptor >= 0 else { return refuse(index, -descriptor) }
        slots[index].position = descriptors.count
        (slots[index].status, slots[index].refusal, slots[index].isNew) = (.ok, nil, true)
        descriptors.append(descriptor)
    }

    /// Records that an event could not be opened.
    private mutating func refuse(_ index: Int, _ code: Int32) {
        slots[index].status = ReadingStatus(errno: code)
        slots[index].refusal = code
    }

    /// Whether the driver lists an event that it does not support, as happens on AMD before Linux 5.17.
    func isUnknown(_ event: String) -> Bool {
        slots.first { $0.event == event }?.refusal.map { [EINVAL, ENOENT, EOPNOTSUPP].contains($0) } ?? false
    }
}
