/// One hardware-monitoring chip, as its folder shows it.
package struct HwmonChip: Sendable {
    /// A file of the chip that holds a value.
    package struct Value: Sendable {
        package let attribute: HwmonAttribute
        package let label: String?
        package fileprivate(set) var status = ReadingStatus.ok
        package fileprivate(set) var number: Int64?
        package fileprivate(set) var cost: Duration?
    }

    package static let classPath = "class/hwmon"

    /// The folder's name, such as `hwmon3`: given anew at every boot, so no identity.
    package let folder: String

    /// What the driver calls it, such as `ina226`.
    package let name: String

    /// Whether the driver calls it anything.
    package let isNamed: Bool

    /// The folder that holds its files, as people look for it: `class/hwmon/hwmon3`, or `device` in it.
    package let path: String

    /// The same folder without any link in it: with the device's own path, so that it is no other chip's.
    package let resolvedPath: String

    /// The hardware behind it, as a path beneath `devices`; nil for a chip that names none.
    package let device: String?

    /// The name of the power supply that the chip shows once more; nil for any other chip.
    package let supply: String?

    /// How often the driver renews its values, where it says so.
    package let updateInterval: Duration?

    /// Whether an ACPI power meter is of a battery (Documentation/hwmon/acpi_power_meter.rst).
    package let isBattery: Bool

    /// Whether it has a file of power, be it one that is switched off.
    package let hasPowerFile: Bool

    /// Its values, power first.
    package private(set) var values: [Value] = []

    /// What it cost to read each value once.
    package private(set) var meter = ReadingMeter()

    /// Enough to learn a chip's pace; one that needs longer is not asked for the rest of its values.
    private static let patience = Duration.milliseconds(100)

    /// Looks at one chip; nil where it cannot be listed, or has no value of a kind that is read.
    ///
    /// - Parameters:
    ///   - folder: Its name in the class.
    ///   - memory: What slow chips said before: they are not asked again at each hot-plug.
    package init?(folder: String, in sysfs: SystemRoot, memory: HwmonMemory, findings: inout [Finding]) {
        let top = "\(Self.classPath)/\(folder)"
        let hasDevice = sysfs.exists("\(top)/device/.")
        do throws(AttributeError) {
            var files = try sysfs.list(top)
            // Drivers of before 2013, and the ACPI power meter, keep name and values with the hardware.
            var isInDevice = false
            if hasDevice, !files.contains(where: { HwmonAttribute($0) != nil }) {
                files = (try? sysfs.list("\(top)/device")) ?? []
                isInDevice = true
            }
            guard files.contains(where: { HwmonAttribute($0) != nil }) else { return nil }
            self.folder = folder
            hasPowerFile = files.contains { HwmonAttribute($0)?.kind == .power }
            path = isInDevice ? "\(top)/device" : top
            resolvedPath = (try? sysfs.resolve(path)) ?? path
            let device = hasDevice ? (try? sysfs.resolve("\(top)/device")).map(Self.beneathDevices) : nil
            self.device = device
            let parts = device?.split(separator: "/") ?? []
            supply = parts.count > 1 && parts[parts.count - 2] == "power_supply" ? parts.last.map(String.init) : nil
            let texts = ["\(top)/name", "\(top)/device/name"].lazy.compactMap { try? sysfs.text($0) }
            let name = texts.first { !$0.isEmpty }
            self.name = name ?? "unnamed"
            isNamed = name != nil
            if !isNamed { findings.append(.unnamedChip(path)) }
            updateInterval = Self.milliseconds("\(path)/update_interval", files.contains("update_interval"), sysfs)
            isBattery =
                files.contains("power1_is_battery") && (try? sysfs.signedNumber("\(path)/power1_is_battery")) == 1
            list(files, in: sysfs, findings: &findings)
            if memory.recall(&self) { return }
            read(from: sysfs, findings: &findings)
            memory.note(self)
        } catch {
            findings.append(.unreadable(top, error, in: sysfs))
            return nil
        }
    }

    /// The value of a kind and number; nil where there is none.
    package func value(_ attribute: HwmonAttribute) -> Value? { values.first { $0.attribute == attribute } }

    // MARK: Looking

    private mutating func list(_ files: [String], in sysfs: SystemRoot, findings: inout [Finding]) {
        let attributes = files.compactMap(HwmonAttribute.init).sorted { $0.order.lexicographicallyPrecedes($1.order) }
        for attribute in attributes {
            let switchFile = "\(attribute.stem)_enable"
            if files.contains(switchFile), (try? sysfs.signedNumber("\(path)/\(switchFile)")) == 0 {
                findings.append(.disabled("\(path)/\(attribute.file)", by: "\(sysfs.path)/\(path)/\(switchFile)"))
                continue
            }
            let labelFile = "\(attribute.stem)_label"
            let label = files.contains(labelFile) ? try? sysfs.text("\(path)/\(labelFile)") : nil
            values.append(Value(attribute: attribute, label: label.flatMap { $0.isEmpty ? nil : $0 }))
        }
    }

    private mutating func read(from sysfs: SystemRoot, findings: inout [Finding]) {
        for index in values.indices where meter.total < Self.patience {
            let attribute = values[index].attribute
            let file = "\(path)/\(attribute.file)"
            do throws(AttributeError) {
                let (number, cost) = try sysfs.number(file, &meter)
                (values[index].number, values[index].cost) = (number, cost)
                if attribute.kind == .energy, number < 0 {
                    values[index].status = .implausible
                    findings.append(.negativeCount(number, file))
                } else if HwmonReader.isSentinel(number) {
                    values[index].status = .implausible
                    findings.append(.sentinel(number, file))
                }
            } catch {
                values[index].status = error.status
                findings.append(.unreadableValue(file, error, in: sysfs, attribute))
            }
        }
    }

    /// Takes over what an earlier look found.
    mutating func recall(_ values: [Value], _ meter: ReadingMeter) {
        self.values = values
        self.meter = meter
    }

    private static func milliseconds(_ file: String, _ isThere: Bool, _ sysfs: SystemRoot) -> Duration? {
        guard isThere, let number = try? sysfs.signedNumber(file), (1...86_400_000).contains(number) else { return nil }
        return .milliseconds(number)
    }

    private static func beneathDevices(_ path: String) -> String {
        path.hasPrefix("devices/") ? String(path.dropFirst("devices/".count)) : path
    }
}

