import CPowerSensors
import Glibc
package import PowerSensorsCore

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
        guard let descriptor = Self.open(roots), descriptor >= 0 else { return nil }
        self.descriptor = descriptor
    }

    /// The `errno` by which the kernel refuses records; nil if it does not, or processes have other numbers.
    static func refusal(_ roots: SystemRoots) -> CInt? {
        guard let descriptor = open(roots) else { return nil }
        if descriptor < 0 { return -descriptor }
        close(descriptor)
        return nil
    }

    /// Asks for records: a descriptor or a negative `errno`; nil if processes have other numbers.
    private static func open(_ roots: SystemRoots) -> CInt? {
        guard roots.procfs.readLink("self") == String(getpid()),
            let processors = try? roots.sysfs.text("devices/system/cpu/possible")
        else { return nil }
        return unsafe cpowersensors_open_exit_records(processors)
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

extension Finding {
    /// What the finding about records of ended processes is about.
    package static let exitRecords = "taskstats"

    /// Why the kernel's records of ended processes cannot be had; nil if they can, or processes have other numbers.
    package static func noExitRecords(_ roots: SystemRoots) -> Finding? {
        guard let errno = KernelExitRecords.refusal(roots) else { return nil }
        let text = "The kernel's records of ended processes cannot be had"
        let rest =
            " Without them, what a process used that no scan has seen is known once somebody waits for it, as nearly"
            + " everybody does."
        let remedy =
            "If much is short_lived, run as root or with CAP_NET_ADMIN, as a service by 10-devices.conf: see Docs/Attribution.md"
        switch errno {
        case EPERM, EACCES:
            return Finding(
                severity: .info, subject: exitRecords, reason: .forbidden,
                text: "\(text) without CAP_NET_ADMIN.\(rest)",
                remedy: remedy)
        case EAFNOSUPPORT:
            return Finding(
                severity: .info, subject: exitRecords, reason: .forbidden,
                text: "\(text), since this process may not use AF_NETLINK.\(rest)", remedy: remedy)
        case ENOENT, EINVAL:
            return Finding(
                severity: .info, subject: exitRecords, reason: .unsupported,
                text:
                    "\(text): they are in the first name spaces of users, processes and the network, if the kernel has them."
                    + rest)
        default:
            let status = ReadingStatus(errno: errno)
            return Finding(
                severity: .info, subject: exitRecords, reason: Reason(status),
                text: "\(text): \(systemMessage(errno: errno)).\(rest)")
        }
    }
}
