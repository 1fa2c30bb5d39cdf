import Glibc
import PowerSensorsCore
import PowerSensorsMachine

// What discovery reads of a chip that is awake.

extension HwmonChip {
    /// How long to read a chip's limits, and how long its values. That is enough to measure how slow it is; what remains is not
    /// read.
    private static let timeLimit = Duration.milliseconds(100)

    /// From how long on a read that failed is not repeated at each discovery.
    private static let longestRepeatedFailure = Duration.milliseconds(10)

    /// Reads what the files say about the values, and each value once, unless the device sleeps.
    ///
    /// A chip that is slow or may sleep is read only once, unless it has other files now.
    ///
    /// - Parameters:
    ///   - ignored: Values to leave out. Only their labels are read.
    ///   - history: The chips of earlier discoveries, to which this one may be added.
    mutating func read(in sysfs: SystemRoot, except ignored: [HwmonAttribute], _ history: HwmonDiscoveryHistory) {
        if state.obstacle != nil {
            for index in values.indices { values[index].isIgnored = ignored.contains(values[index].attribute) }
            return
        }
        let known = history.chips.withLock { $0[resolvedTop] }
        // A chip that may sleep is kept to be described while it does. One whose name could not be read is read again.
        var isWorthKeeping = runtimePower != nil && driverName != nil
        if let known, known.driverName == driverName, known.files == files, known.runtimePower == runtimePower {
            self = known
            readAgain(in: sysfs)
            isWorthKeeping = true
        } else {
            let began = ContinuousClock.now
            describe(except: ignored, in: sysfs)
            let wasSlow = ContinuousClock.now - began >= Self.timeLimit
            var time = ReadingMeter()
            for index in values.indices where !values[index].isIgnored && time.total < Self.timeLimit {
                readValue(index, &time, in: sysfs)
            }
            readingTime = time
            isWorthKeeping = isWorthKeeping || time.isSlow || wasSlow
        }
        let chip = self
        if isWorthKeeping { history.chips.withLock { $0[resolvedTop] = chip } }
    }

    // MARK: Values

    /// Reads the values again whose reading failed without using the device: because a right was missing, or at once on a
    /// device that never sleeps.
    private mutating func readAgain(in sysfs: SystemRoot) {
        for index in values.indices {
            guard let cost = values[index].failureCost, cost < Self.longestRepeatedFailure,
                runtimePower == nil || values[index].status == .forbidden
            else { continue }
            let file = "\(path)/\(values[index].attribute.file)"
            findings.removeAll { $0.subject == file }
            var unused = ReadingMeter()
            readValue(index, &unused, in: sysfs)
        }
    }

    private mutating func readValue(_ index: Int, _ time: inout ReadingMeter, in sysfs: SystemRoot) {
        var value = values[index]
        let file = "\(path)/\(value.attribute.file)"
        let began = ContinuousClock.now
        (value.status, value.failureCost) = (.ok, nil)
        do throws(AttributeError) {
            let (number, cost) = try sysfs.number(file, &time)
            (value.number, value.cost) = (number, cost)
            let isNegativeCount = value.attribute.kind == .energy && number < 0
            let limit = value.limit.map { $0.rawValue * 1e6 } ?? .infinity
            if isNegativeCount || number.isUnknownValue {
                value.status = .implausible
                findings.append(isNegativeCount ? .negativeCount(number, file) : .unknownValue(number, file))
            } else if abs(Double(number)) > limit {
                value.status = .implausible
                findings.append(.beyondLimit(number, file))
            }
        } catch {
            value.failureCost = ContinuousClock.now - began
            // A file that this process has no right to read cannot be opened. If it can, but its reading is refused, the
            // device sleeps or is being reset.
            if error.errno == EPERM, runtimePower?.isAllowedToSleep(in: sysfs) ?? (runtimePower != nil),
                sysfs.canOpen(file)
            {
                value.status = .asleep
            } else {
                value.status = error.status
                findings.append(.unreadableValue(file, error, in: sysfs, value.attribute))
            }
        }
        values[index] = value
    }

    // MARK: Descriptions

    /// Reads what the files say about the chip and its values, without those that are switched off. Once that has taken too
    /// long, only what is needed to know what a value is.
    private mutating func describe(except ignored: [HwmonAttribute], in sysfs: SystemRoot) {
        let began = ContinuousClock.now
        updateInterval = files.contains("update_interval") ? sysfs.milliseconds("\(path)/update_interval") : nil
        isBattery =
            files.contains("power1_is_battery") && (try? sysfs.signedNumber("\(path)/power1_is_battery")) == 1
        for attribute in attributes {
            var value = Value(attribute: attribute)
            value.isIgnored = ignored.contains(attribute)
            let switchFile = "\(attribute.stem)_enable"
            if !value.isIgnored, files.contains(switchFile), (try? sysfs.signedNumber("\(path)/\(switchFile)")) == 0 {
                findings.append(
                    .disabled("\(path)/\(attribute.file)", by: sysfs.pathInCommands("\(path)/\(switchFile)")))
                continue
            }
            // The label of what is ignored shows whether a host figure lacks it. No temperature counts in one.
            if !value.isIgnored || attribute.kind != .temperature { value.label = label(of: attribute, in: sysfs) }
            if !value.isIgnored, ContinuousClock.now - began < Self.timeLimit {
                value.limit = powerLimit(of: attribute, files, in: sysfs)
                if attribute.form == .average {
                    value.averageInterval = sysfs.milliseconds("\(path)/\(attribute.stem)_average_interval")
                }
            }
            values.append(value)
        }
    }

    /// What a value is called; nil if it has no name.
    private func label(of attribute: HwmonAttribute, in sysfs: SystemRoot) -> String? {
        let file = "\(attribute.stem)_label"
        let label = files.contains(file) ? try? sysfs.text("\(path)/\(file)") : nil
        return label.flatMap { $0.isEmpty ? nil : $0 } ?? meterLabel(of: attribute, in: sysfs)
    }

    /// What an ACPI power meter measures, as its firmware says, such as `Module Power Socket 0`, or else the accuracy
    /// that it states, such as `accuracy 95.0%`; nil for other chips.
    private func meterLabel(of attribute: HwmonAttribute, in sysfs: SystemRoot) -> String? {
        func text(_ name: String) -> String? {
            (try? sysfs.text("\(path)/\(attribute.stem)_\(name)")).flatMap { $0.isEmpty ? nil : $0 }
        }
        // No other driver has such a file (Documentation/hwmon/acpi_power_meter.rst).
        guard attribute.kind == .power, let accuracy = text("accuracy") else { return nil }
        return text("oem_info") ?? "accuracy \(accuracy)"
    }
}

extension SystemRoot {
    /// Whether this process may open a file.
    fileprivate func canOpen(_ path: String) -> Bool { (try? open(path)).map { close($0) == 0 } ?? false }

    /// The time in milliseconds that a file holds; nil if it cannot be read, or the time is not between 1 ms and a day.
    fileprivate func milliseconds(_ path: String) -> Duration? {
        guard let number = try? signedNumber(path), (1...86_400_000).contains(number) else { return nil }
        return .milliseconds(number)
    }
}
