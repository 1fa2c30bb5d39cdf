import Glibc
import PowerSensorsCore
import PowerSensorsMachine

/// One hardware-monitoring chip, as its folder describes it at discovery.
struct HwmonChip: Sendable {
    /// A value file of the chip.
    struct Value: Sendable {
        let attribute: HwmonAttribute
        let label: String?
        /// The highest power that it can truthfully show; nil if unknown.
        var limit: Watts?
        /// The time over which the driver takes the mean; nil if it does not say, or for a present value.
        fileprivate(set) var averageInterval: Duration?
        fileprivate(set) var status = ReadingStatus.ok
        /// What the file showed at discovery; nil if it was not read.
        fileprivate(set) var number: Int64?
        /// How long that reading took.
        fileprivate(set) var cost: Duration?
    }

    static let classPath = "class/hwmon"

    /// The folder's name, such as `hwmon3`: it changes from boot to boot.
    let folder: String

    /// The driver's name for it, such as `ina226`; nil if it gives none, or cannot be asked because the device sleeps.
    let driverName: String?

    /// The name of the device's driver, which stands for the chip's as long as that is unknown; nil if it is known.
    private let likelyName: String?

    /// `class/hwmon/hwmon3`.
    private let top: String

    /// The same folder with all symbolic links resolved. It includes the device's path, so it is unique to this chip.
    let resolvedTop: String

    /// The hardware behind it, as a path beneath `devices`; nil if there is none.
    let device: String?

    /// The device's runtime power management; nil if it has none.
    let runtimePower: RuntimePower?

    /// Whether the device sleeps, so that none of the chip's files may be opened.
    private(set) var isAsleep: Bool

    /// The folder with its files: `class/hwmon/hwmon3`, or `device` in it.
    private(set) var path: String

    /// The name of the power supply that the chip duplicates; nil for any other chip.
    var supply: String? {
        let parts = device?.split(separator: "/") ?? []
        return parts.count > 1 && parts[parts.count - 2] == "power_supply" ? parts.last.map(String.init) : nil
    }

    /// How often the driver updates its values; nil if it does not say.
    private(set) var updateInterval: Duration?

    /// Whether it is an ACPI power meter of a battery (Documentation/hwmon/acpi_power_meter.rst).
    private(set) var isBattery = false

    /// Whether not even its driver names it.
    var isUnnamed: Bool { driverName == nil && likelyName == nil }

    /// The names of its files.
    private var files: [String] = []

    /// Its values, power first.
    private(set) var values: [Value] = []

    /// How long it took to read the values.
    private(set) var meter = ReadingMeter()

    /// The attributes that have a file, power first, even those that are switched off.
    var attributes: [HwmonAttribute] {
        files.compactMap(HwmonAttribute.init).sorted { $0.order.lexicographicallyPrecedes($1.order) }
    }

    /// Whether it has a power file, even if that is switched off.
    var hasPowerFile: Bool { attributes.contains { $0.kind == .power } }

    /// How long to read a chip at discovery. That is enough to measure how slow it is; the values that remain are not
    /// read.
    private static let readingTimeLimit = Duration.milliseconds(100)

    // MARK: Identity

    /// Identifies a chip. If its device sleeps, only the device's folder `power` is read.
    ///
    /// - Parameter folder: The folder's name, such as `hwmon3`.
    init(folder: String, in sysfs: SystemRoot) {
        let top = "\(Self.classPath)/\(folder)"
        let resolvedTop = (try? sysfs.resolve(top)) ?? top
        let deviceFolder = (try? sysfs.resolve("\(resolvedTop)/device")) ?? "\(resolvedTop)/device"
        let power = RuntimePower(ofDevice: deviceFolder, in: sysfs)
        let isAsleep = power?.state(in: sysfs) == .asleep
        let hasDevice = isAsleep || sysfs.exists("\(top)/device/.")
        let texts = isAsleep ? [] : ["\(top)/name", "\(top)/device/name"]
        let name = texts.lazy.compactMap { try? sysfs.text($0) }.first { !$0.isEmpty }
        (self.folder, self.top, self.resolvedTop, path) = (folder, top, resolvedTop, top)
        (driverName, runtimePower, self.isAsleep) = (name, power, isAsleep)
        device = hasDevice ? String(deviceFolder.trimmingPrefix("devices/")) : nil
        // While a card is reset, even its name may be refused.
        likelyName =
            name == nil && power != nil
            ? sysfs.readLink("\(deviceFolder)/driver")?.split(separator: "/").last.map(String.init) : nil
    }

