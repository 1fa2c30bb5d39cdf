import CPowerSensors
import Glibc
package import PowerSensorsCore
import PowerSensorsMachine

// What can be wrong with perf's events, and how to fix it.

extension Finding {
    /// perf would count the machine that this process runs on, not the one that the tree shows.
    static func eventsOfOtherTree(_ sysfs: SystemRoot) -> Finding {
        Finding(
            severity: .error, subject: PerfPMU.folder, reason: .absent,
            text: "\(sysfs.path) is not the sysfs of the running kernel, so perf cannot count the events in it.",
            remedy: "Leave out --sysfs, or give a mount of the real sysfs; or use --sensor rapl:powercap")
    }

    static let noPMU = Finding(
        severity: .error, subject: PerfPMU.path(of: "power"), reason: .absent,
        text: "The kernel has no perf events for energy: its driver is not loaded, or does not know the processor.",
        remedy: "Load the driver: sudo modprobe rapl")

    /// A PMU without events, or without processors.
    static func emptyPMU(_ pmu: PerfPMU) -> Finding {
        Finding(
            severity: .warning, subject: pmu.path, reason: .absent,
            text: pmu.events.isEmpty
                ? "The PMU has no event that counts joules." : "No processor counts for the PMU: its cpumask is empty.",
            remedy: "Reload the driver: sudo modprobe -r rapl && sudo modprobe rapl")
    }

    /// An event with malformed files.
    static func unusableEvent(_ path: String, _ text: String) -> Finding {
        Finding(
            severity: .warning, subject: path, reason: .malformed, text: "\(text).",
            remedy: "Read the domain by powercap: --sensor rapl:powercap")
    }

    /// A processor whose package is unknown.
    static func unknownLocation(of processor: Int) -> Finding {
        Finding(
            severity: .warning, subject: "\(ProcessorLocation.folder)/cpu\(processor)/topology", reason: .malformed,
            text: "The kernel does not tell the package of processor \(processor), so its counters cannot be assigned.",
            remedy: "Mount the whole sysfs, or read the domains by powercap: --sensor rapl:powercap")
    }

    /// Counters of single cores, which are read only on request.
    static func coresLeftOut(_ path: String, by mechanism: RAPLMechanism) -> Finding {
        Finding(
            severity: .info, subject: path, reason: .unread,
            text: "Each core has a counter; they are not read, since every sample would wake up every core.",
            remedy: "To read them anyway: --sensor rapl:\(mechanism)")
    }

    /// The kernel refused to open an event.
    static func refused(_ pmu: String, errno code: Int32, _ procfs: SystemRoot) -> Finding {
        let subject = PerfPMU.path(of: pmu)
        guard [EACCES, EPERM, ENOSYS].contains(code) else {
            return Finding(
                severity: .warning, subject: subject, reason: Finding.Reason(ReadingStatus(errno: code)),
                text: "The kernel lists an event of the PMU but does not open it: \(systemMessage(errno: code)).",
                remedy: code == EMFILE
                    ? "Allow more open files: ulimit -n 65536"
                    : "Reload the driver, or read the domains by powercap: --sensor rapl:powercap")
        }
        let level = (try? procfs.text(paranoiaPath)).flatMap { Int($0) }
        return refused(subject, level: level, PerfRights.ofThisProcess)
    }

    /// The kernel refused to open an event for a process with these rights, at this level of
    /// kernel.perf_event_paranoid.
    package static func refused(_ subject: String, level: Int?, _ rights: PerfRights) -> Finding {
        let setting = "kernel.perf_event_paranoid is \(level.map(String.init) ?? "unknown")"
        func finding(_ text: String, remedy: String) -> Finding {
            Finding(severity: .warning, subject: subject, reason: .forbidden, text: text, remedy: remedy)
        }
        // At level 3 and above, kernels of Debian and its derivatives do not accept CAP_PERFMON; others treat that as
        // 2.
        let isLocked = (level ?? 1) >= 3
        if rights.hasAdministration || rights.kernelHasPerfmon && rights.hasPerfmon && !isLocked || (level ?? 1) <= 0 {
            return finding(
                "perf is refused although the process has the rights (\(setting)): by a filter of system calls.",
                remedy: "Allow perf_event_open in the container's seccomp profile, or the service's SystemCallFilter.")
        }
        if !rights.kernelHasPerfmon {
            return finding(
                "perf may not count here: \(setting), and before Linux 5.8 that takes CAP_SYS_ADMIN.",
                remedy: "Run it as root: sudo \(programPath) — or let every program count:"
                    + " sudo sysctl kernel.perf_event_paranoid=0")
        }
        let right =
            rights.mayGainPerfmon ? "sudo setcap cap_perfmon=ep \(programPath)" : "docker run --cap-add PERFMON …"
        let remedies = [
            isLocked
                ? "Let CAP_PERFMON suffice, as it does up to level 2: sudo sysctl kernel.perf_event_paranoid=2" : nil,
            rights.hasPerfmon ? nil : "\(isLocked ? "and give" : "Give") it to the program: \(right)",
            "or let every program count: sudo sysctl kernel.perf_event_paranoid=0",
        ]
        return finding(
            isLocked
                ? "perf may not count here: \(setting), at which some kernels accept only CAP_SYS_ADMIN."
                : "perf may not count here: \(setting), and this process lacks the capability CAP_PERFMON.",
            remedy: remedies.compactMap(\.self).joined(separator: " — "))
    }

    /// Above 0, counting a whole processor takes CAP_PERFMON (Documentation/admin-guide/perf-security.rst).
    static let paranoiaPath = "sys/kernel/perf_event_paranoid"

    /// The running program's file, for commands that change its rights.
    static var programPath: String { SystemRoot(mountPoint: "/proc").readLink("self/exe") ?? "PROGRAM" }
}

/// A process's rights to count by perf.
package struct PerfRights {
    /// CAP_PERFMON, since Linux 5.8.
    let hasPerfmon: Bool

    /// CAP_SYS_ADMIN, which was required before.
    let hasAdministration: Bool

    /// Whether a file's capabilities could grant CAP_PERFMON: not if a container's bounding set lacks it.
    let mayGainPerfmon: Bool

    /// Whether the kernel has this capability at all.
    let kernelHasPerfmon: Bool

    package init(
        hasPerfmon: Bool, hasAdministration: Bool, mayGainPerfmon: Bool, kernelHasPerfmon: Bool = true
    ) {
        self.kernelHasPerfmon = kernelHasPerfmon
        self.hasPerfmon = hasPerfmon
        self.hasAdministration = hasAdministration
        self.mayGainPerfmon = mayGainPerfmon
    }

    static var ofThisProcess: PerfRights {
        // The numbers are those of capabilities(7).
        PerfRights(
            hasPerfmon: cpowersensors_has_capability(38) != 0,
            hasAdministration: cpowersensors_has_capability(21) != 0,
            mayGainPerfmon: cpowersensors_may_gain_capability(38) != 0,
            kernelHasPerfmon: cpowersensors_knows_capability(38) != 0
        )
    }
}
