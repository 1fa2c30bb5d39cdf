import CPowerSensors
import Glibc
import PowerSensorsCore

/// What the kernel says of a process when it has ended.
package struct ExitRecord: Sendable {
    package let number: Int32

    /// The number of the process that waits for it.
    package let parent: Int32

    /// The time that its threads have run, in nanoseconds.
    package let nanoseconds: UInt64

    package init(number: Int32, parent: Int32, nanoseconds: UInt64) {
        (self.number, self.parent, self.nanoseconds) = (number, parent, nanoseconds)
    }
}

/// Where records of ended processes come from.
package protocol ExitRecordSource: AnyObject {
    /// The records that came since the previous call; nil once there will be no more.
    func take() -> [ExitRecord]?
}

/// The kernel's records of ended processes (taskstats, Documentation/accounting/taskstats.rst).
///
/// The kernel keeps them until they are read, up to some thousands. What it drops is not lost: the time of those
/// processes is then counted when somebody waits for them, as without records.
final class KernelExitRecords: ExitRecordSource {
    private let descriptor: CInt
    private var buffer = Array(repeating: cpowersensors_exit_record(), count: 256)

    /// Asks for records from now on; nil without the right (CAP_NET_ADMIN), and where processes have other numbers in
    /// the procfs that is used than the kernel has.
    init?(_ roots: SystemRoots) {
        guard roots.procfs.readLink("self") == String(getpid()),
            let processors = try? roots.sysfs.text("devices/system/cpu/possible")
        else { return nil }
        descriptor = unsafe cpowersensors_open_exit_records(processors)
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    func take() -> [ExitRecord]? {
        var records: [ExitRecord] = []
        while true {
            let capacity = buffer.count
            let count = unsafe cpowersensors_read_exit_records(descriptor, &buffer, capacity)
            if count < 0 { return nil }
            for one in buffer.prefix(count) {
                records.append(ExitRecord(number: one.number, parent: one.parent, nanoseconds: one.nanoseconds))
            }
            if count < capacity { return records }
        }
    }
}
