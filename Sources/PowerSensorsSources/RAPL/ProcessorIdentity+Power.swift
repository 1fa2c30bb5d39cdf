import PowerSensorsCore
import PowerSensorsMachine

extension ProcessorIdentity {
    /// A power that no package of this model ever draws; nil if none is known.
    ///
    /// Intel's small Atoms have a thermal design power of 2 to 15 W. Some kernels take the energy unit of the oldest of
    /// them for one that is a thousand times as large, so that watts look like kilowatts (kernel source
    /// drivers/powercap/intel_rapl_common.c, rapl_check_unit_atom).
    var impossiblePower: Watts? {
        guard vendor == .intel, family == 6, let model else { return nil }
        return Self.smallAtoms.contains(model) ? Watts(100) : nil
    }

    /// Models by the names in the kernel's arch/x86/include/asm/intel-family.h: Silvermont and its two for phones,
    /// Airmont and its two, Goldmont, Goldmont Plus, Tremont and Tremont-L.
    private static let smallAtoms = [0x37, 0x4A, 0x5A, 0x4C, 0x5D, 0x75, 0x5C, 0x7A, 0x96, 0x9C]

    /// The first processor of procfs' `cpuinfo`; nil if it cannot be read.
    init?(procfs: SystemRoot) {
        // A processor's lines are less than 4 KB.
        guard let cpuinfo = try? procfs.bytes("cpuinfo", limit: 4096),
            let machine = MachineDescription(cpuinfo: cpuinfo, meminfo: nil)
        else { return nil }
        self = machine.processor
    }
}