    // MARK: Values

    /// Lists the chip's files; false if they cannot be listed, or none of them is a value.
    ///
    /// A chip that sleeps is described as it was when it was last awake. If it never was, only values whose files exist are
    /// known: nothing of the chip is opened to find them.
    ///
    /// - Parameter history: The chips of earlier discoveries.
    mutating func list(in sysfs: SystemRoot, _ history: HwmonDiscoveryHistory, findings: inout [Finding]) -> Bool {
        if isAsleep {
            let known = history.chips.withLock { $0[resolvedTop] }
            if let known { self = known } else { probe(in: sysfs) }
            isAsleep = true
            for index in values.indices { values[index].status = .asleep }
            if !values.isEmpty { findings.append(.asleep(self, isKnown: known != nil)) }
            return !values.isEmpty
        }
        do throws(AttributeError) {
            files = try sysfs.list(top)
            // Drivers from before 2013, and the ACPI power meter, have name and values in the device's folder.
            if device != nil, attributes.isEmpty {
                files = (try? sysfs.list("\(top)/device")) ?? []
                path = "\(top)/device"
            }
        } catch {
            findings.append(.unreadable(top, error, in: sysfs))
            return false
        }
        if attributes.isEmpty { return false }
        if isUnnamed { findings.append(.unnamedChip(path)) }
        return true
    }

    /// Finds the values of a chip that sleeps by the existence of their files. Few chips have more than 16 of a kind; what is
    /// missed is found when the chip wakes.
    private mutating func probe(in sysfs: SystemRoot) {
        for (path, resolved) in [(top, resolvedTop), ("\(top)/device", "devices/\(device ?? "")")] {
            let names = HwmonAttribute.Kind.all.flatMap { kind in
                (0..<16).flatMap { ["\(kind.prefix)\($0)_input", "\(kind.prefix)\($0)_average"] }
            }
            files = names.filter { sysfs.hasEntry("\(resolved)/\($0)") }
            self.path = path
            if !files.isEmpty { break }
        }
        values = attributes.map { Value(attribute: $0, label: nil) }
    }

    /// Reads what the files say about the values, and each value once, unless the device sleeps.
    ///
    /// - Parameters:
    ///   - ignored: Values to leave out, unread.
    ///   - history: The chips of earlier discoveries, to which this one may be added. They are not read again, unless they
    ///     have other values now.
    mutating func read(
        in sysfs: SystemRoot, except ignored: [HwmonAttribute], _ history: HwmonDiscoveryHistory,
        findings: inout [Finding]
    ) {
        if isAsleep { return values.removeAll { ignored.contains($0.attribute) } }
        updateInterval = files.contains("update_interval") ? sysfs.milliseconds("\(path)/update_interval") : nil
        isBattery =
            files.contains("power1_is_battery") && (try? sysfs.signedNumber("\(path)/power1_is_battery")) == 1
        readDescriptions(except: ignored, in: sysfs, findings: &findings)
        let known = history.chips.withLock { $0[resolvedTop] }
        if let known, known.driverName == driverName, known.values.map(\.attribute) == values.map(\.attribute) {
            (values, meter) = (known.values, known.meter)
            return
        }
        readValues(from: sysfs, findings: &findings)
        let chip = self
        let isWorthKeeping = meter.isSlow || (runtimePower != nil && driverName != nil)
        if isWorthKeeping, values.allSatisfy({ $0.status == .ok }) {
            history.chips.withLock { $0[resolvedTop] = chip }
        }
    }

