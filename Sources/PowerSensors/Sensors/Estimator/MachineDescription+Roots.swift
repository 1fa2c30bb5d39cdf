#if canImport(Glibc)
import Glibc
#endif

extension MachineDescription {
    /// Large enough for 4096 threads, whose lines are under 2 KB each.
    private static let cpuinfoLimit = 1 << 23

    /// Looks at the machine that the roots show: procfs' `cpuinfo` and `meminfo`, and the firmware's names.
    package init(roots: SystemRoots) throws(AttributeError) {
        let cpuinfo = try roots.procfs.bytes("cpuinfo", limit: Self.cpuinfoLimit)
        let meminfo = try? roots.procfs.bytes("meminfo", limit: 4096)
        let firmware = FirmwareDescription(sysfs: roots.sysfs, procfs: roots.procfs)
        guard let machine = MachineDescription(cpuinfo: cpuinfo, meminfo: meminfo, firmware: firmware) else {
            throw AttributeError(path: "\(roots.procfs.path)/cpuinfo", errno: EBADMSG)
        }
        self = machine
    }
}
