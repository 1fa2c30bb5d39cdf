import Glibc
import PowerSensorsCore

/// One power supply, as its folder describes it at discovery.
struct PowerSupply {
    static let classPath = "class/power_supply"

    /// The folder's name, such as `BAT0`, which is the supply's own.
    let name: String

    /// The kind, such as `Battery`, `Mains`, `USB` or `UPS`; nil if it cannot be read.
    let type: String?

    /// Whether it shows what was negotiated with a charger, rather than what flows: a USB-C port under a contract.
    let isNegotiated: Bool

    /// The most that can be stored, in millionths of a watt-hour or an ampere-hour; nil if unknown.
    private(set) var storeLimit: Int64?

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

    /// Whether it is a mains adapter or port of the machine that shows whether it is connected.
    var isPlug: Bool { !isBattery && !isPeripheral && files.contains("online") }

    /// Whether it is known to be disconnected.
    var isUnplugged: Bool { !isOnline && statuses.contains { $0.attribute == .online && $0.status == .ok } }

    /// Whether its power is unknown but for what its store shows.
    var needsStore: Bool { feedsHost && rate == nil && flowFiles.stored != nil }

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
        isNegotiated = type?.hasPrefix("USB") == true && Self.isUnderContract(name, files, in: sysfs)
        storeLimit = statedStoreLimit(in: sysfs)
        readDirection(from: sysfs, findings: &findings)
        for attribute in attributes { statuses.append((attribute, status(of: attribute, sysfs, &findings))) }
        if feedsHost, isPresent { checkValues(in: sysfs, &findings) }
    }

    /// Whether a USB port's voltage and current are those of a contract.
    ///
    /// The kernel's drivers for USB-C controllers (ucsi, tcpm) report what was negotiated, not what they measured
    /// (kernel sources drivers/usb/typec/ucsi/psy.c and drivers/usb/typec/tcpm/tcpm.c). Others say in `usb_type`, in
    /// brackets, what kind of charger is connected (Documentation/ABI/testing/sysfs-class-power).
    private static func isUnderContract(_ name: String, _ files: Set<String>, in sysfs: SystemRoot) -> Bool {
        if name.hasPrefix("ucsi-") || name.hasPrefix("tcpm-") { return true }
        let kinds = files.contains("usb_type") ? try? sysfs.text("\(classPath)/\(name)/usb_type") : nil
        return (kinds ?? "").split(separator: " ").contains { $0 == "[C]" || $0.hasPrefix("[PD") }
    }

    /// Four times the largest capacity that the battery states: a new battery, or one whose design is wrong, holds more
    /// than it says, but not that much.
    private func statedStoreLimit(in sysfs: SystemRoot) -> Int64? {
        let kind = files.contains("energy_now") ? "energy" : "charge"
        let full = ["full", "full_design"].filter { files.contains("\(kind)_\($0)") }
            .compactMap { try? sysfs.signedNumber("\(path)/\(kind)_\($0)") }
            .filter { $0 > 0 && !$0.isUnknownValue }
        return full.max().map { $0 > .max / 4 ? .max : $0 * 4 }
    }

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
        found.feedsHost = true
        if files.contains("voltage_now") { found.terminal = "\(path)/voltage_now" }
        if files.isSuperset(of: ["power_now", "current_now", "voltage_now"]), !derivesPower {
            found.current = "\(path)/current_now"
        }
        found.storesCharge = !files.contains("energy_now")
        found.storeLimit = storeLimit
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
            if let limit = limit(of: attribute), number > limit {
                if reportsFaults { findings.append(.overfull("\(path)/\(file)", number)) }
                return (.implausible, nil)
            }
            if let value = attribute.value(of: number) { return (.ok, value) }
            if reportsFaults { findings.append(.implausibleSupply("\(path)/\(file)", number)) }
            return (.implausible, nil)
        } catch {
            if reportsFaults { findings.append(.unreadableSupply("\(path)/\(file)", error, in: sysfs)) }
            return (error.status, nil)
        }
    }

    /// Finds values of a battery that cannot be true beside its others.
    private mutating func checkValues(in sysfs: SystemRoot, _ findings: inout [Finding]) {
        func value(_ attribute: SupplyAttribute) -> Double? {
            guard let file = attribute.file, let number = try? sysfs.signedNumber("\(path)/\(file)") else { return nil }
            return attribute.value(of: number)
        }
        if let volts = value(.voltage), volts <= 0, rate ?? 0 == 0, value(.energy) ?? value(.charge) ?? 0 == 0 {
            rate = nil
            mark(SupplyAttribute.allCases.filter { $0 != .discharging && $0 != .online }, .implausible)
            findings.append(.blank(self))
        } else if !derivesPower, let rate, let amperes = value(.current), let volts = value(.voltage),
            SupplyAttribute.areContradictory(power: rate, product: abs(amperes * volts))
        {
            self.rate = nil
            mark([.power, .discharge], .implausible)
            findings.append(.contradictoryRate(self, shown: rate, product: abs(amperes * volts)))
        }
    }

    /// Gives channels that could be read another status.
    private mutating func mark(_ attributes: [SupplyAttribute], _ status: ReadingStatus) {
        for index in statuses.indices where attributes.contains(statuses[index].attribute) {
            if statuses[index].status == .ok { statuses[index].status = status }
        }
    }

    /// Takes a battery of unknown direction for discharging, since all mains adapters and ports are unplugged. One that
    /// shows a power of 0 may rest while another one discharges.
    mutating func dischargeIfUnknown() {
        guard feedsHost, isPresent, direction == .unknown, rate != 0 else { return }
        direction = .discharging
        let power = statuses.first { $0.attribute == .power }?.status ?? .io(errno: ENODATA)
        for index in statuses.indices {
            switch statuses[index].attribute {
            case .discharging: statuses[index].status = .ok
            case .discharge: statuses[index].status = power
            default: continue
            }
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
                know the rate, so it is unknown here too, unless what the battery stores shows it.
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

    /// A battery shows zeros for everything.
    fileprivate static func blank(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .warning, subject: supply.path, reason: .contradictory,
            text: """
                \(supply.name) shows 0 for voltage, power and what it stores, which no battery does, so none of its values \
                is used. Some firmware does so after a resume.
                """,
            remedy: "Nothing needs to be done; its values are used again as soon as one of these is not 0.")
    }

    /// A battery's power is neither near to the product of its current and voltage, nor known to be the right one.
    fileprivate static func contradictoryRate(_ supply: PowerSupply, shown: Double, product: Double) -> Finding {
        let (shown, product) = (fixed(shown, decimals: 1), fixed(product, decimals: 1))
        return Finding(
            severity: .warning, subject: "\(supply.path)/power_now", reason: .contradictory,
            text: """
                \(supply.name) shows a power of \(shown) W, but its current and voltage make \(product) W, so neither is \
                believed.
                """,
            remedy: """
                Nothing needs to be done: while it discharges, what it stores falls, which shows the power within a minute \
                or two.
                """)
    }

    /// A battery holds more than it can.
    fileprivate static func overfull(_ file: String, _ number: Int64) -> Finding {
        Finding(
            severity: .warning, subject: file, reason: .implausible,
            text: "The file shows \(number), more than four times what the battery says that it can hold.",
            remedy: "Compare it with the files beside it that end in _full and _full_design: one of them is wrong.")
    }

    /// A port shows a contract.
    static func negotiated(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .info, subject: supply.path, reason: .nominal,
            text: """
                \(supply.name) shows the voltage and current that the charger has agreed to supply at most, not what flows, \
                so they are nominal and have no energy.
                """)
    }

    /// It is unknown whether a battery supplies the machine.
    static func undecided(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .warning, subject: "\(supply.path)/status", reason: .unknown,
            text: """
                The status of \(supply.name) is unknown, and no mains adapter shows that it is unplugged, so it is unknown \
                whether \(supply.name) feeds the machine.
                """,
            remedy: """
                Unplug the charger and run this again: if the status is still unknown, its firmware does not tell, and the \
                figure battery remains unknown.
                """)
    }

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
