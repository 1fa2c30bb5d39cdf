import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

extension Finding {
    /// Nobody tells what processors these are, so nobody knows their registers.
    static func unknownRegisters(_ procfs: SystemRoot) -> Finding {
        Finding(
            severity: .error, subject: "cpuinfo", reason: "absent",
            text: "\(procfs.path)/cpuinfo does not tell the processor's maker, so its registers are not known.",
            remedy: "Mount procfs there: mount -t proc proc \(procfs.path)")
    }

    /// The processor has no registers of energy that are known.
    static func noRegisters() -> Finding {
        Finding(
            severity: .error, subject: "cpuinfo", reason: "unsupported",
            text:
                "No energy registers are known of this processor; Intel's have them, AMD's from 17h, Hygon's from 18h.",
            remedy: "Use another sensor: powersensors list shows which there are.")
    }

    /// There is no device of the registers, or none of the machine that the tree shows.
    static func noDevice(_ path: String, _ dev: SystemRoot) -> Finding {
        let isThere = dev.exists(path)
        return Finding(
            severity: .error, subject: path, reason: "absent",
            text: isThere
                ? "\(dev.path)/\(path) is of another machine than the one that the sysfs shows."
                : "There is no \(dev.path)/\(path): the driver of the registers is not loaded.",
            remedy: isThere ? "Name a dev tree of the same machine: --dev DIR" : "Load the driver: sudo modprobe msr")
    }

    /// The device is there and cannot be read.
    static func closedDevice(_ path: String, _ error: AttributeError, _ dev: SystemRoot) -> Finding {
        let file = "\(dev.path)/\(path)"
        let remedy: String
        switch error.errno {
        // The device also asks for a capability, whatever its mode (arch/x86/kernel/msr.c).
        case EPERM, EACCES:
            remedy =
                cpowersensors_may_gain_capability(rawIO) != 0
                ? "Run as root; or: sudo chmod o+r \(file) && sudo setcap cap_sys_rawio=ep \(programPath)"
                : "Give the container the right and the device: docker run --cap-add SYS_RAWIO --device \(file) …"
        case ENOENT, ENXIO, ENODEV: remedy = "Switch the processor on, and load the driver: sudo modprobe msr"
        default: remedy = "The processor refuses the register: read it by powercap, --sensor rapl:powercap"
        }
        return Finding(
            severity: .warning, subject: path, reason: error.status.name,
            text: "The registers cannot be read: \(systemMessage(errno: error.errno)).", remedy: remedy)
    }

    /// Every register is refused, or is 0 and stays 0.
    static func emptyRegisters(_ path: String) -> Finding {
        Finding(
            severity: .warning, subject: path, reason: "absent",
            text: "The unit or the counters are 0 and stay 0, as in a virtual machine whose host shows none.",
            remedy: "Have the host give it virtual counters (QEMU 9.1: -accel kvm,rapl=true), or use the estimator.")
    }

    /// CAP_SYS_RAWIO by its number in capabilities(7).
    private static let rawIO: CInt = 17
}
