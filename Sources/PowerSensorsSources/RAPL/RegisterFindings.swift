import CPowerSensors
import Glibc
import PowerSensorsCore

// What can be wrong with the registers' devices, and how to fix it.

extension Finding {
    /// The processor, and so its registers, are unknown.
    static func unknownProcessor(_ procfs: SystemRoot) -> Finding {
        Finding(
            severity: .error, subject: "cpuinfo", reason: .absent,
            text: "\(procfs.path)/cpuinfo does not name the processor's vendor, so its registers are not known.",
            remedy: "Mount procfs there: mount -t proc proc \(procfs.path)")
    }

    /// No energy registers of the processor are known.
    static let noRegisters = Finding(
        severity: .error, subject: "cpuinfo", reason: .unsupported,
        text: "No energy registers are known for this processor. Intel's have them, AMD's since family 17h, and"
            + " Hygon's since 18h.",
        remedy: "Use another sensor: powersensors list shows what there is.")

    /// There is no device, or it does not belong to the machine that the sysfs describes.
    static func noDevice(_ path: String, _ dev: SystemRoot) -> Finding {
        let exists = dev.exists(path)
        return Finding(
            severity: .error, subject: path, reason: .absent,
            text: exists
                ? "\(dev.path)/\(path) belongs to a different machine than the sysfs."
                : "There is no \(dev.path)/\(path): the driver of the registers is not loaded.",
            remedy: exists ? "Name a dev folder of the same machine: --dev DIR" : "Load the driver: sudo modprobe msr")
    }

    /// The device exists but cannot be read.
    static func closedDevice(_ path: String, _ error: AttributeError, _ dev: SystemRoot) -> Finding {
        let file = "\(dev.path)/\(path)"
        let remedy: String
        switch error.errno {
        // Besides a mode that allows reading, the device requires CAP_SYS_RAWIO, whose number is 17
        // (arch/x86/kernel/msr.c, capabilities(7)).
        case EPERM, EACCES:
            remedy =
                cpowersensors_may_gain_capability(17) == 1
                ? "Run as root; or: sudo chmod o+r \(file) && sudo setcap cap_sys_rawio=ep \(programPath)"
                : "Give the container the right and the device: docker run --cap-add SYS_RAWIO --device \(file) …"
        case ENOENT, ENXIO, ENODEV: remedy = "Switch the processor on, and load the driver: sudo modprobe msr"
        default: remedy = "The processor refuses the register; read it through powercap: --sensor rapl:powercap"
        }
        return Finding(
            severity: .warning, subject: path, reason: Finding.Reason(error.status),
            text: "The registers cannot be read: \(systemMessage(errno: error.errno)).", remedy: remedy)
    }

    /// The processor refuses every register, or they are all 0 and stay 0.
    static func emptyRegisters(_ path: String) -> Finding {
        Finding(
            severity: .warning, subject: path, reason: .absent,
            text: "The unit or the counters are 0 and stay 0, as in a virtual machine whose host provides none.",
            remedy: "Let the host provide virtual counters (QEMU 9.1: -accel kvm,rapl=true), or use the estimator.")
    }
}
