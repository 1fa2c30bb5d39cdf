import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

extension Finding {
    /// perf would count the machine that runs this, and not the one that the tree shows.
    static func noEventsOfThisTree(_ sysfs: SystemRoot) -> Finding {
        Finding(
            severity: .error, subject: PerfPMU.folder, reason: "absent",
            text: "\(sysfs.path) is not the sysfs of the running kernel, so perf's events are not those it shows.",
            remedy: "Leave out --sysfs, or name a mount of the real one; or use --sensor rapl:powercap")
    }

    /// There is no PMU of energy.
    static func noPMU() -> Finding {
        Finding(
            severity: .error, subject: PerfPMU.path(of: "power"), reason: "absent",
            text: "The kernel has no perf events of energy: the driver is not loaded, or does not know the processor.",
            remedy: "Load the driver: sudo modprobe rapl")
    }

    /// A PMU without events, or without processors.
    static func idlePMU(_ pmu: PerfPMU) -> Finding {
        Finding(
            severity: .warning, subject: pmu.path, reason: "absent",
            text: pmu.events.isEmpty
                ? "The PMU has no event that counts joules." : "No processor counts for the PMU: its cpumask is empty.",
            remedy: "Load the driver again: sudo modprobe -r rapl && sudo modprobe rapl")
    }

    /// An event whose files make no sense.
    static func unusableEvent(_ path: String, _ text: String) -> Finding {
        Finding(
            severity: .warning, subject: path, reason: "malformed", text: "\(text).",
            remedy: "Read the domain by powercap: --sensor rapl:powercap")
    }

    /// Nobody knows which package a processor's counters are of.
    static func unknownPlace(of processor: Int) -> Finding {
        Finding(
            severity: .warning, subject: "\(ProcessorPlace.folder)/cpu\(processor)/topology", reason: "malformed",
            text: "The kernel does not tell the package of processor \(processor), so its counters cannot be named.",
            remedy: "Mount the whole of sysfs, or read the domains by powercap: --sensor rapl:powercap")
    }

    /// Registers of single cores are there, and are read only when asked for.
    static func coresLeftOut(_ path: String, by mechanism: RaplMechanism) -> Finding {
        Finding(
            severity: .info, subject: path, reason: "unread",
            text: "Each core has a counter; they are not read, since every sample would wake up every core.",
            remedy: "To read them all the same: --sensor rapl:\(mechanism)")
    }

    /// The kernel refuses an event: what is in the way, and the command that clears it.
    static func refused(_ pmu: String, errno code: Int32, _ procfs: SystemRoot) -> Finding {
        let subject = PerfPMU.path(of: pmu)
        guard [EACCES, EPERM, ENOSYS].contains(code) else {
            return Finding(
                severity: .warning, subject: subject, reason: ReadingStatus(errno: code).name,
                text: "The kernel shows an event of the PMU and does not open it: \(systemMessage(errno: code)).",
                remedy: code == EMFILE
                    ? "Allow more open files: ulimit -n 65536"
                    : "Load the driver again, or read the domains by powercap: --sensor rapl:powercap")
        }
        let level = (try? procfs.text(paranoiaPath)).flatMap { Int($0) }
        return refused(subject, level: level, PerfRights.ofThisProcess)
    }

    /// The kernel refuses an event to a process of these rights, with this kernel.perf_event_paranoid.
    package static func refused(_ subject: String, level: Int?, _ rights: PerfRights) -> Finding {
        let setting = "kernel.perf_event_paranoid is \(level.map(String.init) ?? "unknown")"
        // In kernels of Debian and its likes level 3 and above leave CAP_PERFMON out; other kernels take it for 2.
        let isLocked = (level ?? 1) >= 3
        if rights.hasAdministration || rights.kernelHasPerfmon && rights.hasPerfmon && !isLocked || (level ?? 1) <= 0 {
            return Finding(
                severity: .warning, subject: subject, reason: "forbidden",
                text: "perf is refused though the rights are there (\(setting)): by a filter of system calls.",
                remedy: "Allow perf_event_open in the container's seccomp profile, or the service's SystemCallFilter.")
        }
        if !rights.kernelHasPerfmon {
            return Finding(
                severity: .warning, subject: subject, reason: "forbidden",
                text:
                    "perf may not count here: \(setting), and before Linux 5.8 only CAP_SYS_ADMIN lets a program count.",
                remedy: "Run it as root: sudo \(programPath) — or let every program count:"
                    + " sudo sysctl kernel.perf_event_paranoid=0")
        }
        let right =
            rights.mayGainPerfmon ? "sudo setcap cap_perfmon=ep \(programPath)" : "docker run --cap-add PERFMON …"
        let remedies = [
            isLocked
                ? "Let the right count, which it does up to level 2: sudo sysctl kernel.perf_event_paranoid=2" : nil,
            rights.hasPerfmon ? nil : "\(isLocked ? "and give" : "Give") it to the program: \(right)",
            "or let every program count: sudo sysctl kernel.perf_event_paranoid=0",
        ]
        return Finding(
            severity: .warning, subject: subject, reason: "forbidden",
            text: isLocked
                ? "perf may not count here: \(setting), at which some kernels let only CAP_SYS_ADMIN count."
                : "perf may not count here: \(setting), and this process lacks the capability CAP_PERFMON.",
            remedy: remedies.compactMap(\.self).joined(separator: " — "))
    }

    /// Above 0, only who has CAP_PERFMON may count a whole processor (Documentation/admin-guide/perf-security.rst).
    static let paranoiaPath = "sys/kernel/perf_event_paranoid"

    /// The running program's file, for commands that change its rights.
    static var programPath: String {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(PATH_MAX)) { buffer in
            let count = unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
                unsafe characters.baseAddress.map { unsafe readlink("/proc/self/exe", $0, buffer.count) }
            }
            guard let count, count > 0 else { return "PROGRAM" }
            return unsafe String(decoding: buffer[..<count], as: UTF8.self)
        }
    }
}

/// Which rights to count by perf a process has.
package struct PerfRights {
    /// CAP_PERFMON, of Linux 5.8.
    package var hasPerfmon: Bool

    /// CAP_SYS_ADMIN, which was the only one before.
    package var hasAdministration: Bool

    /// Whether a file's capabilities could give it CAP_PERFMON: not where a container's bounding set lacks it.
    package var mayGainPerfmon: Bool

    /// Whether the kernel has such a capability at all.
    package var kernelHasPerfmon: Bool

    /// These rights.
    package init(
        hasPerfmon: Bool, hasAdministration: Bool, mayGainPerfmon: Bool, kernelHasPerfmon: Bool = true
    ) {
        self.kernelHasPerfmon = kernelHasPerfmon
        self.hasPerfmon = hasPerfmon
        self.hasAdministration = hasAdministration
        self.mayGainPerfmon = mayGainPerfmon
    }

    static var ofThisProcess: PerfRights {
        // By their numbers in capabilities(7).
        PerfRights(
            hasPerfmon: cpowersensors_has_capability(38) != 0,
            hasAdministration: cpowersensors_has_capability(21) != 0,
            mayGainPerfmon: cpowersensors_may_gain_capability(38) != 0,
            kernelHasPerfmon: cpowersensors_knows_capability(38) != 0
        )
    }
}
