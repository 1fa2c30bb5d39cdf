import CPowerSensors
import Glibc
import PowerSensorsCore
import PowerSensorsMachine

// What can be wrong with the registers' devices, and how to fix it.

extension Finding {
    /// The processor, and so its registers, are unknown.
    static func unknownProcessor(_ procfs: SystemRoot) -> Finding {
        let isMissing = procfs.isMissing("cpuinfo")
        return Finding(
            severity: .error, subject: "cpuinfo", reason: isMissing ? .absent : .unknown,
            text: "\(procfs.path)/cpuinfo \(isMissing ? "does not exist" : "does not show the processor"), so its"
                + " registers are not known.",
            remedy: isMissing
                ? "Mount procfs there: mount -t proc proc \(procfs.path)"
                : "See what it contains: head \(procfs.path)/cpuinfo")
    }

    /// No energy registers of the processor are known.
    static let noRegisters = Finding(
        severity: .error, subject: "cpuinfo", reason: .unsupported,
        text: "This processor has no known energy registers. Intel processors have them since Sandy Bridge, AMD"
            + " processors since family 17h, and all Hygon processors.",
        remedy: "Without --sensor, the best sensor that works is used.")

    /// There is no device, or it does not belong to the machine that the sysfs describes.
    static func noDevice(_ path: String, _ roots: SystemRoots) -> Finding {
        let (dev, file) = (roots.dev, "\(roots.dev.path)/\(path)")
        let (text, remedy) =
            if dev.exists(path) {
                (
                    "\(file) belongs to a different machine than the sysfs.",
                    "Name a dev folder of the same machine: --dev DIR"
                )
            } else if (try? roots.sysfs.list("class/msr"))?.isEmpty == false {
                // The driver shows its devices there.
                (
                    "There is no \(file), although the driver msr is loaded.",
                    "In a container, give it the device: docker run --cap-add SYS_RAWIO --device /dev/\(path) …"
                )
            } else {
                (
                    "There is no \(file): the driver msr is not loaded.",
                    "Load the driver: sudo modprobe msr"
                )
            }
        return Finding(severity: .error, subject: path, reason: .absent, text: text, remedy: remedy)
    }

    /// The device exists but cannot be read.
    static func closedDevice(
        _ path: String, _ error: AttributeError, _ dev: SystemRoot, _ environment: HostEnvironment
    ) -> Finding {
        let file = dev.pathInCommands(path)
        var text = "The registers cannot be read: \(systemMessage(errno: error.errno))."
        let remedy: String
        switch error.errno {
        case EPERM where !environment.namespace.isInitial, EACCES where !environment.namespace.isInitial:
            text = "The registers cannot be read: this process has its rights only in \(environment.namespace.words)."
            remedy = "Start it in the host's own user namespace, with CAP_SYS_RAWIO and the device \(file)."
        // Besides a mode that allows reading, the device requires CAP_SYS_RAWIO, whose number is 17
        // (arch/x86/kernel/msr.c, capabilities(7)).
        case EPERM, EACCES:
            remedy =
                cpowersensors_may_gain_capability(17) == 1
                ? "Run as root; or: sudo chmod o+r \(file) && sudo setcap cap_sys_rawio=ep \(programPath)"
                : "Give the container the right and the device: docker run --cap-add SYS_RAWIO --device \(file) …"
        case ENXIO, ENODEV:
            let folder = "/sys/\(ProcessorLocation.folder)"
            let processor = path.split(separator: "/").first { $0.allSatisfy(\.isNumber) } ?? "N"
            remedy =
                "If the processor is off (cat \(folder)/offline), switch it on:"
                + " echo 1 | sudo tee \(folder)/cpu\(processor)/online"
        default: remedy = "Read the domains through powercap: --sensor rapl:powercap"
        }
        return Finding(
            severity: .warning, subject: path, reason: Finding.Reason(error.status), text: text, remedy: remedy)
    }

    /// The processor refuses every register, or they are all 0 and stay 0.
    static func emptyRegisters(_ path: String) -> Finding {
        Finding(
            severity: .warning, subject: path, reason: .absent,
            text: "The unit or the counters cannot be read, or are 0 and stay 0: no register counts.",
            remedy: "Read the domains through powercap: --sensor rapl:powercap")
    }
}
