#if canImport(Glibc)
import Glibc
#endif

/// One zone of powercap, as its folder shows it.
package struct PowercapZone: Sendable {
    /// What can be read of its energy or power.
    package enum Meter: Hashable, Sendable {
        /// `energy_uj`, with `max_energy_range_uj` where that is a number.
        case energy(range: UInt64?)

        /// `power_uw`, of zones that count no energy (dtpm).
        case power
    }

    /// The folder's name, such as `intel-rapl:0:1`. Numbers are hexadecimal, and are used again.
    package let folder: String

    /// The folder's path in sysfs.
    package var path: String { "\(Self.classPath)/\(folder)" }

    package static let classPath = "class/powercap"

    /// The driver that registered it, such as `intel-rapl-mmio`: the folder's name before the first colon.
    package let controlType: String

    /// The text of its `name` file; nil where that cannot be read.
    package let name: String?

    package let meter: Meter

    /// What the first reading gave, and why it has no number.
    package let firstNumber: UInt64?
    package private(set) var status: ReadingStatus
    package let readCost: Duration?

    /// The largest of its power limits; nil where it has none.
    package let largestConstraint: Watts?

    /// The folder of the zone that holds this one; nil for a zone at the top.
    package var parentFolder: String? {
        let parts = folder.split(separator: ":")
        return parts.count > 2 ? parts.dropLast().joined(separator: ":") : nil
    }

    /// The file its numbers come from.
    package var meterPath: String { meter == .power ? "\(path)/power_uw" : "\(path)/energy_uj" }

    /// What sorts zones as their numbers do: `intel-rapl:a` after `intel-rapl:9`, and both before `intel-rapl:10`.
    package var order: [Int] { folder.split(separator: ":").dropFirst().map { Int($0, radix: 16) ?? .max } }

    /// Looks at one zone. What is missing becomes a finding; only the zone that misses it suffers.
    package init(folder: String, in sysfs: SystemRoot, findings: inout [Finding]) {
        self.folder = folder
        controlType = folder.split(separator: ":").first.map(String.init) ?? folder
        let path = "\(Self.classPath)/\(folder)"
        name = Self.name(path, in: sysfs, findings: &findings)
        // One look at the folder is cheaper than to ask for each file that may be there. Where it cannot be listed,
        // the files may be readable all the same.
        let files = (try? sysfs.list(path)) ?? Self.usualFiles
        largestConstraint = Self.largestConstraint(path, files, in: sysfs)

        let hasEnergy = files.contains("energy_uj")
        let hasPower = !hasEnergy && files.contains("power_uw")
        let file = hasPower ? "\(path)/power_uw" : "\(path)/energy_uj"
        do throws(AttributeError) {
            (firstNumber, readCost) = try sysfs.timedNumber(file)
            status = .ok
        } catch {
            (firstNumber, readCost) = (nil, nil)
            status = error.status
            // A zone that shows nothing but its limits is no sensor that broke.
            if name != nil { findings.append(.unreadable(file, error, in: sysfs)) }
        }
        meter = hasPower ? .power : .energy(range: Self.range(path, isNeeded: hasEnergy, sysfs, &findings))
        if case .energy(let range?) = meter, let number = firstNumber, number > range {
            status = .implausible
            findings.append(
                Finding(
                    severity: .warning, subject: file, reason: status.name,
                    text: "The counter shows \(number) µJ, which is beyond its range of \(range) µJ.",
                    remedy: "Load the driver again; if it stays so, tell its authors: ls -l \(sysfs.path)/\(file)"))
        }
    }

    private static func name(_ path: String, in sysfs: SystemRoot, findings: inout [Finding]) -> String? {
        do throws(AttributeError) {
            let name = try sysfs.text("\(path)/name")
            if !name.isEmpty, name.utf8.count <= 64 { return name }
            findings.append(
                Finding(
                    severity: .warning,
                    subject: "\(path)/name",
                    reason: "malformed",
                    text: name.isEmpty
                        ? "The zone's name is empty, so it cannot be told what it counts."
                        : "The zone's name has \(name.utf8.count) bytes, which is no name of a RAPL domain.",
                    remedy: "Reload the driver that registered the zone."
                )
            )
        } catch {
            findings.append(.unreadable("\(path)/name", error, in: sysfs))
        }
        return nil
    }

    private static func range(
        _ path: String,
        isNeeded: Bool,
        _ sysfs: SystemRoot,
        _ findings: inout [Finding]
    ) -> UInt64? {
        guard isNeeded else { return nil }
        let file = "\(path)/max_energy_range_uj"
        let consequence = "A fall of the counter is taken for a reset, so energy is lost at each wrap."
        do throws(AttributeError) {
            let range = try sysfs.number(file)
            if range > 0 { return range }
            findings.append(
                Finding(
                    severity: .warning,
                    subject: file,
                    reason: "malformed",
                    text: "The range is 0. \(consequence)",
                    remedy: "Use a newer kernel, or a driver that tells the range."
                )
            )
        } catch {
            findings.append(.unreadable(file, error, in: sysfs, consequence: consequence))
        }
        return nil
    }

    private static let usualFiles = ["energy_uj", "constraint_0_power_limit_uw", "constraint_1_power_limit_uw"]

    private static func largestConstraint(_ path: String, _ files: [String], in sysfs: SystemRoot) -> Watts? {
        // Firmware says "no limit" by the greatest value that fits, 4095.875 W in units of 1/8 W (Intel SDM).
        let believable: UInt64 = 4_000_000_000
        let limits = files.filter { file in
            file.hasPrefix("constraint_") && (file.hasSuffix("_power_limit_uw") || file.hasSuffix("_max_power_uw"))
        }
        let largest = limits.compactMap { try? sysfs.number("\(path)/\($0)") }.filter { $0 <= believable }.max()
        return largest.map { Watts(Double($0) / 1e6) }
    }
}

extension Finding {
    /// A file that could not be read: why, and what mends it.
    package static func unreadable(
        _ path: String,
        _ error: AttributeError,
        in root: SystemRoot,
        consequence: String? = nil
    ) -> Finding {
        let text = error.reason + "." + (consequence.map { " \($0)" } ?? "")
        let file = "\(root.path)/\(path)"
        let remedy =
            switch error.status {
            // For everybody to read it would open a side channel (CVE-2020-8694); a group is enough.
            case .forbidden:
                root.closedFolder(above: path).map {
                    "Run as root, or let others pass the folder: sudo chmod o+x \(root.path)/\($0)"
                }
                    ?? "Run as root, or let this process's group read it: sudo chgrp \(getegid()) \(file) && sudo chmod g+r \(file)"
            case .absent: "Load the driver again, or mount the whole of sysfs: ls -l \(file)"
            default: "Load the driver again; if it stays so, tell its authors: ls -l \(file)"
            }
        return Finding(
            severity: .warning,
            subject: path,
            reason: error.status.name,
            text: text,
            remedy: remedy
        )
    }
}
