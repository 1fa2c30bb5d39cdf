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
            default: break
            }
        }
    }
}
