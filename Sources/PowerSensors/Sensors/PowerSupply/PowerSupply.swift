#if canImport(Glibc)
import Glibc
#endif

/// One power supply, as its folder shows it.
struct PowerSupply {
    static let classPath = "class/power_supply"

    /// The folder's name, such as `BAT0`: the supply's own.
    let name: String

    /// What its `type` says, such as `Battery`, `Mains`, `USB` or `UPS`; nil where that cannot be read.
    let type: String?

    /// Whether it feeds a device beside the machine, such as a mouse.
    let isOfDevice: Bool

    /// Whether it may be a battery of the machine's, as nobody can tell what it is or what it feeds.
    let isUnknownPart: Bool

    /// The files in its folder.
    let files: Set<String>

    /// What each of its channels showed, in order.
    private(set) var statuses: [(attribute: SupplyAttribute, status: ReadingStatus)] = []

    /// The power that flows, by its number or by current and voltage; nil where that is unknown.
    private(set) var rate: Double?

    /// Whether a supply at the mains, or a port, gives the machine something.
    private(set) var isOnline = false

    /// What it cost to read each file once.
    private(set) var meter = ReadingMeter()

    /// What the status said; nil for a supply that has none.
    private(set) var direction: SupplyDirection?

    /// Whether it is there: a bay for a battery may be empty.
    let isPresent: Bool

    var path: String { "\(Self.classPath)/\(name)" }

    var isBattery: Bool { type == "Battery" }

    /// Whether it gives the machine its power while it discharges.
    var feedsHost: Bool { isBattery && !isOfDevice && !isUnknownPart && files.contains("status") }

    /// Whether the machine takes something from it now, as far as that is known.
    var isFeeding: Bool {
        if isBattery { return feedsHost && isPresent && direction == .discharging && (rate ?? 0) > 0 }
        return !isOfDevice && isOnline
    }

    /// Whether it is said to discharge, at no rate.
    var discharges0: Bool { feedsHost && isPresent && direction == .discharging && rate == 0 }

    /// Whether its power follows from current and voltage, since no file shows it, or none that knew it at discovery.
    private(set) var derivesPower: Bool

    /// Looks at one supply and reads it once. What fails is a finding, and takes its own channel away.
    init(name: String, in sysfs: SystemRoot, findings: inout [Finding]) {
        self.name = name
        let path = "\(Self.classPath)/\(name)"
        do throws(AttributeError) {
            files = Set(try sysfs.list(path))
        } catch {
            files = []
            findings.append(.unreadable(path, error, in: sysfs))
        }
        do throws(AttributeError) {
            type = try sysfs.text("\(path)/type")
        } catch {
            type = nil
            if !files.isEmpty { findings.append(.untypedSupply("\(path)/type", error)) }
        }
        derivesPower = !files.contains("power_now") && files.isSuperset(of: ["current_now", "voltage_now"])
        var isScopeKnown = true
        do throws(AttributeError) {
            isOfDevice = files.contains("scope") ? try sysfs.text("\(path)/scope") == "Device" : false
        } catch {
            (isOfDevice, isScopeKnown) = (false, false)
            findings.append(.unscopedSupply("\(path)/scope", error))
        }
        // What has no state of charge and no direction is no battery, whatever else it is.
        let mayBeBattery =
            type == nil ? files.isEmpty || !files.isDisjoint(with: ["status", "capacity"]) : type == "Battery"
        isUnknownPart = mayBeBattery && !isOfDevice && (type == nil || !isScopeKnown)
        isPresent = !files.contains("present") || (try? sysfs.signedNumber("\(path)/present")) != 0
        readDirection(from: sysfs, findings: &findings)
        for attribute in attributes { statuses.append((attribute, status(of: attribute, sysfs, &findings))) }
    }

    /// What the supply can show. A battery's own `online` says nothing that its status does not.
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

    /// The files that tell what it does.
    var filesOfFlow: DischargeWatch.Files {
        var found = DischargeWatch.Files()
        if files.contains("online"), !isBattery { found.online = "\(path)/online" }
        guard feedsHost else { return found }
        if files.contains("power_now") { found.gives = "\(path)/power_now" }
        if derivesPower { (found.gives, found.voltage) = ("\(path)/current_now", "\(path)/voltage_now") }
        found.store = ["energy_now", "charge_now"].first(where: files.contains).map { "\(path)/\($0)" }
        return found
    }

