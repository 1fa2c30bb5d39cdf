import PowerSensorsCore

/// One hardware-monitoring chip, as its folder describes it at discovery.
struct HwmonChip: Sendable {
    /// A value file of the chip.
    struct Value: Sendable {
        let attribute: HwmonAttribute
        let label: String?
        fileprivate(set) var status = ReadingStatus.ok
        /// What the file showed at discovery; nil if it was not read.
        fileprivate(set) var number: Int64?
        /// How long that reading took.
        fileprivate(set) var cost: Duration?
    }

    static let classPath = "class/hwmon"

    /// The folder's name, such as `hwmon3`: it changes from boot to boot.
    let folder: String

    /// The driver's name for it, such as `ina226`; nil if it gives none.
    let driverName: String?

    /// The folder with its files: `class/hwmon/hwmon3`, or `device` in it.
    let path: String

    /// The same folder with all symbolic links resolved. It includes the device's path, so it is unique to this chip.
    let resolvedPath: String

    /// The hardware behind it, as a path beneath `devices`; nil if there is none.
    let device: String?

    /// The name of the power supply that the chip duplicates; nil for any other chip.
    let supply: String?

    /// How often the driver updates its values; nil if it does not say.
    let updateInterval: Duration?

    /// Whether it is an ACPI power meter of a battery (Documentation/hwmon/acpi_power_meter.rst).
    let isBattery: Bool

    /// Whether it has a power file, even if that is switched off.
    let hasPowerFile: Bool

    /// Its values, power first.
    private(set) var values: [Value] = []

    /// How long it took to read the values.
    private(set) var meter = ReadingMeter()

    /// How long to read a chip at discovery. That is enough to measure how slow it is; the values that remain are not
    /// read.
    private static let readingTimeLimit = Duration.milliseconds(100)

    /// Reads a chip's folder and values; nil if the folder cannot be listed or has no values.
    ///
    /// - Parameters:
    ///   - folder: The folder's name, such as `hwmon3`.
    ///   - history: Slow chips whose values could all be read at an earlier discovery. They are not read again at each
    ///     hot-plug, unless they have other values now.
    init?(folder: String, in sysfs: SystemRoot, history: Locked<[String: HwmonChip]>, findings: inout [Finding]) {
        let top = "\(Self.classPath)/\(folder)"
        let hasDevice = sysfs.exists("\(top)/device/.")
        do throws(AttributeError) {
            var files = try sysfs.list(top)
            // Drivers from before 2013, and the ACPI power meter, have name and values in the device's folder.
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
            let device =
                hasDevice ? (try? sysfs.resolve("\(top)/device")).map { String($0.trimmingPrefix("devices/")) } : nil
            self.device = device
            let parts = device?.split(separator: "/") ?? []
            supply = parts.count > 1 && parts[parts.count - 2] == "power_supply" ? parts.last.map(String.init) : nil
            let texts = ["\(top)/name", "\(top)/device/name"].lazy.compactMap { try? sysfs.text($0) }
            driverName = texts.first { !$0.isEmpty }
            if driverName == nil { findings.append(.unnamedChip(path)) }
            updateInterval = files.contains("update_interval") ? sysfs.milliseconds("\(path)/update_interval") : nil
            isBattery =
                files.contains("power1_is_battery") && (try? sysfs.signedNumber("\(path)/power1_is_battery")) == 1
            list(files, in: sysfs, findings: &findings)
            let key = "\(name) \(resolvedPath)"
            let known = history.withLock { $0[key] }
            if let known, known.values.map(\.attribute) == values.map(\.attribute) {
                (values, meter) = (known.values, known.meter)
            } else {
                readValues(from: sysfs, findings: &findings)
                let chip = self
                if meter.isSlow, values.allSatisfy({ $0.status == .ok }) { history.withLock { $0[key] = chip } }
            }
        } catch {
            findings.append(.unreadable(top, error, in: sysfs))
            return nil
        }
    }

