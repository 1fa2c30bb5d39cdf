import PowerSensorsCore

// What a supply's files say of it that does not change from reading to reading.

extension PowerSupply {
    /// Whether a USB port's voltage and current are those of a USB Power Delivery contract.
    ///
    /// The kernel's drivers for USB-C controllers (ucsi, tcpm) report what was negotiated, not what they measured
    /// (kernel sources drivers/usb/typec/ucsi/psy.c and drivers/usb/typec/tcpm/tcpm.c). Others say in `usb_type`, in
    /// brackets, what kind of charger is connected (Documentation/ABI/testing/sysfs-class-power).
    func isUnderContract(in sysfs: SystemRoot) -> Bool {
        if name.hasPrefix("ucsi-") || name.hasPrefix("tcpm-") { return true }
        let kinds = files.contains("usb_type") ? try? sysfs.text("\(path)/usb_type") : nil
        return (kinds ?? "").split(separator: " ").contains { $0 == "[C]" || $0.hasPrefix("[PD") }
    }

    /// Four times the largest capacity that the battery states: a new battery, or one whose design is wrong, holds more
    /// than it says, but not that much.
    func statedStoreLimit(in sysfs: SystemRoot) -> Int64? {
        let kind = files.contains("energy_now") ? "energy" : "charge"
        let full = ["full", "full_design"].filter { files.contains("\(kind)_\($0)") }
            .compactMap { try? sysfs.signedNumber("\(path)/\(kind)_\($0)") }
            .filter { $0 > 0 && !$0.isUnknownValue }
        return full.max().map { $0 > .max / 4 ? .max : $0 * 4 }
    }
}