    private mutating func readDirection(from sysfs: SystemRoot, findings: inout [Finding]) {
        guard isPresent, files.contains("status") else { return }
        do throws(AttributeError) {
            direction = SupplyDirection(try sysfs.text("\(path)/status"))
        } catch {
            direction = .unknown
            if !isQuiet(error) { findings.append(.unreadable("\(path)/status", error, in: sysfs)) }
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
            let (status, value) = value(in: attribute.file ?? "", attribute, sysfs, &findings, isFirst: true)
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
        let current = value(in: "current_now", .current, sysfs, &findings, isFirst: false)
        let voltage = value(in: "voltage_now", .voltage, sysfs, &findings, isFirst: false)
        guard let amperes = current.value, let volts = voltage.value else {
            return current.status == .ok ? voltage.status : current.status
        }
        rate = abs(amperes * volts)
        return .ok
    }

    /// Reads a file once. It is complained of where its own channel comes, and not where power is derived from it.
    private mutating func value(
        in file: String, _ attribute: SupplyAttribute, _ sysfs: SystemRoot, _ findings: inout [Finding], isFirst: Bool
    ) -> (status: ReadingStatus, value: Double?) {
        do throws(AttributeError) {
            let number = try sysfs.number("\(path)/\(file)", &meter).number
            if let value = attribute.value(of: number) { return (.ok, value) }
            if isFirst { findings.append(.implausibleSupply("\(path)/\(file)", number)) }
            return (.implausible, nil)
        } catch {
            if isFirst {
                findings.append(.unreadableSupply("\(path)/\(file)", error, in: sysfs, isQuiet: isQuiet(error)))
            }
            return (error.status, nil)
        }
    }

    /// Takes a rate of 0 for what it is where nothing else feeds the machine: a rate that the firmware does not know.
    mutating func distrustRate(_ findings: inout [Finding]) {
        rate = nil
        for index in statuses.indices where [.power, .discharge].contains(statuses[index].attribute) {
            statuses[index].status = .io(errno: ENODATA)
        }
        findings.append(.rateless(self))
    }

    /// All attributes are optional: these two say that a driver knows no value, as for a battery of unknown rate.
    private func isQuiet(_ error: AttributeError) -> Bool { error.errno == ENODEV || error.errno == ENODATA }
}

extension Finding {
    static func noSupplies(_ error: AttributeError?, in sysfs: SystemRoot) -> Finding {
        if let error, error.status != .absent {
            return Finding(
                severity: .warning, subject: PowerSupply.classPath, reason: error.status.name,
                text: "The folder of the power supplies cannot be listed: \(systemMessage(errno: error.errno)).",
                remedy:
                    "Run as root, or allow this user to list it: sudo chmod o+rx \(sysfs.path)/\(PowerSupply.classPath)"
            )
        }
        return Finding(
            severity: .info, subject: PowerSupply.classPath, reason: "absent",
            text: "There is no battery and no other power supply that the kernel knows of.")
    }

    static func untypedSupply(_ file: String, _ error: AttributeError) -> Finding {
        Finding(
            severity: .warning, subject: file, reason: error.status.name,
            text: "What kind of supply it is cannot be read: \(error.reason). It is shown, and counted in no figure.",
            remedy: "Load its driver again; if it stays so, tell its authors.")
    }

    static func unscopedSupply(_ file: String, _ error: AttributeError) -> Finding {
        Finding(
            severity: .warning, subject: file, reason: error.status.name,
            text: "What the supply feeds cannot be read: \(error.reason). It is shown, and counted in no figure.",
            remedy: "Load its driver again; if it stays so, tell its authors.")
    }

    /// A battery that feeds the machine, it says, at 0 W.
    static func rateless(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .warning, subject: supply.path, reason: "rateless",
            text: """
                \(supply.name) discharges at a rate of 0, and nothing else feeds the machine: its firmware does not know \
                the rate, so it is unknown here too.
                """,
            remedy: "Wait until the gauge has been renewed, a minute at most; if it stays so, ask for newer firmware.")
    }

    static func unreadableSupply(_ file: String, _ error: AttributeError, in sysfs: SystemRoot, isQuiet: Bool)
        -> Finding
    {
        let finding = unreadable(file, error, in: sysfs)
        guard isQuiet else { return finding }
        return Finding(
            severity: .info, subject: file, reason: error.status.name,
            text: "The driver knows no value just now: \(error.reason).")
    }

    static func implausibleSupply(_ file: String, _ number: Int64) -> Finding {
        Finding(
            severity: .warning, subject: file, reason: ReadingStatus.implausible.name,
            text: "The file shows \(number), which cannot be true.",
            remedy: "Load the driver again; if it stays so, tell its authors.")
    }

    /// Batteries tell of the host only while they feed it.
    static var onMains: Finding {
        Finding(
            severity: .info, subject: PowerSupply.classPath, reason: "idle",
            text: "No battery discharges, so the figure of scope battery has no value until one does.")
    }

    /// A supply that feeds something else.
    static func peripheral(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .info, subject: supply.path, reason: "peripheral",
            text: "\(supply.name) feeds a device beside the machine, so it is in no figure of the host.")
    }

    static func undirected(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .warning, subject: "\(supply.path)/status", reason: "absent",
            text: "The battery has no status, so nothing tells when it feeds the machine; it is counted in no figure.",
            remedy: "Load its driver again; if it stays so, tell its authors.")
    }
}
