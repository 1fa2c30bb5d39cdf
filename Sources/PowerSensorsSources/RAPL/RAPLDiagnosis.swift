import Glibc
package import PowerSensorsCore
package import PowerSensorsMachine

/// Explains why a processor's energy counters are missing or forbidden on this machine.
package struct RAPLDiagnosis {
    private let environment: HostEnvironment
    private let roots: SystemRoots

    package init(_ environment: HostEnvironment, _ roots: SystemRoots) {
        self.environment = environment
        self.roots = roots
    }

    /// Turns obstacles into findings that fit this machine.
    ///
    /// - Parameter isMeasured: Whether another mechanism has found counters, so that a guest lacks none.
    package func explain(_ obstacles: [Obstacle], isMeasured: Bool = false) -> [Finding] {
        var explained: [Finding] = []
        var forbidden: [Obstacle] = []
        // Whichever mechanisms failed, there may be one reason: the host or the processor provides no counters.
        let reason = reasonOfMachine
        var isExplained = isMeasured
        for obstacle in obstacles {
            switch (obstacle.kind, reason) {
            case (.noDriver, let reason?), (.noZones, let reason?), (.emptyFolder, let reason?):
                if !isExplained { explained.append(elsewhere ?? reason) }
                isExplained = true
            case (.noZones, _): explained.append(elsewhere ?? missing)
            case (.masked, _), (.emptyFolder, _): explained.append(elsewhere ?? obstacle.finding)
            case (.forbidden, _): forbidden.append(obstacle)
            case (.noDriver, _), (.otherTree, _): explained.append(obstacle.finding)
            }
        }
        return explained + explainForbidden(forbidden)
    }

    /// Why no driver could find counters on this machine; nil if one could.
    private var reasonOfMachine: Finding? {
        if environment.isGuest == true { return hiddenFromGuest }
        return environment.processor?.mayHaveCounters == false ? noSuchRegisters : nil
    }

    // MARK: Forbidden

    /// Explains the files that this process is not allowed to read.
    ///
    /// Files that something other than their mode protects share one finding, and so do the files of a host whose user
    /// namespace is not this process's, and the counters, since the same remedy helps all of them. Other files and
    /// folders keep their own finding, which names them.
    private func explainForbidden(_ obstacles: [Obstacle]) -> [Finding] {
        let foreign = obstacles.filter { environment.namespace.isForeign(owner: status(of: $0)?.owner) }
        let protected = obstacles.filter { !foreign.contains($0) && modeAllowsReading($0) }
        let closed = obstacles.filter { !foreign.contains($0) && !protected.contains($0) }
        let counters = closed.filter { $0.kind == .forbidden(isCounter: true) }
        var explained = closed.filter { $0.kind != .forbidden(isCounter: true) }.map(\.finding)
        if let first = foreign.first { explained.append(ofHost(first.finding, count: foreign.count)) }
        if let first = protected.first { explained.append(protectedOtherwise(first.finding)) }
        if let first = counters.first {
            explained.append(closedCounters(first.finding, counters.map(\.finding.subject)))
        }
        return explained
    }

    private func status(of obstacle: Obstacle) -> (mode: UInt32, owner: UInt32, group: UInt32)? {
        try? roots.sysfs.fileStatus(obstacle.finding.subject)
    }

    /// Whether a file's mode, or a capability, would let this process read it.
    private func modeAllowsReading(_ obstacle: Obstacle) -> Bool {
        guard let status = status(of: obstacle) else { return false }
        // CAP_DAC_OVERRIDE has the number 1, and CAP_DAC_READ_SEARCH the number 2 (capabilities(7)).
        if environment.has(1) || environment.has(2) { return true }
        return status.mode & (environment.user == status.owner ? 0o400 : 0o004) != 0
    }

    private func mode(of file: String) -> String {
        let status = try? roots.sysfs.fileStatus(file)
        return status.map { "mode 0\(String($0.mode & 0o7777, radix: 8)), owner \($0.owner)" } ?? "unknown mode"
    }

    private func subjects(_ count: Int) -> String { count == 1 ? "It" : "It and \(count - 1) more" }

    /// The files belong to the host, and this process has no rights outside of its user namespace.
    private func ofHost(_ first: Finding, count: Int) -> Finding {
        first.with(
            text: "\(subjects(count)) cannot be read: \(environment.namespace.explanation).",
            remedy: UserNamespace.remedy)
    }

    /// The mode of counters does not let this process read them.
    private func closedCounters(_ first: Finding, _ counters: [String]) -> Finding {
        let files = Set(counters.map(pattern)).sorted().joined(separator: " ")
        // A shell of another user, as behind sudo, would put its own group in place of a command.
        let group = environment.group ?? getegid()
        return first.with(
            text: """
                \(subjects(counters.count)) cannot be read: \(mode(of: first.subject)), while \(ownRights).
                """,
            remedy: """
                \(environment.isContainer ? "On the host, let" : "Let") this group read them until the driver is loaded \
                again: sudo chgrp \(group) \(files) && sudo chmod g+r \(files) — or permanently, by a udev rule: see \
                Docs/Permissions.md
                """)
    }

    /// What is known of this process's rights to read files.
    private var ownRights: String {
        let lack = environment.capabilities == nil ? "" : " without CAP_DAC_READ_SEARCH"
        if let user = environment.user { return "this process is user \(user)\(lack)" }
        return lack.isEmpty ? "it is unknown who this process is" : "this process is\(lack)"
    }

    /// A counter's path with a star for each zone's name, which stands for the counters of all zones there.
    private func pattern(_ counter: String) -> String {
        let parts = counter.split(separator: "/").map { $0.contains(":") ? "*" : $0 }
        return roots.sysfs.pathInCommands(parts.joined(separator: "/"))
    }

    /// A file's mode lets this process read it, but something else does not.
    private func protectedOtherwise(_ first: Finding) -> Finding {
        let text = "It cannot be read although its \(mode(of: first.subject)) allows it"
        guard let confinement = environment.confinement else {
            return first.with(
                text: "\(text): its driver or a security module refuses.",
                remedy: "See whether the kernel says which: sudo dmesg")
        }
        return first.with(
            text: "\(text). \(confinement) confines this process, and may forbid it.",
            remedy: """
                See whether the kernel says so: sudo dmesg | grep -iE 'apparmor|avc' — or, where auditd takes its messages: \
                sudo ausearch -m avc
                """)
    }

    // MARK: Missing

    private func finding(
        _ severity: Finding.Severity, _ reason: Finding.Reason, _ text: String, remedy: String
    ) -> Finding {
        Finding(severity: severity, subject: PowercapTree.classPath, reason: reason, text: text, remedy: remedy)
    }

    /// The zones are in another sysfs that is mounted here; nil if they are not.
    private var elsewhere: Finding? {
        // A mount may contain only the zones, and be where a whole sysfs would have them.
        let folders = environment.otherSysfs.flatMap { point in
            [point]
                + [PowercapTree.classPath, PowercapTree.devicesPath].compactMap { path in
                    point.firstRange(of: "/\(path)").map { String(point[..<$0.lowerBound]) }
                }
        }
        guard let folder = folders.first(where: hasZones) else { return nil }
        return finding(
            .error, .elsewhere,
            "The zones are not visible in \(roots.sysfs.path), but they are in the sysfs mounted at \(folder).",
            remedy: "Name that sysfs: powersensors --sysfs \(folder)")
    }

    private func hasZones(_ folder: String) -> Bool {
        guard let root = try? SystemRoot(path: folder, mountPoint: "/sys") else { return false }
        return PowercapTree(in: root).zones.contains { root.exists("\($0.path)/name") }
    }

    private var missing: Finding {
        guard let processor = environment.processor else { return unknownProcessor }
        guard let kernel = environment.kernel, let needed = processor.firstKernel, kernel < needed else {
            return notLoaded
        }
        return finding(
            .warning, .kernelTooOld,
            "Linux \(kernel) has no driver for this processor's counters; Linux \(needed) is the first that does.",
            remedy: "Boot a newer kernel: uname -r must say \(needed) or more.")
    }

    private var unknownProcessor: Finding {
        let file = "\(roots.procfs.path)/cpuinfo"
        let isMissing = roots.procfs.isMissing("cpuinfo")
        return finding(
            .warning, .absent,
            """
            There is no RAPL zone, and \(file) \(isMissing ? "does not exist" : "does not show the processor"), so it is \
            unknown whether there could be one.
            """,
            remedy: isMissing
                ? "Mount procfs there: mount -t proc proc \(roots.procfs.path)"
                : "See what it contains: head \(file)"
        )
    }

    /// It is no warning, since only the host's operator can change it, and the estimator works.
    private var hiddenFromGuest: Finding {
        finding(
            .info, .guest,
            """
            This virtual machine cannot see the processor's energy counters. The best substitute is a share, in which \
            the host publishes this guest's part of the energy; the next best is virtual counters, which exist only \
            for Intel packages. Without either, power can only be estimated.
            """,
            remedy: guestRemedies.joined(separator: " — "))
    }

    /// What a guest can do, the easiest first. How a share is mounted is explained by the finding of the sensor
    /// `share`.
    private var guestRemedies: [String] {
        // QEMU can provide only Intel's registers, and only on an Intel host (QEMU's documentation of rapl-msr).
        guard let processor = environment.processor, processor.vendor == .intel, processor.mayHaveCounters else {
            let share = "Have the host's operator publish this guest's share: Docs/GuestShare.md"
            let others =
                "otherwise keep using the estimator, since no hypervisor provides virtual counters on this processor"
            return environment.processor == nil ? [share] : [share, others]
        }
        let driver = "intel_rapl_msr"
        // The driver looks for counters only when it is loaded.
        let load =
            roots.sysfs.exists("module/\(driver)")
            ? "If the host has virtual counters by now, reload the driver: "
                + "sudo modprobe -r \(driver) && sudo modprobe \(driver)"
            : "Check whether the host provides virtual counters already: sudo modprobe \(driver)"
        return [
            load, "have the host's operator publish this guest's share: Docs/GuestShare.md",
            """
            or provide virtual counters, by QEMU 9.1 or newer with qemu-vmsr-helper running: \
            -accel kvm,rapl=true,rapl-helper-socket=/run/qemu-vmsr-helper.sock
            """,
        ]
    }

    private var noSuchRegisters: Finding {
        let hasChips = (try? roots.sysfs.list("class/hwmon"))?.isEmpty == false
        return Finding(
            severity: .info, subject: PowercapTree.classPath, reason: .unsupported,
            text: """
                This processor has no such counters; only Intel processors since Sandy Bridge, AMD processors since \
                family 17h, and Hygon processors do.
                """,
            remedy: hasChips ? "Look for a meter on the board: powersensors list --sensor hwmon" : nil)
    }

    private var notLoaded: Finding {
        let module = environment.kernel.map { $0 < KernelRelease(5, 3) } == true ? "intel_rapl" : "intel_rapl_msr"
        return roots.sysfs.exists("module/\(module)")
            ? finding(
                .warning, .absent, "The driver \(module) is loaded, but found no register that counts.",
                remedy: "See its messages: sudo dmesg | grep -i rapl")
            : finding(
                .warning, .unloaded, "The driver of the energy counters is not loaded.",
                remedy:
                    "Load it\(environment.isContainer ? " on the host" : ""): sudo modprobe \(module) — at every boot:"
                    + " echo \(module) | sudo tee /etc/modules-load.d/rapl.conf")
    }
}

extension ProcessorIdentity {
    /// Whether the processor has energy counters, or may have, since its family is unknown.
    fileprivate var mayHaveCounters: Bool {
        EnergyRegisters(self) != nil || (family == nil && [.intel, .amd, .hygon].contains(vendor))
    }

    /// The first kernel whose powercap driver supports the processor; nil if that is not known.
    ///
    /// From the kernel's history of drivers/powercap/intel_rapl_common.c and intel_rapl.c.
    fileprivate var firstKernel: KernelRelease? {
        switch (vendor, family) {
        case (.intel, _): KernelRelease(3, 13)
        case (.amd, let family?) where family >= 26: KernelRelease(6, 12)
        case (.amd, 23?), (.amd, 25?), (.hygon, _): KernelRelease(5, 11)
        default: nil
        }
    }
}
