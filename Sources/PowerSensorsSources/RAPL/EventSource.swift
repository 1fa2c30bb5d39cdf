import CPowerSensors
import Glibc
package import PowerSensorsCore

/// What identifies an event for perf_event_open(2): the type of its PMU, and up to three numbers whose bits the PMU's
/// `format` folder describes.
package struct EventCode: Hashable, Sendable {
    package var type: UInt32
    package var config: UInt64 = 0
    package var config1: UInt64 = 0
    package var config2: UInt64 = 0

    package init(type: UInt32) { self.type = type }
}

/// Opens and reads perf's events: either the kernel or, in tests, a replacement for it. A reader calls it once per
/// group of events, not once per channel.
package protocol EventSource: Sendable {
    /// Whether the PMUs in a sysfs are the ones whose events would be opened.
    func isShown(in sysfs: SystemRoot) -> Bool

    /// Opens an event on one processor. `leader` is the descriptor of the group's first event; it is -1 when that event
    /// itself is opened.
    ///
    /// While the kernel opens an event, it takes the PMU's other events on that processor off for a moment, and their sums lack
    /// the energy of it (`ctx_resched` in kernel/events/core.c). A pinned group is taken off for pinned events only, which
    /// hardly any program opens. So what is read for long is pinned, and what is only tried is not.
    ///
    /// - Returns: A descriptor, or the negated `errno`.
    func open(_ event: EventCode, processor: Int, leader: CInt, isPinned: Bool) -> CInt

    /// Reads a group into `values`: the number of events, the nanoseconds for which they were enabled, the nanoseconds
    /// for which they were counting, and each event's count.
    ///
    /// - Returns: How many bytes were read, or the negated `errno`.
    func read(_ leader: CInt, into values: inout MutableSpan<UInt64>) -> Int

    /// Closes a descriptor that ``open(_:processor:leader:)`` returned.
    func close(_ descriptor: CInt)
}

/// The kernel's events.
package struct KernelEvents: EventSource {
    package init() {}

    /// True only for a real sysfs: with a test's sysfs, events of the machine that the test runs on must not be opened.
    package func isShown(in sysfs: SystemRoot) -> Bool { sysfs.isOnSysfs(PerfPMU.folder) }

    package func open(_ event: EventCode, processor: Int, leader: CInt, isPinned: Bool) -> CInt {
        let event = cpowersensors_event(
            type: event.type, config: event.config, config1: event.config1, config2: event.config2)
        // An event that is closed loses its count, so it stays open or is not read at all.
        guard DescriptorBudget.ofProcess.take(.event) == 1 else { return -EMFILE }
        let descriptor = cpowersensors_open_event(event, CInt(clamping: processor), leader, isPinned ? 1 : 0)
        if descriptor < 0 { DescriptorBudget.ofProcess.giveBack(.event) }
        return descriptor
    }

    package func read(_ leader: CInt, into values: inout MutableSpan<UInt64>) -> Int {
        unsafe values.withUnsafeMutableBufferPointer { values in
            unsafe values.baseAddress.map { unsafe cpowersensors_read_events(leader, $0, values.count) } ?? 0
        }
    }

    package func close(_ descriptor: CInt) {
        _ = Glibc.close(descriptor)
        DescriptorBudget.ofProcess.giveBack(.event)
    }
}
