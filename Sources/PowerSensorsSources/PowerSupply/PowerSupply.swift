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
    let mayFeedHost: Bool

    /// The names of the files in its folder.
    let files: Set<String>

    /// Its channels, in order, and whether each could be read.
    private(set) var statuses: [(attribute: SupplyAttribute, status: ReadingStatus)] = []

    /// The power that flows in watts, read from its file or derived from current and voltage; nil if unknown.
    private(set) var rate: Double?

    /// Whether it is a mains adapter or port that is connected.
    private(set) var isOnline = false

    /// How long it took to read each file once.
    private(set) var meter = ReadingMeter()

    /// In which direction energy flows, from its `status` file; nil if it is not present or has no such file.
    private(set) var direction: SupplyDirection?

    /// Whether it is present: a battery bay may be empty.
    let isPresent: Bool

    /// Whether its power is derived from current and voltage, since no file shows it, or none did at discovery.
    private(set) var derivesPower: Bool

    var path: String { "\(Self.classPath)/\(name)" }

    var isBattery: Bool { type == "Battery" }

    /// Whether it is a battery that supplies the machine when it discharges.
    var feedsHost: Bool { isBattery && !isPeripheral && !mayFeedHost && files.contains("status") }

    /// Whether it is known to supply the machine now.
    var isFeeding: Bool {
        if isBattery { return isDischargingHost && (rate ?? 0) > 0 }
        return !isPeripheral && isOnline
    }

    /// Whether it says that it discharges, at a rate of 0.
    var isAtZeroRate: Bool { isDischargingHost && rate == 0 }

    private var isDischargingHost: Bool { feedsHost && isPresent && direction == .discharging }

    /// Reads a supply once. A file that cannot be read becomes a finding, and affects only its own channel.
    init(name: String, in sysfs: SystemRoot, findings: inout [Finding]) {
        self.name = name
        let path = "\(Self.classPath)/\(name)"
        do throws(AttributeError) {
            files = Set(try sysfs.list(path))
        } catch {
            files = []
            findings.append(.unreadable(path, error, in: sysfs))
        }
        func text(_ file: String, _ meaning: String) -> String? {
            do throws(AttributeError) {
                return try sysfs.text("\(path)/\(file)")
            } catch {
                findings.append(.unidentifiedSupply("\(path)/\(file)", meaning, error))
                return nil
            }
        }
        // If the folder cannot be listed, there is a finding already.
        type = files.isEmpty ? try? sysfs.text("\(path)/type") : text("type", "What kind of supply it is")
        let scope = files.contains("scope") ? text("scope", "What the supply feeds") : ""
        isPeripheral = scope == "Device"
        derivesPower = !files.contains("power_now") && files.isSuperset(of: ["current_now", "voltage_now"])
        // Without a type, only something with a state of charge or a direction can be a battery.
        let mayBeBattery =
            type == nil ? files.isEmpty || !files.isDisjoint(with: ["status", "capacity"]) : type == "Battery"
        mayFeedHost = mayBeBattery && !isPeripheral && (type == nil || scope == nil)
        isPresent = !files.contains("present") || (try? sysfs.signedNumber("\(path)/present")) != 0
        readDirection(from: sysfs, findings: &findings)
        for attribute in attributes { statuses.append((attribute, status(of: attribute, sysfs, &findings))) }
    }

    /// The channels that the supply has. The `online` of a battery is left out: it says nothing that its status does
    /// not.
    private var attributes: [SupplyAttribute] {
        SupplyAttribute.allCases.filter { attribute in
            switch attribute {
            case .power: files.contains("power_now") || derivesPower
            case .discharge: feedsHost
            case .discharging: (isBattery || type == "UPS") && files.contains("status")
            case .online: !isBattery && files.contains("online")
            default: attribute.file.map(files.contains) ?? false
            }
        }
    }

    /// The files from which a reader finds out whether the supply feeds the machine.
    var flowFiles: SupplyFiles<String> {
        var found = SupplyFiles<String>()
        if files.contains("online"), !isBattery { found.online = "\(path)/online" }
        guard feedsHost else { return found }
        if files.contains("power_now") { found.output = "\(path)/power_now" }
        if derivesPower { (found.output, found.voltage) = ("\(path)/current_now", "\(path)/voltage_now") }
        found.stored = ["energy_now", "charge_now"].first(where: files.contains).map { "\(path)/\($0)" }
        return found
    }

    private mutating func readDirection(from sysfs: SystemRoot, findings: inout [Finding]) {
        guard isPresent, files.contains("status") else { return }
        do throws(AttributeError) {
            direction = SupplyDirection(try sysfs.text("\(path)/status"))
        } catch {
            direction = .unknown
            if !error.meansUnknownValue { findings.append(.unreadable("\(path)/status", error, in: sysfs)) }
        }
    }

    private mutating func status(
        of attribute: SupplyAttribute, _ sysfs: SystemRoot, _ findings: inout [Finding]
    ) -> ReadingStatus {
        guard isPresent else { return .absent }
        switch attribute {
        case .discharging: return direction == .unknown ? .io(errno: ENODATA) : .ok
        case .discharge:
            if direction != .discharging { return .absent }
            return statuses.first { $0.attribute == .power }?.status ?? .io(errno: ENODATA)
        case .power where derivesPower: return derivePower(sysfs, &findings)
        default:
            let (status, value) = value(in: attribute.file ?? "", attribute, sysfs, &findings, reportsFaults: true)
            if attribute == .power {
                rate = value
                if value == nil, derivePower(sysfs, &findings) == .ok {
                    derivesPower = true
                    return .ok
                }
            }
            if attribute == .online { isOnline = (value ?? 0) > 0 }
            return status
        }
    }

    private mutating func derivePower(_ sysfs: SystemRoot, _ findings: inout [Finding]) -> ReadingStatus {
        guard files.isSuperset(of: ["current_now", "voltage_now"]) else { return .absent }
        // Faults of these files are reported with their own channels.
        let current = value(in: "current_now", .current, sysfs, &findings, reportsFaults: false)
        let voltage = value(in: "voltage_now", .voltage, sysfs, &findings, reportsFaults: false)
        guard let amperes = current.value, let volts = voltage.value else {
            return current.status == .ok ? voltage.status : current.status
        }
        rate = abs(amperes * volts)
        return .ok
    }

    private mutating func value(
        in file: String, _ attribute: SupplyAttribute, _ sysfs: SystemRoot, _ findings: inout [Finding],
        reportsFaults: Bool
    ) -> (status: ReadingStatus, value: Double?) {
        do throws(AttributeError) {
            let number = try sysfs.number("\(path)/\(file)", &meter).number
            if let value = attribute.value(of: number) { return (.ok, value) }
            if reportsFaults { findings.append(.implausibleSupply("\(path)/\(file)", number)) }
            return (.implausible, nil)
        } catch {
            if reportsFaults { findings.append(.unreadableSupply("\(path)/\(file)", error, in: sysfs)) }
            return (error.status, nil)
        }
    }

    /// Treats a power of 0 as unknown, for a battery that must be supplying the machine, since nothing else does.
    mutating func distrustRate(_ findings: inout [Finding]) {
        rate = nil
        for index in statuses.indices where [.power, .discharge].contains(statuses[index].attribute) {
            statuses[index].status = .io(errno: ENODATA)
        }
        findings.append(.unknownRate(self))
    }
}

