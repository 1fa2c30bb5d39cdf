#if Exporters
import PowerSensors

/// The systemd service that this process runs in, whose unit decides what it may read.
///
/// There, neither a capability of the program's file nor a container's option helps, since NoNewPrivileges= ignores the one, and there is
/// no container. What helps is a drop-in.
struct SystemdUnit {
    /// The unit's name, such as `powersensors.service`.
    let name: String

    private let roots: SystemRoots

    /// The drop-in that is installed beside the command, or where it is in the tarball.
    private let dropIn: String

    /// The unit of this process; nil if systemd has not started it as a service.
    ///
    /// A shell of a session inherits `$INVOCATION_ID` from a service, but has a control group of its own. A user's services are no
    /// units of the system, and cannot be given rights.
    init?(_ roots: SystemRoots, environment variable: (String) -> String? = environmentVariable) {
        guard variable("INVOCATION_ID")?.isEmpty == false, let groups = try? roots.procfs.text("self/cgroup") else {
            return nil
        }
        // `0::/system.slice/powersensors.service` or, before the unified hierarchy, `1:name=systemd:/…` (cgroups(7)).
        let group = groups.split(separator: "\n").first { $0.hasPrefix("0::/") || $0.contains(":name=systemd:/") }
        guard let group, let name = group.split(separator: "/").last, name.hasSuffix(".service"),
            !group.contains("/user.slice/")
        else { return nil }
        self.name = String(name)
        self.roots = roots
        let program = SystemRoot(mountPoint: "/proc").readLink("self/exe") ?? ""
        let prefix = program.split(separator: "/").dropLast(2).map { "/\($0)" }.joined()
        let installed = "share/powersensors/10-devices.conf"
        dropIn =
            SystemRoot(mountPoint: prefix.isEmpty ? "/" : prefix).exists(installed)
            ? "\(prefix)/\(installed)" : installed
    }

    /// The findings, with the drop-in as the remedy of those that it is one for.
    func advise(_ findings: [Finding]) -> [Finding] {
        let environment = HostEnvironment(roots)
        return findings.map { finding in
            guard let part = part(for: finding, environment) else { return finding }
            let folder = "/etc/systemd/system/\(name).d"
            return Finding(
                severity: finding.severity, subject: finding.subject, reason: finding.reason, text: finding.text,
                remedy: """
                    Its unit withholds the right: unless it is there, sudo install -D -m 644 \(dropIn) \(folder)/10-devices.conf — uncomment there what \
                    is for \(part), then: sudo systemctl daemon-reload && sudo systemctl restart \(name)
                    """)
        }
    }

    /// The part of the drop-in that opens what a finding is about; nil if none does.
    private func part(for finding: Finding, _ environment: HostEnvironment) -> String? {
        let subject = finding.subject
        if subject.hasPrefix("cpu/"), subject.hasSuffix("/msr") {
            // The driver lists its devices there, also those that the unit hides.
            let isHidden = finding.reason == .absent && (try? roots.sysfs.list("class/msr"))?.isEmpty == false
            return isHidden || finding.reason == .forbidden ? "RAPL's registers (CAP_SYS_RAWIO)" : nil
        }
        guard finding.reason == .forbidden else { return nil }
        if subject == Finding.exitRecords { return "records of ended processes (CAP_NET_ADMIN)" }
        // The numbers are those of capabilities(7).
        if subject.hasPrefix("bus/event_source/"), !environment.has(38), !environment.has(21) {
            return "perf (CAP_PERFMON)"
        }
        let isZone = subject.hasPrefix("class/powercap/") || subject.hasPrefix("devices/virtual/powercap/")
        return isZone && !environment.has(1) && !environment.has(2) ? "RAPL's files (CAP_DAC_READ_SEARCH)" : nil
    }
}
#endif