    /// The value of an attribute; nil if there is none.
    func value(_ attribute: HwmonAttribute) -> Value? { values.first { $0.attribute == attribute } }

    private mutating func readDescriptions(
        except ignored: [HwmonAttribute], in sysfs: SystemRoot, findings: inout [Finding]
    ) {
        for attribute in attributes where !ignored.contains(attribute) {
            let switchFile = "\(attribute.stem)_enable"
            if files.contains(switchFile), (try? sysfs.signedNumber("\(path)/\(switchFile)")) == 0 {
                findings.append(
                    .disabled("\(path)/\(attribute.file)", by: sysfs.pathInCommands("\(path)/\(switchFile)")))
                continue
            }
            let labelFile = "\(attribute.stem)_label"
            let label = files.contains(labelFile) ? try? sysfs.text("\(path)/\(labelFile)") : nil
            var value = Value(
                attribute: attribute,
                label: label.flatMap { $0.isEmpty ? nil : $0 } ?? meterLabel(of: attribute, in: sysfs),
                limit: powerLimit(of: attribute, files, in: sysfs))
            if attribute.form == .average {
                value.averageInterval = sysfs.milliseconds("\(path)/\(attribute.stem)_average_interval")
            }
            values.append(value)
        }
    }

    /// What an ACPI power meter measures, as its firmware says, such as `Module Power Socket 0`, or else the accuracy
    /// that it states, such as `accuracy 95.0%`; nil for other chips.
    private func meterLabel(of attribute: HwmonAttribute, in sysfs: SystemRoot) -> String? {
        func text(_ name: String) -> String? {
            (try? sysfs.text("\(path)/\(attribute.stem)_\(name)")).flatMap { $0.isEmpty ? nil : $0 }
        }
        guard attribute.kind == .power, let accuracy = text("accuracy") else { return nil }
        return text("oem_info") ?? "accuracy \(accuracy)"
    }

    private mutating func readValues(from sysfs: SystemRoot, findings: inout [Finding]) {
        for index in values.indices where meter.total < Self.readingTimeLimit {
            let attribute = values[index].attribute
            let file = "\(path)/\(attribute.file)"
            do throws(AttributeError) {
                let (number, cost) = try sysfs.number(file, &meter)
                (values[index].number, values[index].cost) = (number, cost)
                let isNegativeCount = attribute.kind == .energy && number < 0
                let limit = values[index].limit.map { $0.rawValue * 1e6 } ?? .infinity
                if isNegativeCount || number.isUnknownValue {
                    values[index].status = .implausible
                    findings.append(isNegativeCount ? .negativeCount(number, file) : .unknownValue(number, file))
                } else if abs(Double(number)) > limit {
                    values[index].status = .implausible
                    findings.append(.beyondLimit(number, file))
                }
            } catch {
                // A right that is missing is missed at the opening; a device that sleeps or is reset refuses the read.
                if error.errno == EPERM, runtimePower?.isForbiddenToSleep(in: sysfs) == false, sysfs.canOpen(file) {
                    values[index].status = .asleep
                } else {
                    values[index].status = error.status
                    findings.append(.unreadableValue(file, error, in: sysfs, attribute))
                }
            }
        }
    }
}

extension HwmonChip {
    /// What it is called.
    var name: String { driverName ?? likelyName ?? "unnamed" }

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
    /// Whether this process may open a file.
    fileprivate func canOpen(_ path: String) -> Bool { (try? open(path)).map { close($0) == 0 } ?? false }

    /// The time in milliseconds that a file holds; nil if it cannot be read, or the time is not between 1 ms and a day.
    func milliseconds(_ path: String) -> Duration? {
        guard let number = try? signedNumber(path), (1...86_400_000).contains(number) else { return nil }
        return .milliseconds(number)
    }
}