extension HwmonChip {
    /// The number in the folder's name.
    package var order: Int { Int(folder.drop { !$0.isNumber }) ?? .max }

    /// What tells the chip from others of its name, the same after a reboot: the last part of its device's path that is
    /// no running number.
    package var deviceName: String {
        guard let device else { return "virtual" }
        var parts = device.split(separator: "/")
        while parts.count > 1, let last = parts.last, Self.isRunningNumber(last) { parts.removeLast() }
        return parts.last.map { String($0).asIdentifier } ?? "virtual"
    }

    /// Whether the kernel counted a device as it came: HID devices, NVMe controllers, SCSI hosts and disks.
    private static func isRunningNumber(_ part: Substring) -> Bool {
        let isNumbered = { (prefix: String) in
            part.hasPrefix(prefix) && part.dropFirst(prefix.count).allSatisfy { $0.isNumber }
        }
        if ["nvme", "host", "hwmon"].contains(where: isNumbered) || part.hasPrefix("target") { return true }
        let numbers = part.split(separator: ":", omittingEmptySubsequences: false)
        if numbers.count == 4, numbers.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isNumber) }) { return true }
        // A bus, a vendor and a product of four digits each, then the running number: 0003:1B1C:1C0A.0001.
        return numbers.count == 3 && numbers[2].count == 9
            && numbers.allSatisfy { $0.prefix(4).allSatisfy(\.isHexDigit) }
            && numbers[0].count == 4 && numbers[2].dropFirst(4).first == "."
    }
}

/// What slow chips said when they were first looked at, so that a hot-plug elsewhere does not ask them all again.
package final class HwmonMemory: Sendable {
    private struct Entry: Sendable {
        let values: [HwmonChip.Value]
        let meter: ReadingMeter
    }

    private let chips = Guarded<[String: Entry]>([:])

    package init() {}

    /// Gives a chip what is known of it; false where it must be read.
    func recall(_ chip: inout HwmonChip) -> Bool {
        let attributes = chip.values.map(\.attribute)
        let key = key(of: chip)
        guard let entry = chips.withLock({ $0[key] }), entry.values.map(\.attribute) == attributes else { return false }
        chip.recall(entry.values, entry.meter)
        return true
    }

    func note(_ chip: HwmonChip) {
        let isWhole = chip.values.allSatisfy { $0.status == .ok }
        guard chip.meter.isSlow, isWhole else { return }
        let (key, entry) = (key(of: chip), Entry(values: chip.values, meter: chip.meter))
        chips.withLock { $0[key] = entry }
    }

    private func key(of chip: HwmonChip) -> String { "\(chip.name) \(chip.resolvedPath)" }
}
