import Glibc
import PowerSensorsCore

/// One power supply, as its folder describes it at discovery.
struct PowerSupply {
    static let classPath = "class/power_supply"

    /// The folder's name, such as `BAT0`, which is the supply's own.
    let name: String

    /// The kind, such as `Battery`, `Mains`, `USB` or `UPS`; nil if it cannot be read.
    let type: String?

    /// Whether it supplies a device other than the machine, such as a mouse.
    let isPeripheral: Bool

    /// Whether it may be a battery of the machine, but its type or what it supplies cannot be read.
    let isHostUncertain: Bool

    /// The names of the files in its folder.
    let files: Set<String>

    /// Whether it is present: a battery bay may be empty.
    private(set) var isPresent = true

    /// Whether it shows what was negotiated with a charger, rather than what flows: a USB-C port under a USB Power
    /// Delivery contract.
    private(set) var isNegotiated = false

    /// The most that can be stored, in millionths of a watt-hour or an ampere-hour; nil if unknown.
    private(set) var storeLimit: Int64?

    /// Its channels, in order, and whether each could be read; none before it is read.
    private(set) var statuses: [(attribute: SupplyAttribute, status: ReadingStatus)] = []

    /// How long it took to read each file once.
    private(set) var readingTime = ReadingMeter()

    /// In which direction energy flows, from its `status` file; nil if it is not present or has no such file.
    private(set) var direction: SupplyDirection?

    /// Whether its power is derived from current and voltage, since no file shows it, or none did at discovery.
    private(set) var derivesPower: Bool

    /// What its files showed, by their paths.
    private var shown: [String: Int64] = [:]

    /// The power that flows, or why it is unknown.
    private var power = Reading.missing(.io(errno: ENODATA))

    var path: String { "\(Self.classPath)/\(name)" }

    var isBattery: Bool { type == "Battery" }

    /// Whether it is a battery that supplies the machine when it discharges.
    var feedsHost: Bool { isBattery && !isPeripheral && !isHostUncertain && files.contains("status") }

    /// Whether it is, or may be, a battery of the machine.
    var mayBeBatteryOfHost: Bool { isHostUncertain || (isBattery && !isPeripheral) }

    /// Whether it is a mains adapter or port of the machine that shows whether it is connected.
    var isPlug: Bool { !isBattery && !isPeripheral && files.contains("online") }

    /// Whether its power can only be derived from how fast its stored energy or charge falls.
    var needsStore: Bool { feedsHost && power.value == nil && flowFiles.stored != nil }

    /// Whether it says that it discharges, with a power of 0.
    var isAtZeroRate: Bool { flow.isDischarging && numbers.watts == 0 }

    /// What it is known to do now.
    var flow: SupplyFlows.Flow { numbers.flow(isDischarging: feedsHost && direction == .discharging) }

    /// Reads what kind of supply it is, and nothing that its driver would have to ask its hardware for. A file that cannot
    /// be read becomes a finding.
    init(name: String, in sysfs: SystemRoot, findings: inout [Finding]) {
        self.name = name
        let path = "\(Self.classPath)/\(name)"
        do throws(AttributeError) {
            files = Set(try sysfs.list(path))
        } catch {
            files = []
            findings.append(.unreadable(path, error, in: sysfs))
        }
        func text(_ file: String, unknown: String) -> String? {
            do throws(AttributeError) {
                return try sysfs.text("\(path)/\(file)")
            } catch {
                findings.append(.unidentifiedSupply("\(path)/\(file)", unknown: unknown, error))
                return nil
            }
        }
        // If the folder cannot be listed, there is a finding already.
        type = files.isEmpty ? try? sysfs.text("\(path)/type") : text("type", unknown: "What kind of supply it is")
        // Empty if there is no such file; nil if it cannot be read.
        let scope = files.contains("scope") ? text("scope", unknown: "What the supply feeds") : ""
        isPeripheral = scope == "Device"
        derivesPower = !files.contains("power_now") && files.isSuperset(of: ["current_now", "voltage_now"])
        let mayBeBattery: Bool
        if let type {
            mayBeBattery = type == "Battery"
        } else {
            // Only something with a state of charge or a direction can be a battery.
            mayBeBattery = files.isEmpty || !files.isDisjoint(with: ["status", "capacity"])
        }
        isHostUncertain = mayBeBattery && !isPeripheral && (type == nil || scope == nil)
    }

    // MARK: Reading

    /// Reads each file of a channel once. One that cannot be read becomes a finding, and affects only its own channel.
    mutating func read(in sysfs: SystemRoot, findings: inout [Finding]) {
        isPresent = !files.contains("present") || (try? sysfs.signedNumber("\(path)/present")) != 0
        isNegotiated = type?.hasPrefix("USB") == true && isUnderContract(in: sysfs)
        storeLimit = statedStoreLimit(in: sysfs)
        guard isPresent else {
            statuses = attributes.map { ($0, .absent) }
            return
        }
        readDirection(from: sysfs, findings: &findings)
        var readings = readValues(in: sysfs, &findings)
        if numbers.isBlank {
            for (attribute, reading) in readings where attribute != .online && reading.status == .ok {
                readings[attribute] = .missing(.implausible)
            }
            findings.append(.blank(self))
        } else if numbers.isContradicted, let shown = numbers.watts, let product = numbers.product {
            readings[.power] = .missing(.implausible)
            findings.append(.contradictoryRate(self, shown: shown, product: product))
        }
        power = readings[.power] ?? power
        readings[.discharging] = direction == .unknown ? .missing(.io(errno: ENODATA)) : .value(0)
        readings[.dischargePower] = (direction ?? .unknown).dischargePower(from: power)
        statuses = attributes.map { ($0, readings[$0]?.status ?? .absent) }
    }

