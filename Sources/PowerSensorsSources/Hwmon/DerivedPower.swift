/// A power that a chip does not show itself, but which can be computed as a voltage times the matching current.
struct DerivedPower: Hashable, Sendable {
    let voltage: HwmonAttribute
    let current: HwmonAttribute

    /// The last part of the channel's ID, such as `power1_derived`, with the current's number.
    var name: String { "power\(current.number)_derived" }

    /// The powers that can be derived from a chip's values.
    ///
    /// There are none if the chip has a power file, or if it is unclear which voltage belongs to which current: their
    /// numbers need not match, since many chips number both by their pins.
    static func all(of chip: HwmonChip) -> [DerivedPower] {
        guard chip.supply == nil, !chip.hasPowerFile else { return [] }
        let inputs = chip.values.filter { $0.attribute.form == .input }
        let voltages = inputs.filter { $0.attribute.kind == .voltage }
        let currents = inputs.filter { $0.attribute.kind == .current }
        let isOnly = voltages.count == 1 && currents.count == 1
        return currents.compactMap { current in
            let partners = voltages.filter { isPair($0, current, in: chip, isOnly) }
            // A label that occurs twice identifies no pair.
            guard let voltage = partners.first, partners.count == 1,
                currents.count(where: { isPair(voltage, $0, in: chip, isOnly) }) == 1
            else { return nil }
            return DerivedPower(voltage: voltage.attribute, current: current.attribute)
        }
    }

    /// Whether a voltage belongs to a current.
    ///
    /// - Parameter isOnly: Whether they are the chip's only voltage and its only current.
    private static func isPair(
        _ voltage: HwmonChip.Value, _ current: HwmonChip.Value, in chip: HwmonChip, _ isOnly: Bool
    ) -> Bool {
        if let one = voltage.label, let other = current.label { return one == other || isPMBusPair(one, other) }
        guard voltage.attribute.number == current.attribute.number else { return false }
        // According to the kernel's documents of these drivers, in1 to in3 of an ina3221 are the voltages of curr1 to
        // curr3, and in1 of an ltc4151 is that of curr1.
        let isKnown = chip.name == "ina3221" && current.attribute.number <= 3
        return isOnly || isKnown || chip.name == "ltc4151"
    }

    /// Whether two labels are those of one PMBus rail: they differ only in the first letter, as `vin` and `iin`, or
    /// `vout1` and `iout1`.
    private static func isPMBusPair(_ voltage: String, _ current: String) -> Bool {
        voltage.hasPrefix("v") && current.hasPrefix("i") && voltage.dropFirst() == current.dropFirst()
    }
}