    /// The value of an attribute; nil if there is none.
    func value(_ attribute: HwmonAttribute) -> Value? { values.first { $0.attribute == attribute } }

    private mutating func list(_ files: [String], in sysfs: SystemRoot, findings: inout [Finding]) {
        let attributes = files.compactMap(HwmonAttribute.init).sorted { $0.order.lexicographicallyPrecedes($1.order) }
        for attribute in attributes {
            let switchFile = "\(attribute.stem)_enable"
            if files.contains(switchFile), (try? sysfs.signedNumber("\(path)/\(switchFile)")) == 0 {
                findings.append(
                    .disabled("\(path)/\(attribute.file)", by: sysfs.pathInCommands("\(path)/\(switchFile)")))
                continue
            }
            let labelFile = "\(attribute.stem)_label"
            let label = files.contains(labelFile) ? try? sysfs.text("\(path)/\(labelFile)") : nil
            values.append(Value(attribute: attribute, label: label.flatMap { $0.isEmpty ? nil : $0 }))
        }
    }

    private mutating func readValues(from sysfs: SystemRoot, findings: inout [Finding]) {
        for index in values.indices where meter.total < Self.readingTimeLimit {
            let attribute = values[index].attribute
            let file = "\(path)/\(attribute.file)"
            do throws(AttributeError) {
                let (number, cost) = try sysfs.number(file, &meter)
                (values[index].number, values[index].cost) = (number, cost)
                let isNegativeCount = attribute.kind == .energy && number < 0
                if isNegativeCount || number.isUnknownValue {
                    values[index].status = .implausible
                    findings.append(isNegativeCount ? .negativeCount(number, file) : .unknownValue(number, file))
                }
            } catch {
                values[index].status = error.status
                findings.append(.unreadableValue(file, error, in: sysfs, attribute))
            }
        }
    }
}

extension HwmonChip {
    /// What it is called.
    var name: String { driverName ?? "unnamed" }

    /// The number in the folder's name, by which chips of one device are sorted.
    var order: Int { Int(folder.drop { !$0.isNumber }) ?? .max }

    /// A name that distinguishes chips of the same driver and stays the same after a reboot: the last part of the
    /// device's path that is not a running number.
    var deviceName: String {
        guard let device else { return "virtual" }
        var parts = device.split(separator: "/")
        while parts.count > 1, let last = parts.last, Self.isRunningNumber(last) { parts.removeLast() }
        return parts.last.map { String($0).asIdentifier } ?? "virtual"
    }

    /// Whether a part of a path is a running number, which the kernel gives devices in the order in which they appear:
    /// HID devices, NVMe controllers, SCSI hosts and disks.
    private static func isRunningNumber(_ part: Substring) -> Bool {
        let isNumbered = { (prefix: String) in
            part.hasPrefix(prefix) && part.dropFirst(prefix.count).allSatisfy { $0.isNumber }
        }
        if ["nvme", "host", "hwmon"].contains(where: isNumbered) || part.hasPrefix("target") { return true }
        let numbers = part.split(separator: ":", omittingEmptySubsequences: false)
        if numbers.count == 4, numbers.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isNumber) }) { return true }
        // HID devices: bus, vendor and product of four digits each, then the running number, as in 0003:1B1C:1C0A.0001.
        return numbers.count == 3 && numbers[2].count == 9
            && numbers.allSatisfy { $0.prefix(4).allSatisfy(\.isHexDigit) }
            && numbers[0].count == 4 && numbers[2].dropFirst(4).first == "."
    }
}

extension SystemRoot {
    /// The time in milliseconds that a file holds; nil if it cannot be read, or the time is not between 1 ms and a day.
    func milliseconds(_ path: String) -> Duration? {
        guard let number = try? signedNumber(path), (1...86_400_000).contains(number) else { return nil }
        return .milliseconds(number)
    }
}