    private mutating func readDirection(from sysfs: SystemRoot, findings: inout [Finding]) {
        guard files.contains("status") else { return }
        do throws(AttributeError) {
            direction = SupplyDirection(try sysfs.text("\(path)/status"))
        } catch {
            direction = .unknown
            if !error.meansUnknownValue { findings.append(.unreadable("\(path)/status", error, in: sysfs)) }
        }
    }

    /// The readings of the channels that have files, and of a power that is derived from two of them.
    private mutating func readValues(
        in sysfs: SystemRoot, _ findings: inout [Finding]
    ) -> [SupplyAttribute: Reading] {
        var readings: [SupplyAttribute: Reading] = [:]
        for attribute in attributes where attribute != .dischargePower {
            guard let file = attribute.file, files.contains(file) else { continue }
            readings[attribute] = read("\(path)/\(file)", attribute, sysfs, &findings)
        }
        guard readings[.power]?.value == nil, let current = readings[.current], let voltage = readings[.voltage] else {
            return readings
        }
        if let amperes = current.value, let volts = voltage.value {
            readings[.power] = .value(abs(amperes * volts))
            derivesPower = true
        } else if derivesPower {
            readings[.power] = current.status == .ok ? voltage : current
        }
        return readings
    }

    private mutating func read(
        _ file: String, _ attribute: SupplyAttribute, _ sysfs: SystemRoot, _ findings: inout [Finding]
    ) -> Reading {
        do throws(AttributeError) {
            let number = try sysfs.number(file, &readingTime).number
            shown[file] = number
            if let limit = limit(of: attribute), number > limit {
                findings.append(.overfull(file, number))
            } else if let value = attribute.value(of: number) {
                return .value(value)
            } else {
                findings.append(.implausibleSupply(file, number))
            }
            return .missing(.implausible)
        } catch {
            findings.append(.unreadableSupply(file, error, in: sysfs))
            return .missing(error.status)
        }
    }

    // MARK: Files and numbers

    /// The highest number that a channel's file can truthfully show; nil if unknown.
    func limit(of attribute: SupplyAttribute) -> Int64? {
        switch attribute {
        case .energy: storeLimit
        case .charge: files.contains("energy_now") ? nil : storeLimit
        default: nil
        }
    }

    /// The channels that the supply has. The `online` of a battery is left out: it says nothing that its status does
    /// not.
    private var attributes: [SupplyAttribute] {
        SupplyAttribute.allCases.filter { attribute in
            switch attribute {
            case .power: files.contains("power_now") || derivesPower
            case .dischargePower: feedsHost
            case .discharging: (isBattery || type == "UPS") && files.contains("status")
            case .online: !isBattery && files.contains("online")
            default: attribute.file.map(files.contains) ?? false
            }
        }
    }

    /// The files from which a reader finds out whether the supply feeds the machine.
    var flowFiles: SupplyFiles<String> {
        var found = SupplyFiles<String>()
        func path(_ file: String) -> String? { files.contains(file) ? "\(self.path)/\(file)" : nil }
        // A battery's `online` says nothing that its status does not.
        if !isBattery { found.online = path("online") }
        guard feedsHost else { return found }
        found.feedsHost = true
        found.storesCharge = !files.contains("energy_now")
        found.storeLimit = storeLimit
        found.derivesPower = derivesPower
        found.stored = path("energy_now") ?? path("charge_now")
        found.power = derivesPower ? nil : path("power_now")
        found.voltage = path("voltage_now")
        // Only the product of current and voltage is used: it is the derived power, or what the shown power is checked against.
        found.current = found.voltage == nil ? nil : path("current_now")
        return found
    }

    /// What these files showed.
    private var numbers: SupplyNumbers {
        var numbers = flowFiles.map { shown[$0] }
        numbers.present = isPresent ? 1 : 0
        return numbers
    }

    // MARK: Other supplies

    /// Assumes that a battery of unknown direction is discharging, since all mains adapters and ports are unplugged. One that
    /// shows a power of 0 may rest while another one discharges.
    mutating func dischargeIfUnknown() {
        guard feedsHost, isPresent, direction == .unknown, numbers.watts != 0 else { return }
        direction = .discharging
        set(.discharging, to: .ok)
        set(.dischargePower, to: SupplyDirection.discharging.dischargePower(from: power).status)
    }

    /// Treats a power of 0 as unknown, for a battery that must be supplying the machine, since nothing else does.
    mutating func distrustRate(_ findings: inout [Finding]) {
        power = .missing(.io(errno: ENODATA))
        set(.power, to: power.status)
        set(.dischargePower, to: power.status)
        findings.append(.unknownRate(self))
    }

    private mutating func set(_ attribute: SupplyAttribute, to status: ReadingStatus) {
        for index in statuses.indices where statuses[index].attribute == attribute { statuses[index].status = status }
    }
}
