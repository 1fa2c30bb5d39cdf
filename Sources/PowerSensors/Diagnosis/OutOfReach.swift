/// Devices that know their power and tell it only to programs of their own.
enum OutOfReach {
    /// What is in the machine, each kind once, with the road to it.
    static func findings(in sysfs: SystemRoot) -> [Finding] {
        graphics(in: sysfs) + [managementController(in: sysfs)].compactMap(\.self)
    }

    private static let road = "add a Sensor of your own that asks it: Docs/WritingASensor.md"

    /// Graphics processors and accelerators that register no hwmon chip, by their makers.
    private static func graphics(in sysfs: SystemRoot) -> [Finding] {
        let folder = "bus/pci/devices"
        var devices: [Maker: [String]] = [:]
        for device in (try? sysfs.list(folder)) ?? [] {
            let path = "\(folder)/\(device)"
            // Class 03 is a display, 12 an accelerator (PCI Code and ID Assignment Specification).
            guard let kind = try? sysfs.text("\(path)/class"), kind.hasPrefix("0x03") || kind.hasPrefix("0x12"),
                let vendor = try? sysfs.text("\(path)/vendor"), !sysfs.exists("\(path)/hwmon/."),
                let maker = Maker(vendor: vendor, isAccelerator: kind.hasPrefix("0x12"))
            else { continue }
            devices[maker, default: []].append(path)
        }
        return Maker.allCases.compactMap { maker in devices[maker].map { maker.finding($0) } }
    }

    /// Who made a device, as far as it tells the road to its power.
    private enum Maker: CaseIterable {
        case nvidia, amd, other

        /// Nil for what has no power of its own to show: a simple display, or graphics within the processor.
        init?(vendor: String, isAccelerator: Bool) {
            switch vendor {
            case "0x10de": self = .nvidia
            case "0x1002": self = .amd
            default:
                guard isAccelerator else { return nil }
                self = .other
            }
        }

        func finding(_ paths: [String]) -> Finding {
            let count = paths.count == 1 ? "one of them" : "\(paths.count) of them"
            let (text, remedy) =
                switch self {
                case .nvidia:
                    (
                        "Graphics processors of NVIDIA tell their power only by the maker's own library (NVML), which this one does not load; here is \(count).",
                        "Ask it by hand: nvidia-smi --query-gpu=power.draw --format=csv — or \(road)"
                    )
                case .amd:
                    (
                        "Graphics processors of AMD tell their power by the driver amdgpu, which serves none here; here is \(count).",
                        "Load it: sudo modprobe amdgpu"
                    )
                case .other:
                    (
                        "Accelerators of this maker tell their power only by the maker's own library; here is \(count).",
                        "See what its tools show, and \(road)"
                    )
                }
            return Finding(severity: .info, subject: paths[0], reason: "unreached", text: text, remedy: remedy)
        }
    }

    private static func managementController(in sysfs: SystemRoot) -> Finding? {
        let ask = "sudo ipmitool dcmi power reading — then \(road)"
        if let device = ((try? sysfs.list("class/ipmi")) ?? []).first(where: { $0.hasPrefix("ipmi") }) {
            return Finding(
                severity: .info,
                subject: "class/ipmi/\(device)",
                reason: "unreached",
                text: """
                    The board's management controller may know the power at the plug; it is asked by IPMI, not by files.
                    """,
                remedy: "See whether it does: \(ask)"
            )
        }
        // Type 38 is the interface of a management controller (SMBIOS specification, section 7.39).
        let entry = "firmware/dmi/entries/38-0"
        guard sysfs.exists(entry) else { return nil }
        return Finding(
            severity: .info,
            subject: entry,
            reason: "unreached",
            text:
                "The board has a management controller, which may know the power at the plug; no driver for it is loaded.",
            remedy: "Load them: sudo modprobe -a ipmi_si ipmi_devintf — and see whether it does: \(ask)"
        )
    }
}
