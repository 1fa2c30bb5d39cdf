/// Says of a processor's missing or forbidden energy counters why that is so on this machine.
package struct RaplDiagnosis {
    private let surroundings: Surroundings
    private let roots: SystemRoots

    package init(_ surroundings: Surroundings, _ roots: SystemRoots) {
        self.surroundings = surroundings
        self.roots = roots
    }

    /// The findings, with those that the surroundings explain better in other words.
    ///
    /// - Parameters:
    ///   - findings: What the sensors said.
    ///   - topology: What they found; nil where that does not matter.
    package func explain(_ findings: [Finding], beside topology: Topology? = nil) -> [Finding] {
        let isShared = topology?.channels.contains { $0.sensor == .share && $0.status == .ok } ?? false
        var explained: [Finding] = []
        var forbidden: [Finding] = []
        var isGuestTold = false
        for finding in findings {
            let isOfZone = finding.subject.hasPrefix("\(PowercapZone.classPath)/")
            if surroundings.isGuest == true, lacksDriver(finding) {
                // Whichever way was tried, a guest has what its host gives it.
                if !isGuestTold { explained.append(elsewhere ?? (isShared ? sharedWithGuest : hiddenFromGuest)) }
                isGuestTold = true
            } else if finding.subject == PowercapZone.classPath, finding.reason == ReadingStatus.absent.name {
                explained.append(elsewhere ?? missing)
            } else if finding.reason == "masked", let elsewhere {
                explained.append(elsewhere)
            } else if isOfZone, finding.reason == ReadingStatus.forbidden.name {
                forbidden.append(finding)
            } else {
                explained.append(finding)
            }
        }
        return explained + explainForbidden(forbidden)
    }

    // MARK: Forbidden

    /// One finding for all that something beside modes keeps away, and one for all counters: they are locked in one way and
    /// opened in one. Any other file or folder keeps its own, which names it.
    private func explainForbidden(_ findings: [Finding]) -> [Finding] {
        let isGuarded = findings.map { mayReadByMode($0.subject) }
        let isCounter = findings.map { $0.subject.hasSuffix("/energy_uj") }
        let closed = findings.indices.filter { !isGuarded[$0] }
        var explained = closed.filter { !isCounter[$0] }.map { findings[$0] }
        if let first = isGuarded.firstIndex(of: true) { explained.append(guarded(findings[first])) }
        let counters = closed.filter { isCounter[$0] }
        if let first = counters.first { explained.append(locked(findings[first], count: counters.count)) }
        return explained
    }

    /// Whether a file's mode, or a capability, would let this process read it.
    private func mayReadByMode(_ file: String) -> Bool {
        guard let status = try? roots.sysfs.fileStatus(file) else { return false }
        // CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH by their numbers (capabilities(7)).
        if surroundings.has(1) || surroundings.has(2) { return true }
        return status.mode & (surroundings.user == status.owner ? 0o400 : 0o004) != 0
    }

    /// What is said of counters that their mode keeps from this process.
    private func locked(_ first: Finding, count: Int) -> Finding {
        let mode = mode(of: first.subject)
        let user = surroundings.user.map { "user \($0)" } ?? "this user"
        let files = "\(roots.sysfs.path)/\(PowercapZone.classPath)/*/energy_uj"
        let group = surroundings.group.map { "\($0)" } ?? "$(id -g)"
        return Finding(
            severity: first.severity,
            subject: first.subject,
            reason: first.reason,
            text: """
                \(count == 1 ? "It" : "It and \(count - 1) more") may not be read: \(mode), while this process is \
                \(user) without CAP_DAC_READ_SEARCH.
                """,
            remedy: """
                Let this group read them, until they are made anew: sudo chgrp \(group) \(files) && sudo chmod g+r \
                \(files) — for good, by a udev rule: see Docs/Permissions.md
                """
        )
    }

    private func mode(of file: String) -> String {
        let status = try? roots.sysfs.fileStatus(file)
        return status.map { "mode 0\(String($0.mode & 0o7777, radix: 8)), owner \($0.owner)" } ?? "of unknown mode"
    }

    /// The mode lets this process read, and something else does not.
    private func guarded(_ first: Finding) -> Finding {
        Finding(
            severity: first.severity,
            subject: first.subject,
            reason: first.reason,
            text:
                "It may not be read though \(mode(of: first.subject)) would let this process do so: a security module forbids it.",
            remedy: """
                In a container, mount the host's sysfs elsewhere and name it: -v /sys:/host/sys:ro … --sysfs /host/sys; \
                or let the module's profile allow it, such as Docker's: --security-opt apparmor=unconfined
                """
        )
    }

    // MARK: Missing

    /// Whether a finding says of some mechanism that its driver is not there, or found nothing.
    private func lacksDriver(_ finding: Finding) -> Bool {
        let isOfRegisters = finding.subject.hasPrefix("cpu/") && finding.subject.hasSuffix("/msr")
        return finding.reason == ReadingStatus.absent.name
            && ([PowercapZone.classPath, PerfPMU.path(of: "power")].contains(finding.subject) || isOfRegisters)
    }

    /// The zones are there, in a sysfs that is mounted elsewhere.
    private var elsewhere: Finding? {
        guard let folder = surroundings.otherSysfs.first else { return nil }
        return Finding(
            severity: .error,
            subject: PowercapZone.classPath,
            reason: "elsewhere",
            text: "The zones cannot be seen in \(roots.sysfs.path), but in the sysfs that is mounted at \(folder).",
            remedy: "Name that tree: powersensors --sysfs \(folder)"
        )
    }

    private var missing: Finding {
        guard let processor = surroundings.processor else { return notLoaded }
        if processor.vendor == .arm || processor.vendor == .other { return noSuchRegisters }
        if let kernel = surroundings.kernel, let needed = processor.firstKernel, kernel < needed {
            return tooOld(kernel, needed)
        }
        return notLoaded
    }

    private var hiddenFromGuest: Finding {
        Finding(
            severity: .warning,
            subject: PowercapZone.classPath,
            reason: "guest",
            text: """
                This is a virtual machine without energy counters of the processor. Best would be a share, by which the \
                host tells this guest its own part; next best are virtual counters, of Intel's packages alone; until then \
                the estimator takes their place.
                """,
            remedy: roadsForGuest.joined(separator: " — ")
        )
    }

    private var sharedWithGuest: Finding {
        Finding(
            severity: .info,
            subject: PowercapZone.classPath,
            reason: "guest",
            text:
                "This is a virtual machine without energy counters of the processor; what its host shares takes their place."
        )
    }

    /// What helps a guest, the easiest first.
    private var roadsForGuest: [String] {
        let share =
            "have the host's operator publish this guest's share, and mount it: \(SharePlace.usual.mountCommand)"
        // QEMU's virtual registers are Intel's alone, and need an Intel host (QEMU's documentation of rapl-msr).
        if let vendor = surroundings.processor?.vendor, vendor != .intel {
            return [
                share.withCapital,
                "no hypervisor gives guests counters on this maker's processors, so without a share stay with the estimator",
            ]
        }
        let driver = "intel_rapl_msr"
        // The driver looks for counters that move when it is loaded, and never again.
        let load =
            roots.sysfs.exists("module/\(driver)")
            ? "If the host gives virtual counters by now, load the driver again: sudo modprobe -r \(driver) && sudo modprobe \(driver)"
            : "See whether the host gives virtual counters already: sudo modprobe \(driver)"
        return [
            load, share,
            """
            or have it give virtual counters, by QEMU 9.1 or newer with qemu-vmsr-helper running: \
            -accel kvm,rapl=true,rapl-helper-socket=/run/qemu-vmsr-helper.sock
            """,
        ]
    }

    private var noSuchRegisters: Finding {
        Finding(
            severity: .info,
            subject: PowercapZone.classPath,
            reason: "unsupported",
            text: "Only Intel's, AMD's and Hygon's processors have these counters; this machine's has none.",
            remedy: "Look for a board's own meter among the chips: powersensors list --sensor hwmon"
        )
    }

    private func tooOld(_ kernel: KernelRelease, _ needed: KernelRelease) -> Finding {
        Finding(
            severity: .warning,
            subject: PowercapZone.classPath,
            reason: "old",
            text: "Linux \(kernel) has no driver for this processor's counters; Linux \(needed) is the first that has.",
            remedy: "Boot a newer kernel: uname -r must say \(needed) or more."
        )
    }

    private var notLoaded: Finding {
        let module = surroundings.kernel.map { $0 < KernelRelease(5, 3) } == true ? "intel_rapl" : "intel_rapl_msr"
        let isLoaded = roots.sysfs.exists("module/\(module)")
        return Finding(
            severity: .warning,
            subject: PowercapZone.classPath,
            reason: isLoaded ? ReadingStatus.absent.name : "unloaded",
            text: isLoaded
                ? "The driver \(module) is loaded, but found no register that counts."
                : "The driver of the energy counters is not loaded.",
            remedy: isLoaded
                ? "See what it said: sudo dmesg | grep -i rapl"
                : "Load it: sudo modprobe \(module) — at every boot: echo \(module) | sudo tee /etc/modules-load.d/rapl.conf"
        )
    }
}

extension ProcessorIdentity {
    /// The first kernel whose powercap driver knows the processor, where that is known and not long ago.
    ///
    /// From the kernel's history of drivers/powercap/intel_rapl_common.c and intel_rapl.c.
    fileprivate var firstKernel: KernelRelease? {
        switch (vendor, family) {
        case (.intel, _): KernelRelease(3, 13)
        case (.amd, let family?) where family >= 26: KernelRelease(6, 12)
        case (.amd, 23?), (.amd, 25?): KernelRelease(5, 11)
        case (.hygon, _): KernelRelease(5, 11)
        default: nil
        }
    }
}

extension String {
    /// The text with a capital letter at its front.
    fileprivate var withCapital: String { prefix(1).uppercased() + dropFirst() }
}