extension AttributeError {
    /// Whether the error means that the driver does not know the value at the moment, rather than that reading failed.
    fileprivate var meansUnknownValue: Bool { errno == ENODEV || errno == ENODATA }
}

extension Finding {
    private static let seeMessages = "See whether its driver says why: sudo dmesg"

    static let noSupplies = Finding(
        severity: .info, subject: PowerSupply.classPath, reason: .absent,
        text: "The kernel lists no battery and no other power supply.")

    /// A supply whose type or scope cannot be read.
    fileprivate static func unidentifiedSupply(_ file: String, _ unknown: String, _ error: AttributeError) -> Finding {
        Finding(
            severity: .warning, subject: file, reason: Finding.Reason(error.status),
            text: "\(unknown) cannot be read: \(error.reason). It is shown, but counts in no figure.",
            remedy: seeMessages)
    }

    /// A battery supplies the machine, but shows a power of 0 W.
    fileprivate static func unknownRate(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .warning, subject: supply.path, reason: .rateless,
            text: """
                \(supply.name) discharges at a rate of 0, and nothing else feeds the machine: its firmware does not \
                know the rate, so it is unknown here too.
                """,
            remedy: "Wait until the gauge is updated, at most a minute; if that does not help, update its firmware.")
    }

    fileprivate static func unreadableSupply(_ file: String, _ error: AttributeError, in sysfs: SystemRoot) -> Finding {
        guard error.meansUnknownValue else { return unreadable(file, error, in: sysfs) }
        return Finding(
            severity: .info, subject: file, reason: Finding.Reason(error.status),
            text: "The driver does not know the value at the moment: \(error.reason).")
    }

    fileprivate static func implausibleSupply(_ file: String, _ number: Int64) -> Finding {
        Finding(
            severity: .warning, subject: file, reason: .implausible,
            text: "The file shows \(number), which cannot be true.", remedy: seeMessages)
    }

    /// There are batteries, but none discharges. They show the host's power only while they supply it.
    static let onMains = Finding(
        severity: .info, subject: PowerSupply.classPath, reason: .idle,
        text: "No battery discharges, so the figure of scope battery has no value until one does.")

    /// A supply feeds something other than the machine.
    static func peripheral(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .info, subject: supply.path, reason: .peripheral,
            text: "\(supply.name) feeds a device other than the machine, so it counts in no figure of the host.")
    }

    /// A battery does not show whether it supplies the machine.
    static func undirected(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .warning, subject: "\(supply.path)/status", reason: .absent,
            text: "The battery has no status, so it is unknown when it feeds the machine; it counts in no figure.",
            remedy: seeMessages)
    }
}
