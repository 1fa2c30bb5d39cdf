/// Devices that know their power and tell it only to programs of their own.
enum OutOfReach {
    /// What is in the machine, each kind once, with the road to it.
    static func findings(in sysfs: SystemRoot) -> [Finding] {
        [graphics(in: sysfs), managementController(in: sysfs)].compactMap(\.self)
    }

    /// NVIDIA's driver registers no hwmon chip, unlike amdgpu, i915 and xe.
    private static func graphics(in sysfs: SystemRoot) -> Finding? {
        let folder = "bus/pci/devices"
        let devices = ((try? sysfs.list(folder)) ?? []).filter { device in
            // Class 03 is a display, 12 an accelerator (PCI Code and ID Assignment Specification).
            let kind = try? sysfs.text("\(folder)/\(device)/class")
            let isGraphics = kind?.hasPrefix("0x03") == true || kind?.hasPrefix("0x12") == true
            return isGraphics && (try? sysfs.text("\(folder)/\(device)/vendor")) == "0x10de"
        }
        guard let first = devices.first else { return nil }
        return Finding(
            severity: .info,
            subject: "\(folder)/\(first)",
            reason: "unreached",
            text: """
                \(devices.count == 1 ? "A graphics processor of NVIDIA tells its" : "\(devices.count) of NVIDIA's tell their") \
                power only by the maker's own library (NVML), which this one does not load.
                """,
            remedy: "Add a Sensor of your own that calls it: Docs/WritingASensor.md"
        )
    }

    private static func managementController(in sysfs: SystemRoot) -> Finding? {
        let names = (try? sysfs.list("class/ipmi")) ?? []
        guard let first = names.first(where: { $0.hasPrefix("ipmi") }) else { return nil }
        return Finding(
            severity: .info,
            subject: "class/ipmi/\(first)",
            reason: "unreached",
            text:
                "The board's management controller may know the power at the plug; it is asked by IPMI, not by files.",
            remedy: """
                See whether it does: sudo ipmitool dcmi power reading — then add a Sensor of your own that asks it: \
                Docs/WritingASensor.md
                """
        )
    }
}
