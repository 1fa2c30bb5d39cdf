/// A power that no file shows: a voltage times the current beside it, of chips that measure both and leave the rest to
/// their reader.
struct DerivedPower: Hashable, Sendable {
    let voltage: HwmonAttribute
    let current: HwmonAttribute

    /// The last part of the channel's identity, such as `power1_derived`: after the current's number.
    var name: String { "power\(current.number)_derived" }

    /// The powers that can be derived from a chip's values.
    ///
    /// None where the chip has a power file, and none where it is not known which voltage goes with which current: chips
    /// number both as their pins happen to lie.
    static func all(of chip: HwmonChip) -> [DerivedPower] {
        guard chip.supply == nil, !chip.hasPowerFile else { return [] }
        let inputs = chip.values.filter { $0.attribute.form == .input }
        let voltages = inputs.filter { $0.attribute.kind == .voltage }
        let currents = inputs.filter { $0.attribute.kind == .current }
        let isOnly = voltages.count == 1 && currents.count == 1
        return currents.compactMap { current in
            let partners = voltages.filter { isPair($0, current, in: chip, isOnly) }
            // Where a label comes twice it tells no two apart.
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
        // By the kernel's documents of these drivers: in1…3 are the buses of curr1…3 (ina3221), in1 the supply (ltc4151).
        let isKnown = chip.name == "ina3221" && current.attribute.number <= 3
        return isOnly || isKnown || chip.name == "ltc4151"
    }

    /// PMBus names rails alike: `vin` and `iin`, `vout1` and `iout1`.
    private static func isPMBusPair(_ voltage: String, _ current: String) -> Bool {
        voltage.hasPrefix("v") && current.hasPrefix("i") && voltage.dropFirst() == current.dropFirst()
    }
}
