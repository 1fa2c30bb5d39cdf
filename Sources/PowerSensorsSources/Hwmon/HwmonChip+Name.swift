import PowerSensorsCore

// What a chip is called, and where it stands in the order of chips.

extension HwmonChip {
    /// What it is called.
    var name: String { driverName ?? likelyName ?? "unnamed" }

    /// The number in the folder's name, by which chips of one device are sorted.
    var order: Int { Int(folder.drop { !$0.isNumber }) ?? .max }

    /// A name that distinguishes chips of the same driver and stays the same after a reboot: the last part of the
    /// device's path that is not a sequence number.
    var deviceName: String {
        guard let device else { return "virtual" }
        var parts = device.split(separator: "/")
        while parts.count > 1, let last = parts.last, Self.isSequenceNumber(last) { parts.removeLast() }
        return parts.last.map { String($0).asIdentifier } ?? "virtual"
    }

    /// Whether a part of a path is a sequence number, which the kernel gives devices in the order in which they appear:
    /// HID devices, NVMe controllers, SCSI hosts and disks.
    private static func isSequenceNumber(_ part: Substring) -> Bool {
        let isNumbered = { (prefix: String) in
            part.hasPrefix(prefix) && part.dropFirst(prefix.count).allSatisfy { $0.isNumber }
        }
        if ["nvme", "host", "hwmon"].contains(where: isNumbered) || part.hasPrefix("target") { return true }
        let numbers = part.split(separator: ":", omittingEmptySubsequences: false)
        if numbers.count == 4, numbers.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isNumber) }) { return true }
        // HID devices: bus, vendor and product of four digits each, then the sequence number, as in 0003:1B1C:1C0A.0001.
        return numbers.count == 3 && numbers[2].count == 9
            && numbers.allSatisfy { $0.prefix(4).allSatisfy(\.isHexDigit) }
            && numbers[0].count == 4 && numbers[2].dropFirst(4).first == "."
    }
}
