import PowerSensorsCore

/// What slow chips showed at discovery. They are not read again when another device is plugged in.
final class HwmonDiscoveryHistory: Sendable {
    typealias Result = (values: [HwmonChip.Value], meter: ReadingMeter)

    private let chips = Locked<[String: Result]>([:])

    /// What a chip showed at an earlier discovery; nil if it must be read, because it is not known or has other values
    /// now.
    func result(for chip: HwmonChip) -> Result? {
        let key = Self.key(of: chip)
        return chips.withLock { $0[key] }.flatMap { known in
            known.values.map(\.attribute) == chip.values.map(\.attribute) ? known : nil
        }
    }

    /// Records a chip if it is slow and all of its values could be read.
    func record(_ chip: HwmonChip) {
        guard chip.meter.isSlow, chip.values.allSatisfy({ $0.status == .ok }) else { return }
        chips.withLock { $0[Self.key(of: chip)] = (chip.values, chip.meter) }
    }

    private static func key(of chip: HwmonChip) -> String { "\(chip.name) \(chip.resolvedPath)" }
}
