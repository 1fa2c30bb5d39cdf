/// What kind of machine and process the sensors are looked for in: it tells why one is missing.
package struct Surroundings: Sendable {
    /// The kernel; nil where procfs does not tell.
    package var kernel: KernelRelease?

    /// The first processor; nil where `cpuinfo` cannot be read.
    package var processor: ProcessorIdentity?

    /// Whether the machine is virtual; nil where nothing tells.
    package var isGuest: Bool?

    /// Whether KubeVirt runs the machine, as its firmware says.
    package var isOfKubeVirt = false

    /// The user that this process acts as (`status` of procfs); nil where procfs does not tell.
    package var user: UInt32?

    /// The group that it acts as.
    package var group: UInt32?

    /// Its effective capabilities, a bit each (capabilities(7)).
    package var capabilities: UInt64?

    /// The folders at which another sysfs with zones in it is mounted, such as `/host/sys`.
    package var otherSysfs: [String] = []

    /// A surrounding of which nothing is known.
    package init() {}

    /// Looks around in the given trees; what cannot be read is unknown.
    package init(_ roots: SystemRoots) {
        kernel = (try? roots.procfs.text("sys/kernel/osrelease")).flatMap { KernelRelease($0) }
        let firmware = FirmwareDescription(sysfs: roots.sysfs, procfs: roots.procfs)
        isOfKubeVirt = firmware.vendor.hasPrefix("KubeVirt")
        // The first processor's lines: the others are of its kind.
        let cpuinfo = try? roots.procfs.bytes("cpuinfo", limit: 1 << 16)
        let machine = cpuinfo.flatMap { MachineDescription(cpuinfo: $0, meminfo: nil, firmware: firmware) }
        processor = machine?.processor
        isGuest = machine?.isGuest ?? firmware.isGuest
        if let status = try? roots.procfs.bytes("self/status", limit: 1 << 16) { readStatus(status) }
        // The machine's own trees alone: another mount is no business of a fixture's.
        if roots.sysfs.isUsual, roots.procfs.isUsual { otherSysfs = Self.otherSysfs(roots.procfs) }
    }

    /// Whether the process has a capability of that number.
    package func has(_ capability: Int) -> Bool { (capabilities ?? 0) & 1 << UInt64(capability) != 0 }

    /// Takes in what procfs' `self/status` holds; what it does not tell, or tells in no number, stays as it was.
    package mutating func readStatus(_ status: [UInt8]) {
        for line in status.split(separator: UInt8(ascii: "\n")) {
            // Real, effective, saved and file system's, in this order (proc_pid_status(5)).
            let words = String(trimming: line).split { $0 == "\t" || $0 == " " }
            switch words.first {
            case "Uid:" where words.count > 2: user = UInt32(words[2])
            case "Gid:" where words.count > 2: group = UInt32(words[2])
            case "CapEff:" where words.count > 1: capabilities = UInt64(words[1], radix: 16)
            default: break
            }
        }
    }

    private static func otherSysfs(_ procfs: SystemRoot) -> [String] {
        guard let mounts = try? procfs.bytes("self/mountinfo", limit: 1 << 20) else { return [] }
        return MountTable(mounts).points(of: "sysfs").filter { point in
            guard point != "/sys", let root = try? SystemRoot(path: point, mountPoint: "/sys") else { return false }
            let zones = (try? root.list(PowercapZone.classPath)) ?? []
            return zones.contains { root.exists("\(PowercapZone.classPath)/\($0)/name") }
        }
    }
}
