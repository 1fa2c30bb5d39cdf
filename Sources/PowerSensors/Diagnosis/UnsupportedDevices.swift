import PowerSensorsCore
import PowerSensorsMachine

/// Devices that report their power only through their vendor's software.
enum UnsupportedDevices {
    /// A finding for each kind of such device in the machine, with a way to get its power.
    ///
    /// - Parameter ignored: Devices to leave out.
    static func findings(in sysfs: SystemRoot, except ignored: IgnoredChannels) -> [Finding] {
        graphics(in: sysfs, except: ignored) + [managementController(in: sysfs)].compactMap(\.self)
    }

    private static let customSensorHint = "write a sensor that queries it: Docs/WritingASensor.md"

    /// Graphics processors and accelerators without a hwmon chip, grouped by vendor.
    private static func graphics(in sysfs: SystemRoot, except ignored: IgnoredChannels) -> [Finding] {
        let folder = "bus/pci/devices"
        var devices: [String: [String]] = [:]
        for device in (try? sysfs.list(folder)) ?? [] where ignored.names(ofChip: nil, device: device).isEmpty {
            let path = "\(folder)/\(device)"
            // No file of a device that may sleep is opened; its driver tells the vendor, too.
            let resolved = (try? sysfs.resolve(path)) ?? path
            if RuntimePower.mayBeAsleep(resolved, in: sysfs) {
                let driver = sysfs.readLink("\(resolved)/driver")?.split(separator: "/").last
                let isNVIDIA = driver == "nvidia" || driver == "nouveau"
                if isNVIDIA, !sysfs.hasEntry("\(resolved)/hwmon") { devices["0x10de", default: []].append(path) }
                continue
            }
            // Class 03 is a display, 12 an accelerator (PCI Code and ID Assignment Specification).
            guard let kind = try? sysfs.text("\(path)/class"), kind.hasPrefix("0x03") || kind.hasPrefix("0x12"),
                let number = try? sysfs.text("\(path)/vendor"), !sysfs.exists("\(path)/hwmon/.")
            else { continue }
            let driver = (try? sysfs.resolve("\(path)/driver"))?.split(separator: "/").last
            let vendor = driver == "vfio-pci" ? "vfio-pci" : vendors.contains { $0.number == number } ? number : ""
            // Other vendors' simple displays, and graphics integrated in the processor, have no power figure.
            if !vendor.isEmpty || kind.hasPrefix("0x12") { devices[vendor, default: []].append(path) }
        }
        return vendors.compactMap { vendor -> Finding? in
            guard let paths = devices[vendor.number] else { return nil }
            let count = paths.count == 1 ? "there is one" : "there are \(paths.count)"
            return .unreachable(paths[0], "\(vendor.text); \(count) here.", remedy: vendor.remedy)
        }
    }

    /// How to get the power of each vendor's devices, by the vendor's number in the PCI ID database; it is empty for all
    /// other vendors of accelerators, and `vfio-pci` for devices of any vendor that this driver gives to virtual machines.
    private static let vendors: [(number: String, text: String, remedy: String?)] = [
        (
            "0x10de",
            "NVIDIA graphics processors report their power only through NVIDIA's library (NVML), which Power Sensors does not load",
            "Query it with: nvidia-smi --query-gpu=power.draw --format=csv — or \(customSensorHint)"
        ),
        (
            "0x1002",
            "AMD graphics processors report their power through the driver amdgpu, which is not in use here",
            "Load it: sudo modprobe amdgpu"
        ),
        (
            "", "Accelerators of this vendor report their power only through the vendor's library",
            "Check what the vendor's tools show, and \(customSensorHint)"
        ),
        ("vfio-pci", "Graphics processors that are given to a virtual machine report their power only there", nil),
    ]

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
    fileprivate static func unreachable(_ subject: String, _ text: String, remedy: String?) -> Finding {
        Finding(severity: .info, subject: subject, reason: .unreachable, text: text, remedy: remedy)
    }
}
