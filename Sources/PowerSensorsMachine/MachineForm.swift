package import PowerSensorsCore

/// The form of a physical machine, as its firmware, its device tree, or a battery shows it.
package enum MachineForm: String, Sendable {
    /// In a rack, a blade, or a server's own chassis.
    case server

    /// A desktop's or tower's chassis, which servers have too.
    case desktop

    /// With a display and a battery: a laptop or tablet.
    case portable

    /// A mini-PC, or a box for machines and networks.
    case mini

    /// A board with a device tree, such as a Raspberry Pi.
    case board

    /// The form by SMBIOS' number of the chassis' type (DSP0134, 7.4.1); nil for those that say nothing.
    package init?(chassisType: UInt64) {
        switch chassisType {
        case 3...7, 13, 15, 16, 24: self = .desktop
        case 8...11, 14, 30...32: self = .portable
        case 17, 23, 25, 28, 29: self = .server
        case 33...36: self = .mini
        default: return nil
        }
    }

    /// The form by the `chassis-type` property of a device tree's root; nil for those that say nothing.
    init?(deviceTreeChassis type: String) {
        switch type {
        case "desktop", "all-in-one": self = .desktop
        case "laptop", "convertible", "tablet", "handset": self = .portable
        case "server": self = .server
        case "embedded": self = .board
        default: return nil
        }
    }

    /// Reads the form; nil if nothing shows it.
    ///
    /// - Parameter firmware: The firmware's names, which show that a machine has a device tree and no DMI.
    package init?(sysfs: SystemRoot, procfs: SystemRoot, firmware: FirmwareDescription) {
        let hasBattery = Self.hasBattery(sysfs)
        if let type = try? procfs.text("device-tree/chassis-type"), let form = MachineForm(deviceTreeChassis: type) {
            self = form
        } else if let form = Self.ofDeviceTree(firmware, hasBattery: hasBattery) {
            self = form
        } else if let type = try? sysfs.number("\(FirmwareDescription.dmiFolder)/chassis_type"),
            let form = MachineForm(chassisType: type)
        {
            self = form
        } else if hasBattery {
            self = .portable
        } else {
            return nil
        }
    }

    /// The form of a machine with a device tree: a board, unless it is of those who build other machines with one.
    private static func ofDeviceTree(_ firmware: FirmwareDescription, hasBattery: Bool) -> MachineForm? {
        let compatible = firmware.compatible
        if compatible.hasPrefix("raspberrypi,") || firmware.product.hasPrefix("Raspberry Pi") { return .board }
        guard !compatible.isEmpty, !firmware.hasHypervisorNode else { return nil }
        if compatible.hasPrefix("apple,") { return hasBattery ? .portable : .mini }
        let others = ["ibm,", "linux,", "qemu,", "riscv-virtio", "xen,"]
        return others.contains { compatible.hasPrefix($0) } ? nil : hasBattery ? .portable : .board
    }

    /// Whether the machine has a battery of its own, which mice and headsets have too.
    private static func hasBattery(_ sysfs: SystemRoot) -> Bool {
        let folder = "class/power_supply"
        return ((try? sysfs.list(folder)) ?? []).contains { name in
            (try? sysfs.text("\(folder)/\(name)/type")) == "Battery"
                && (try? sysfs.text("\(folder)/\(name)/scope")) != "Device"
        }
    }
}
