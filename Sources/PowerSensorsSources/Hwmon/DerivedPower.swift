/// A power that a chip does not show itself: a voltage times the matching current.
struct DerivedPower: Hashable, Sendable {
    let voltage: HwmonAttribute
    let current: HwmonAttribute

    /// The last part of the channel's ID, such as `power1_derived`, with the current's number.
    var name: String { "power\(current.number)_derived" }

    /// The powers that can be derived from a chip's values.
    ///
    /// There are none if the chip has a power file, or if it is unclear which voltage belongs to which current: chips
    /// number both as their pins happen to lie.
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

    private static func isPair(
        _ voltage: HwmonChip.Value, _ current: HwmonChip.Value, in chip: HwmonChip, _ isOnly: Bool
    ) -> Bool {
        if let one = voltage.label, let other = current.label { return one == other || isPMBusPair(one, other) }
        guard voltage.attribute.number == current.attribute.number else { return false }
        // From the kernel's documents of these drivers: in1…3 are the buses of curr1…3 (ina3221), in1 is the supply
        // (ltc4151).
        let isKnown = chip.name == "ina3221" && current.attribute.number <= 3
        return isOnly || isKnown || chip.name == "ltc4151"
    }

    /// PMBus labels the values of a rail alike: `vin` and `iin`, `vout1` and `iout1`.
    private static func isPMBusPair(_ voltage: String, _ current: String) -> Bool {
        voltage.hasPrefix("v") && current.hasPrefix("i") && voltage.dropFirst() == current.dropFirst()
    }
}
