import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// What names an event to its PMU: a type and the fields that the PMU's `format` folder speaks of.
package struct EventCode: Hashable, Sendable {
    package var type: UInt32
    package var config: UInt64 = 0
    package var config1: UInt64 = 0
    package var config2: UInt64 = 0

    package init(type: UInt32) { self.type = type }
}

/// Who opens and reads events: the kernel, or what a test puts in its place.
///
/// A reader asks once a group, never once a channel.
package protocol EventSource: Sendable {
    /// Whether the PMUs that a tree shows are the ones that would be opened.
    func isShown(in sysfs: SystemRoot) -> Bool

    /// Opens an event on one processor; `leader` is the descriptor of the group's first event, or -1 for that one.
    ///
    /// - Returns: A descriptor, or the negated `errno`.
    func open(_ event: EventCode, processor: Int, leader: CInt) -> CInt

    /// Reads a group: how many events, nanoseconds enabled, nanoseconds running, and a number for each event.
    ///
    /// - Returns: How many bytes were read, or the negated `errno`.
    func read(_ leader: CInt, into values: inout MutableSpan<UInt64>) -> Int

    /// Closes what ``open(_:processor:leader:)`` opened.
    func close(_ descriptor: CInt)
}

/// The kernel's own events.
package struct KernelEvents: EventSource {
    package init() {}

    /// Only where the tree is a sysfs: a fixture's numbers must never open events of the machine that it lies on.
    package func isShown(in sysfs: SystemRoot) -> Bool { sysfs.isOnSysfs(PerfPMU.folder) }

    package func open(_ event: EventCode, processor: Int, leader: CInt) -> CInt {
        let event = cpowersensors_event(
            type: event.type, config: event.config, config1: event.config1, config2: event.config2)
        return cpowersensors_open_event(event, CInt(clamping: processor), leader)
    }

    package func read(_ leader: CInt, into values: inout MutableSpan<UInt64>) -> Int {
        unsafe values.withUnsafeMutableBufferPointer { values in
            unsafe values.baseAddress.map { unsafe cpowersensors_read_events(leader, $0, values.count) } ?? 0
        }
    }

    package func close(_ descriptor: CInt) { _ = Glibc.close(descriptor) }
}
