import CPowerSensors
import Glibc
package import PowerSensorsCore
package import PowerSensorsMachine

// What can be wrong with perf's events, and how to fix it.

extension Finding {
    /// The sysfs is not that of the running kernel, for example a test's: perf would count the machine that this
    /// process runs on, and not the one that this sysfs describes.
    static func eventsOfOtherTree(_ sysfs: SystemRoot) -> Finding {
        Finding(
            severity: .error, subject: PerfPMU.folder, reason: .absent,
            text: "\(sysfs.path) is not the sysfs of the running kernel, so perf cannot count the events in it.",
            remedy: "Leave out --sysfs, or give a mount of the real sysfs; or use --sensor rapl:powercap")
    }

    /// There is no PMU (performance monitoring unit, a group of perf events) that counts energy.
    static let noPMU = Finding(
        severity: .error, subject: PerfPMU.path(of: "power"), reason: .absent,
        text: "The kernel has no perf events for energy: its driver is not loaded, or does not support the processor.",
        remedy: "Load the driver: sudo modprobe rapl")

    /// A PMU that lists no events, or no processors on which they can be read.
    static func emptyPMU(_ pmu: PerfPMU) -> Finding {
        Finding(
            severity: .warning, subject: pmu.path, reason: .absent,
            text: pmu.events.isEmpty
                ? "The PMU has no event that counts joules." : "No processor counts for the PMU: its cpumask is empty.",
            remedy: "Read the domains through powercap: --sensor rapl:powercap")
    }

    /// Events that the driver lists but cannot count.
    static func emptyEvents(_ pmu: String, _ events: [String]) -> Finding {
        Finding(
            severity: .info, subject: PerfPMU.path(of: pmu), reason: .absent,
            text: "Listed by the kernel, but perf cannot count it here: \(events.joined(separator: ", ")).")
    }

    /// A PMU none of whose events counts.
    static func countlessPMU(_ pmu: String) -> Finding {
        Finding(
            severity: .warning, subject: PerfPMU.path(of: pmu), reason: .absent,
            text: "None of the PMU's events counts here.",
            remedy: "Read the domains through powercap: --sensor rapl:powercap")
    }

    /// An event with malformed files.
    static func unusableEvent(_ path: String, _ text: String) -> Finding {
        Finding(
            severity: .warning, subject: path, reason: .malformed, text: "\(text).",
            remedy: "Read the domain through powercap: --sensor rapl:powercap")
    }

    /// The package that a processor belongs to is unknown.
    static func unknownLocation(of processor: Int) -> Finding {
        Finding(
            severity: .warning, subject: "\(ProcessorLocation.folder)/cpu\(processor)/topology", reason: .malformed,
            text: "The kernel does not name the package of processor \(processor), so its counters cannot be assigned.",
            remedy: "Read the domains through powercap: --sensor rapl:powercap")
    }

    /// There are counters of single cores. They are read only on request.
    static func coresLeftOut(_ path: String, by mechanism: RAPLMechanism) -> Finding {
        Finding(
            severity: .info, subject: path, reason: .unread,
            text: "Each core has a counter; they are not read, since every sample would wake up every core.",
            remedy: "To read them anyway: --sensor rapl:\(mechanism)")
    }

    /// The kernel refused to open an event.
    static func refused(_ pmu: String, errno code: Int32, _ roots: SystemRoots) -> Finding {
        let subject = PerfPMU.path(of: pmu)
        guard [EACCES, EPERM, ENOSYS].contains(code) else {
            return Finding(
                severity: .warning, subject: subject, reason: Finding.Reason(ReadingStatus(errno: code)),
                text: "The kernel lists an event of the PMU but cannot open it: \(systemMessage(errno: code)).",
                remedy: Finding.remedy(ofErrno: code) ?? "Read the domains through powercap: --sensor rapl:powercap")
        }
        let level = (try? roots.procfs.text(paranoiaPath)).flatMap { Int($0) }
        return missingRight(
            subject, at: level, HostEnvironment(roots), bounding: cpowersensors_may_gain_capability(perfmon))
    }

