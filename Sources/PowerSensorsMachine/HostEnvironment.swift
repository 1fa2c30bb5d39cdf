package import PowerSensorsCore

/// The machine and the process in which sensors are looked for. It helps to explain why one is missing.
package struct HostEnvironment: Sendable {
    /// The kernel; nil if it cannot be read.
    package var kernel: KernelRelease?

    /// The first processor; nil if `cpuinfo` cannot be read.
    package var processor: ProcessorIdentity?

    /// Whether the machine is virtual; nil if unknown.
    package var isGuest: Bool?

    /// Whether the firmware says that KubeVirt runs the machine.
    package var isKubeVirtGuest = false

    /// The thread's effective user (procfs' `status`); nil if it cannot be read.
    package var user: UInt32?

    /// The thread's effective group; nil if it cannot be read.
    package var group: UInt32?

    /// The thread's effective capabilities as a bit set (capabilities(7)); nil if they cannot be read.
    package var capabilities: UInt64?

    /// The user namespace of the process.
    package var namespace = UserNamespace.initial

    /// Whether the process sees only a container's processes, or the host's folders at another place.
    package var isContainer = false

    /// The security module's profile or context that confines the process, such as `AppArmor's profile docker-default`;
    /// nil if none is known to.
    package var confinement: String?

    /// Whether a filter of system calls (seccomp) is active; nil if unknown.
    package var hasSystemCallFilter: Bool?

    /// Where else a sysfs is mounted, such as `/host/sys`.
    package var otherSysfs: [String] = []

    /// An environment about which nothing is known.
    package init() {}

    /// Describes the environment that procfs and sysfs show; what cannot be read stays unknown.
    package init(_ roots: SystemRoots) {
        kernel = (try? roots.procfs.text("sys/kernel/osrelease")).flatMap { KernelRelease($0) }
        let firmware = FirmwareDescription(sysfs: roots.sysfs, procfs: roots.procfs)
        isKubeVirtGuest = firmware.vendor.hasPrefix("KubeVirt")
        // The first processor's lines are enough: the others are like it.
        let cpuinfo = try? roots.procfs.bytes("cpuinfo", limit: 1 << 16)
        let machine = cpuinfo.flatMap { MachineDescription(cpuinfo: $0, meminfo: nil, firmware: firmware) }
        processor = machine?.processor
        isGuest = machine?.isGuest ?? firmware.isGuest
        // This reads the current thread's status. That of the process is the main thread's, which may have another
        // user, and keeps it even after the main thread has ended.
        if let status = try? roots.procfs.bytes("thread-self/status", limit: 1 << 16) { readStatus(status) }
        namespace = UserNamespace(in: roots.procfs) ?? .current
        // The number of the host's own namespace of processes is fixed (PROC_PID_INIT_INO in the kernel's proc_ns.h).
        isContainer =
            roots.sysfs.isHostMount
            || roots.procfs.readLink("self/ns/pid").map { $0 != "pid:[4026531836]" } ?? false
        confinement = Self.confinement(roots)
        // Not with a test's folders, since the mounts are the real machine's.
        if roots.sysfs.isDefault, roots.procfs.isDefault, let mounts = try? roots.procfs.bytes("self/mountinfo") {
            otherSysfs = MountTable(mounts).points(of: "sysfs").filter { $0 != "/sys" }
        }
    }

    /// Whether the process has a capability, given by its number.
    package func has(_ capability: Int) -> Bool { (capabilities ?? 0) & 1 << UInt64(capability) != 0 }

    /// Reads the user, group and capabilities from procfs' `thread-self/status`; malformed or missing lines change
    /// nothing.
    package mutating func readStatus(_ status: [UInt8]) {
        for line in status.split(separator: UInt8(ascii: "\n")) {
            // The lines Uid and Gid hold the real, effective, saved and file system ID, in this order
            // (proc_pid_status(5)).
            let words = String(trimming: line).split { $0 == "\t" || $0 == " " }
            switch words.first {
            case "Uid:" where words.count > 2: user = UInt32(words[2])
            case "Gid:" where words.count > 2: group = UInt32(words[2])
            case "CapEff:" where words.count > 1: capabilities = UInt64(words[1], radix: 16)
            // 2 is a filter, 1 forbids all but four system calls (seccomp(2)).
            case "Seccomp:" where words.count > 1: hasSystemCallFilter = words[1] != "0"
            default: break
            }
        }
    }

    /// The profile or context in which a security module confines the thread (proc_pid_attr(5)).
    private static func confinement(_ roots: SystemRoots) -> String? {
        func label(_ file: String) -> String? {
            (try? roots.procfs.bytes("thread-self/attr/\(file)", limit: 4096)).map { bytes in
                String(trimming: bytes.prefix { $0 != 0 })
            }
        }
        // AppArmor appends the mode to the profile's name: only in this one does it refuse anything.
        if let profile = label("apparmor/current") ?? label("current"), profile.hasSuffix(" (enforce)") {
            return "AppArmor's profile \(profile.dropLast(" (enforce)".count))"
        }
        guard (try? roots.sysfs.text("fs/selinux/enforce")) == "1", let context = label("current"), !context.isEmpty
        else { return nil }
        // A context is user, role, type and level; the policy allows the types unconfined_… everything.
        let words = context.split(separator: ":", omittingEmptySubsequences: false)
        return words.count > 2 && words[2].hasPrefix("unconfined_") ? nil : "SELinux's context \(context)"
    }
}
