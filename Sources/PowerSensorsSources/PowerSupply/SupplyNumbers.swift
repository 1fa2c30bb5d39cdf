import PowerSensorsCore

/// What a supply's files show at one moment; nil for what could not be read. Discovery and readers use the same
/// rules for it.
typealias SupplyNumbers = SupplyFiles<Int64>

extension SupplyNumbers {
    /// Whether it is present, as a supply without such a file is assumed to be.
    var isPresent: Bool { present != 0 }

    /// Whether an adapter or port is connected; nil if that is unknown. One that is not present is not.
    var isPlugged: Bool? {
        isPresent ? online.flatMap { SupplyAttribute.online.value(of: $0) }.map { $0 > 0 } : false
    }

    /// The power that a battery's files show, in watts, without a sign; nil if unknown.
    var watts: Double? { isBlank ? nil : shownWatts }

    /// The product of current and voltage, in watts; nil if one of them is unknown.
    var product: Double? {
        guard let current, let voltage else { return nil }
        return SupplyAttribute.power(microamperes: current, microvolts: voltage)
    }

    /// Whether a battery shows zeros for everything, as some firmware does after a resume: then none of its values is true.
    var isBlank: Bool {
        feedsHost && isPresent && (volts ?? 1) <= 0 && (shownWatts ?? 0) == 0 && (stored ?? 0) == 0
    }

    /// Whether the power that it shows, and its current and voltage, cannot both be true.
    var isContradicted: Bool {
        guard !derivesPower, let watts, let product else { return false }
        return SupplyAttribute.areContradictory(power: watts, product: product)
    }

    /// What is stored in µWh or µAh; nil if that is unknown, or more than can be.
    var storedAmount: Int64? {
        stored.flatMap { !$0.isUnknownValue && (0...(storeLimit ?? .max)).contains($0) ? $0 : nil }
    }

    /// By how many volts a stored charge is multiplied to get energy; nil if that is unknown. 1 if energy is stored.
    var storeVolts: Double? { storesCharge ? volts.flatMap { $0 > 0 ? $0 : nil } : 1 }

    /// What the supply is known to do.
    ///
    /// - Parameter isDischarging: Whether it is a battery of the machine that discharges.
    func flow(isDischarging: Bool) -> SupplyFlows.Flow {
        let isDischarging = isDischarging && isPresent
        return SupplyFlows.Flow(
            isDischarging: isDischarging, isSupplyingHost: isPlugged == true || (isDischarging && (watts ?? 0) > 0),
            isUnplugged: isPlugged == false)
    }

    private var volts: Double? { voltage.flatMap { SupplyAttribute.voltage.value(of: $0) } }

    private var shownWatts: Double? { derivesPower ? product : power.flatMap { SupplyAttribute.power.value(of: $0) } }
}