    /// The kernel refused to open an event, for lack of a right: which one, and how this process can get it.
    ///
    /// - Parameters:
    ///   - subject: The PMU's folder.
    ///   - level: The level of kernel.perf_event_paranoid; nil if unknown.
    ///   - environment: The environment with the process's capabilities.
    ///   - bounding: Whether the process's bounding set, the limit of all its capabilities, has CAP_PERFMON: 1 or 0, or
    ///     negative if the kernel does not know that capability, which exists since Linux 5.8.
    package static func missingRight(
        _ subject: String, at level: Int?, _ environment: HostEnvironment, bounding: Int32
    ) -> Finding {
        let hasPerfmon = environment.has(Int(perfmon))
        let setting = "kernel.perf_event_paranoid is \(level.map(String.init) ?? "unknown")"
        func finding(_ text: String, remedy: String) -> Finding {
            Finding(severity: .warning, subject: subject, reason: .forbidden, text: text, remedy: remedy)
        }
        // The kernel asks for the rights of the initial user namespace (`perfmon_capable` in its capability.h).
        if !environment.namespace.isInitial, (level ?? 1) > 0 {
            return finding(
                "perf is not allowed to count here: \(setting), and this process has its rights only in"
                    + " \(environment.namespace.words).",
                remedy: "Start it in the host's own user namespace with CAP_PERFMON, or have the host's administrator"
                    + " let every program count: Docs/Permissions.md")
        }
        // At level 3 and above, the kernels of Debian and its derivatives do not accept CAP_PERFMON. Other kernels
        // treat these levels like level 2.
        let mayIgnorePerfmon = (level ?? 1) >= 3
        // CAP_SYS_ADMIN, whose number is 21, was required before Linux 5.8, and is still accepted.
        if environment.has(21) || (level ?? 1) <= 0 || (hasPerfmon && !mayIgnorePerfmon) {
            return environment.hasSystemCallFilter == false
                ? finding(
                    "perf is refused, although this process has the rights (\(setting)) and no filter of system calls"
                        + " is in force.",
                    remedy: "See whether the kernel says why, such as a security module: sudo dmesg")
                : finding(
                    "perf is refused, although this process has the rights (\(setting)): a filter of system calls"
                        + " blocks it.",
                    remedy:
                        "Allow perf_event_open in the container's seccomp profile, or the service's SystemCallFilter.")
        }
        if bounding < 0 {
            return finding(
                "perf is not allowed to count here: \(setting), and before Linux 5.8 that requires CAP_SYS_ADMIN.",
                remedy: "Run it as root: sudo \(programPath) — or let every program count:"
                    + " sudo sysctl kernel.perf_event_paranoid=0")
        }
        // A program's file can give it a capability (setcap(8)) only within the bounding set, as not in some containers.
        let right = bounding == 1 ? "sudo setcap cap_perfmon=ep \(programPath)" : "docker run --cap-add PERFMON …"
        let remedies = [
            mayIgnorePerfmon
                ? "Let CAP_PERFMON suffice, as it does up to level 2: sudo sysctl kernel.perf_event_paranoid=2" : nil,
            hasPerfmon ? nil : "\(mayIgnorePerfmon ? "and give" : "Give") the program CAP_PERFMON: \(right)",
            "or let every program count: sudo sysctl kernel.perf_event_paranoid=0",
        ]
        return finding(
            mayIgnorePerfmon
                ? "perf is not allowed to count here: \(setting), where some kernels accept only CAP_SYS_ADMIN."
                : "perf is not allowed to count here: \(setting), and this process lacks the capability CAP_PERFMON.",
            remedy: remedies.compactMap(\.self).joined(separator: " — "))
    }

    /// The number of CAP_PERFMON (capabilities(7)).
    private static let perfmon: Int32 = 38

    /// The file with the level of kernel.perf_event_paranoid. Above 0, counting the events of a whole processor
    /// requires CAP_PERFMON (Documentation/admin-guide/perf-security.rst).
    static let paranoiaPath = "sys/kernel/perf_event_paranoid"

    /// The running program's file, for commands that change its rights.
    static var programPath: String { SystemRoot(mountPoint: "/proc").readLink("self/exe") ?? "PROGRAM" }
}
