import Glibc
import PowerSensorsCore
import PowerSensorsMachine

/// One hardware-monitoring chip, as its folder describes it at discovery.
struct HwmonChip: Sendable {
    /// A value file of the chip.
    struct Value: Sendable {
        let attribute: HwmonAttribute
        var label: String?
        /// Whether the user leaves it out, so that it is not read.
        var isIgnored = false
        /// The highest power that it can truthfully show; nil if unknown.
        var limit: Watts?
        /// The time over which the driver takes the mean; nil if it does not say, or for a present value.
        var averageInterval: Duration?
        var status = ReadingStatus.ok
        /// What the file showed at discovery; nil if it was not read.
        var number: Int64?
        /// How long that reading took.
        var cost: Duration?
        /// How long a reading took that failed; nil if none did.
        var failureCost: Duration?
    }

    static let classPath = "class/hwmon"

    /// The folder's name, such as `hwmon3`: it changes from boot to boot.
    let folder: String

    /// The driver's name for it, such as `ina226`; nil if it gives none, or cannot be asked because the device sleeps.
    let driverName: String?

    /// The name of the device's driver, which is used as long as the chip's own name is unknown; nil once that is known.
    let likelyName: String?

    /// `class/hwmon/hwmon3`.
    private let top: String

    /// The same folder with all symbolic links resolved. It includes the device's path, so it is unique to this chip.
    let resolvedTop: String

    /// The hardware behind it, as a path beneath `devices`; nil if there is none.
    let device: String?

    /// The device's runtime power management; nil if it has none.
    let runtimePower: RuntimePower?

    /// Whether the device sleeps. If it does, or it is unknown, none of the chip's files may be opened.
    private(set) var state: RuntimePower.State

    /// The folder with its files: `class/hwmon/hwmon3`, or `device` in it.
    private(set) var path: String

    /// The name of the power supply that the chip duplicates; nil for any other chip.
    var supply: String? {
        let parts = device?.split(separator: "/") ?? []
        return parts.count > 1 && parts[parts.count - 2] == "power_supply" ? parts.last.map(String.init) : nil
    }

    /// How often the driver updates its values; nil if it does not say.
    var updateInterval: Duration?

    /// Whether it is an ACPI power meter of a battery (Documentation/hwmon/acpi_power_meter.rst).
    var isBattery = false

    /// Whether not even its driver names it.
    var isUnnamed: Bool { driverName == nil && likelyName == nil }

    /// The names of its files.
    private(set) var files: [String] = []

    /// Its values, power first.
    var values: [Value] = []

    /// How long it took to read the values.
    var readingTime = ReadingMeter()

    /// What is wrong with it.
    var findings: [Finding] = []

    /// The attributes that have a file, power first, even those that are switched off.
    var attributes: [HwmonAttribute] {
        files.compactMap(HwmonAttribute.init).sorted { $0.order.lexicographicallyPrecedes($1.order) }
    }

    /// Whether it has a power file, even if that is switched off.
    var hasPowerFile: Bool { attributes.contains { $0.kind == .power } }

    // MARK: Identity

    /// Identifies a chip. If its device sleeps, or may sleep, only the device's folder `power` is read.
    ///
    /// - Parameter folder: The folder's name, such as `hwmon3`.
    init(folder: String, in sysfs: SystemRoot) {
        let top = "\(Self.classPath)/\(folder)"
        let resolvedTop = (try? sysfs.resolve(top)) ?? top
        let deviceFolder = (try? sysfs.resolve("\(resolvedTop)/device")) ?? "\(resolvedTop)/device"
        let power = RuntimePower(ofDevice: deviceFolder)
        let state = power.state(in: sysfs)
        let hasDevice = sysfs.hasEntry(deviceFolder)
        let texts = state.obstacle == nil ? ["\(top)/name", "\(top)/device/name"] : []
        let name = texts.lazy.compactMap { try? sysfs.text($0) }.first { !$0.isEmpty }
        (self.folder, self.top, self.resolvedTop, path) = (folder, top, resolvedTop, top)
        (driverName, runtimePower, self.state) = (name, state == .unmanaged ? nil : power, state)
        device = hasDevice ? String(deviceFolder.trimmingPrefix("devices/")) : nil
        // While a card is reset, even its name may be refused.
        likelyName =
            name == nil && state != .unmanaged
            ? sysfs.readLink("\(deviceFolder)/driver")?.split(separator: "/").last.map(String.init) : nil
    }

    // MARK: Values

    /// Lists the chip's files; false if they cannot be listed, or none of them is a value.
    ///
    /// A chip that sleeps is described as it was when it was last awake. If it never was, only values whose files exist are
    /// known: nothing of the chip is opened to find them.
    ///
    /// - Parameter history: The chips of earlier discoveries.
    mutating func list(in sysfs: SystemRoot, _ history: HwmonDiscoveryHistory) -> Bool {
        if let obstacle = state.obstacle {
            let state = state
            let known = history.chips.withLock { $0[resolvedTop] }
            if let known { self = known } else { probe(in: sysfs) }
            self.state = state
            for index in values.indices { values[index].status = obstacle }
            findings = values.isEmpty ? [] : [.leftAlone(self, isKnown: known != nil)]
            // In a folder that this process may not enter no file is found.
            if values.isEmpty, case .unknown(let errno) = state, [EACCES, EPERM].contains(errno) {
                _ = sysfs.list(top, of: "hardware-monitoring chip", findings: &findings)
            }
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
            findings = [.unreadable(top, error, in: sysfs)]
            return false
        }
        if attributes.isEmpty { return false }
        if isUnnamed { findings = [.unnamedChip(path)] }
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
        values = attributes.map { Value(attribute: $0) }
    }

    /// The value of an attribute; nil if there is none.
    func value(_ attribute: HwmonAttribute) -> Value? { values.first { $0.attribute == attribute } }
}
