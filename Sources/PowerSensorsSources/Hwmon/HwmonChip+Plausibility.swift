import PowerSensorsCore

// What is known about the powers that a chip can show.

extension HwmonChip {
    /// The highest power that a file can truthfully show; nil if unknown.
    ///
    /// - A limit of the hardware (`power1_cap_max`, `power1_rated_max`), four times, since short peaks exceed it.
    /// - A limit that the hardware keeps to (`power1_cap`), twenty times. One that only raises an alarm (`power1_max`,
    ///   `power1_crit`) says nothing, since it may be anything.
    /// - For AMD's graphics drivers, less than 4290 W: they may show a negative error code as an unsigned number of 32
    ///   bits, and as microwatts.
    ///
    /// Limits below 1 W are ignored; 0 usually means that there is none.
    func powerLimit(of attribute: HwmonAttribute, _ files: [String], in sysfs: SystemRoot) -> Watts? {
        guard attribute.kind == .power else { return nil }
        func largest(_ names: [String]) -> Double? {
            names.map { "\(attribute.stem)_\($0)" }.filter(files.contains)
                .compactMap { try? sysfs.signedNumber("\(path)/\($0)") }
                .filter { $0 >= 1_000_000 && !$0.isUnknownValue }.max().map { Double($0) / 1e6 }
        }
        let limits = [
            largest(["cap_max", "rated_max"]).map { $0 * 4 }, largest(["cap"]).map { $0 * 20 },
        ]
        let own = limits.compactMap(\.self).max()
        let code = name == "amdgpu" || name == "radeon" ? 4289.999_999 : nil
        return [own, code].compactMap(\.self).min().map { Watts($0) }
    }

    /// The current that gives a power its sign; nil if the power has one, or is the chip's only information.
    ///
    /// The power registers of Texas Instruments' monitors have no sign, but the current has (data sheets of INA219, INA226
    /// and INA238): on a battery, it is negative while the battery is charged.
    func direction(of attribute: HwmonAttribute) -> HwmonAttribute? {
        guard attribute.kind == .power, attribute.form == .input, name.hasPrefix("ina2"),
            values.count(where: { $0.attribute.kind == .power && !$0.isIgnored }) == 1
        else { return nil }
        let currents = values.filter { !$0.isIgnored && $0.attribute.kind == .current && $0.attribute.form == .input }
        return currents.count == 1 ? currents[0].attribute : nil
    }
}
