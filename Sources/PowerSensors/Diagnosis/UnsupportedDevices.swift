import PowerSensorsCore

/// Devices that report their power only through their vendor's software.
enum UnsupportedDevices {
    /// A finding for each kind of such device in the machine, with a way to get its power.
    static func findings(in sysfs: SystemRoot) -> [Finding] {
        graphics(in: sysfs) + [managementController(in: sysfs)].compactMap(\.self)
    }

    private static let customSensorHint = "write a sensor that queries it: Docs/WritingASensor.md"

    /// Graphics processors and accelerators without a hwmon chip, grouped by vendor.
    private static func graphics(in sysfs: SystemRoot) -> [Finding] {
        let folder = "bus/pci/devices"
        var devices: [Vendor: [String]] = [:]
        for device in (try? sysfs.list(folder)) ?? [] {
            let path = "\(folder)/\(device)"
            // Class 03 is a display, 12 an accelerator (PCI Code and ID Assignment Specification).
            guard let kind = try? sysfs.text("\(path)/class"), kind.hasPrefix("0x03") || kind.hasPrefix("0x12"),
                let number = try? sysfs.text("\(path)/vendor"), !sysfs.exists("\(path)/hwmon/."),
                let vendor = Vendor(number, isAccelerator: kind.hasPrefix("0x12"))
            else { continue }
            devices[vendor, default: []].append(path)
        }
        return Vendor.allCases.compactMap { vendor in devices[vendor].map { vendor.finding($0) } }
    }

    /// The vendor of a device, where it determines how to get its power.
    private enum Vendor: CaseIterable {
        case nvidia, amd, other

        /// The vendor with a number in the PCI ID database; nil for devices without a power figure of their own: simple
        /// displays, and graphics integrated in the processor.
        init?(_ number: String, isAccelerator: Bool) {
            switch number {
            case "0x10de": self = .nvidia
            case "0x1002": self = .amd
            default:
                guard isAccelerator else { return nil }
                self = .other
            }
        }

        func finding(_ paths: [String]) -> Finding {
            let count = paths.count == 1 ? "there is one" : "there are \(paths.count)"
            switch self {
            case .nvidia:
                return .unreachable(
                    paths[0],
                    "NVIDIA graphics processors report their power only through NVIDIA's library (NVML), which Power Sensors does not load; \(count) here.",
                    remedy: "Query it with: nvidia-smi --query-gpu=power.draw --format=csv — or \(customSensorHint)")
            case .amd:
                return .unreachable(
                    paths[0],
                    "AMD graphics processors report their power through the driver amdgpu, which is not in use here; \(count) here.",
                    remedy: "Load it: sudo modprobe amdgpu")
            case .other:
                return .unreachable(
                    paths[0],
                    "Accelerators of this vendor report their power only through the vendor's library; \(count) here.",
                    remedy: "Check what the vendor's tools show, and \(customSensorHint)")
            }
        }
    }

    /// The finding for a management controller (BMC) on the board; nil if there is none.
    private static func managementController(in sysfs: SystemRoot) -> Finding? {
        let query = "sudo ipmitool dcmi power reading — then \(customSensorHint)"
        if let device = ((try? sysfs.list("class/ipmi")) ?? []).first(where: { $0.hasPrefix("ipmi") }) {
            return .unreachable(
                "class/ipmi/\(device)",
                "The board's management controller may know the power at the plug, but reports it by IPMI and not in files.",
                remedy: "Check whether it does: \(query)")
        }
        // Type 38 is the interface of a management controller (SMBIOS specification, section 7.39).
        let entry = "firmware/dmi/entries/38-0"
        guard sysfs.exists(entry) else { return nil }
        return .unreachable(
            entry,
            "The board has a management controller, which may know the power at the plug, but its driver is not loaded.",
            remedy: "Load it: sudo modprobe -a ipmi_si ipmi_devintf — and check whether it does: \(query)")
    }
}

extension Finding {
    fileprivate static func unreachable(_ subject: String, _ text: String, remedy: String) -> Finding {
        Finding(severity: .info, subject: subject, reason: .unreachable, text: text, remedy: remedy)
    }
}
