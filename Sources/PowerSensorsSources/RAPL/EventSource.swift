import CPowerSensors
import Glibc
package import PowerSensorsCore

/// How an event is identified to its PMU: the PMU's type, and the fields that its `format` folder describes.
package struct EventCode: Hashable, Sendable {
    package var type: UInt32
    package var config: UInt64 = 0
    package var config1: UInt64 = 0
    package var config2: UInt64 = 0

    package init(type: UInt32) { self.type = type }
}

/// Opens and reads perf's events: the kernel, or a test's replacement. A reader calls it once per group, not once per
/// channel.
package protocol EventSource: Sendable {
    /// Whether the PMUs that a tree shows are those whose events would be opened.
    func isShown(in sysfs: SystemRoot) -> Bool

    /// Opens an event on one processor; `leader` is the descriptor of the group's first event, or -1 for that one
    /// itself.
    ///
    /// - Returns: A descriptor, or the negated `errno`.
    func open(_ event: EventCode, processor: Int, leader: CInt) -> CInt

    /// Reads a group: the number of events, nanoseconds enabled, nanoseconds running, and each event's count.
    ///
    /// - Returns: How many bytes were read, or the negated `errno`.
    func read(_ leader: CInt, into values: inout MutableSpan<UInt64>) -> Int

    /// Closes what ``open(_:processor:leader:)`` opened.
    func close(_ descriptor: CInt)
}

/// The kernel's events.
package struct KernelEvents: EventSource {
    package init() {}

    /// True only for a real sysfs: a fixture must never open events of the machine that it is on.
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
