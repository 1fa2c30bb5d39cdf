import PowerSensorsCore

/// One zone of powercap (a part of the machine whose energy or power it shows), as its folder describes it at
/// discovery.
struct PowercapZone: Sendable {
    /// The folder's name, such as `intel-rapl:0:1`. The numbers are hexadecimal. After a hot-plug, another zone may
    /// have the same numbers.
    let folder: String

    /// The folder's path in sysfs.
    let path: String

    /// The driver that registered it, such as `intel-rapl-mmio`: the folder's name up to the first colon.
    let controlType: String

    /// The folder of the zone that contains this one; nil for a top-level zone. Discovery compares it with that of every
    /// other zone.
    let parentFolder: String?

    /// The text of its `name` file; nil if that cannot be read.
    let name: String?

    /// Whether it shows power, in `power_uw`, and counts no energy, as zones of the dtpm driver do.
    let isPower: Bool

    /// The range of the counter, from `max_energy_range_uj`; nil if that is not a number, or the zone counts no energy.
    let range: UInt64?

    /// The number that the first reading returned.
    let firstNumber: UInt64?
    private(set) var status: ReadingStatus

    /// How long the first reading took.
    let readCost: Duration?

    /// The largest of its power limits; nil if it has none.
    let largestConstraint: Watts?

    /// Whether it shows RAPL registers of an Intel or AMD processor.
    var isRAPL: Bool { controlType.hasPrefix("intel-rapl") }

    /// The path of the file that shows its energy or power.
    let meterPath: String

    /// The name of the file that shows its energy or power.
    var meterFile: String { isPower ? "power_uw" : "energy_uj" }

    /// The numbers in the folder's name, by which zones are sorted: `intel-rapl:a` after `intel-rapl:9`, and both
    /// before `intel-rapl:10`.
    var order: [Int] { folder.split(separator: ":").dropFirst().map { Int($0, radix: 16) ?? .max } }

    /// Reads a zone's folder. A file that is missing or unreadable becomes a finding, and affects only this zone.
    init(_ location: PowercapTree.Folder, in sysfs: SystemRoot, into result: inout MechanismDiscovery) {
        (folder, path) = (location.name, location.path)
        let parts = folder.split(separator: ":")
        controlType = parts.first.map(String.init) ?? folder
        parentFolder = parts.count > 2 ? parts.dropLast().joined(separator: ":") : nil
        name = Self.name(path, in: sysfs, &result)
        // Listing the folder is cheaper than trying every file that may exist. If it cannot be listed, its files may
        // still be readable.
        let files = location.files ?? Self.defaultFiles
        largestConstraint = Self.largestConstraint(path, files, in: sysfs)

        let hasEnergy = files.contains("energy_uj")
        isPower = !hasEnergy && files.contains("power_uw")
        let file = isPower ? "\(path)/power_uw" : "\(path)/energy_uj"
        meterPath = file
        do throws(AttributeError) {
            (firstNumber, readCost) = try sysfs.timedNumber(file)
            status = .ok
        } catch {
            (firstNumber, readCost) = (nil, nil)
            status = error.status
            // A zone that only has limits is not a broken sensor.
            if name != nil { result.add(unreadable: file, error, in: sysfs, isCounter: hasEnergy) }
        }
        range = hasEnergy ? Self.range(path, sysfs, &result) : nil
        if let range, let number = firstNumber, number > range {
            status = .implausible
            result.discovery.findings.append(
                Finding(
                    severity: .warning, subject: file, reason: Finding.Reason(status),
                    text: "The counter shows \(number) µJ, which is beyond its range of \(range) µJ.",
                    remedy: "See whether another mechanism counts it right: --sensor rapl:perf"))
        }
    }

    private static func name(_ path: String, in sysfs: SystemRoot, _ result: inout MechanismDiscovery) -> String? {
        do throws(AttributeError) {
            let name = try sysfs.text("\(path)/name")
            if !name.isEmpty, name.utf8.count <= 64 { return name }
            result.discovery.findings.append(
                Finding(
                    severity: .warning, subject: "\(path)/name", reason: .malformed,
                    text: name.isEmpty
                        ? "The zone's name is empty, so what it counts is unknown."
                        : "The zone's name has \(name.utf8.count) bytes, which is too long for a RAPL domain.",
                    remedy: "See whether the driver that registered the zone says why: sudo dmesg"))
        } catch {
            result.add(unreadable: "\(path)/name", error, in: sysfs)
        }
        return nil
    }

    private static func range(_ path: String, _ sysfs: SystemRoot, _ result: inout MechanismDiscovery) -> UInt64? {
        let file = "\(path)/max_energy_range_uj"
        let consequence = "Whenever the counter falls, a reset is assumed, so energy is lost at each wrap."
        do throws(AttributeError) {
            let range = try sysfs.number(file)
            if range > 0 { return range }
            result.discovery.findings.append(
                Finding(
                    severity: .warning, subject: file, reason: .malformed, text: "The range is 0. \(consequence)",
                    remedy: "Read the domain by perf, which needs no range: --sensor rapl:perf"))
        } catch {
            result.add(unreadable: file, error, in: sysfs, consequence: consequence)
        }
        return nil
    }

    /// The files that a zone of RAPL usually has.
    private static let defaultFiles = ["energy_uj", "constraint_0_power_limit_uw", "constraint_1_power_limit_uw"]

    private static func largestConstraint(_ path: String, _ files: [String], in sysfs: SystemRoot) -> Watts? {
        // Firmware expresses "no limit" by the largest value that fits into the register, 4095.875 W in units of 1/8 W
        // (Intel SDM), so limits above 4 kW are ignored.
        let believable: UInt64 = 4_000_000_000
        let limits = files.filter { file in
            file.hasPrefix("constraint_") && (file.hasSuffix("_power_limit_uw") || file.hasSuffix("_max_power_uw"))
        }
        let largest = limits.compactMap { try? sysfs.number("\(path)/\($0)") }.filter { $0 <= believable }.max()
        return largest.map { Watts(Double($0) / 1e6) }
    }
}

extension MechanismDiscovery {
    /// Adds a zone's file that cannot be read.
    fileprivate mutating func add(
        unreadable file: String, _ error: AttributeError, in sysfs: SystemRoot, isCounter: Bool = false,
        consequence: String? = nil
    ) {
        let finding = Finding.unreadable(file, error, in: sysfs, consequence: consequence)
        if error.status == .forbidden {
            add(.forbidden(isCounter: isCounter), finding)
        } else {
            discovery.findings.append(finding)
        }
    }
}
