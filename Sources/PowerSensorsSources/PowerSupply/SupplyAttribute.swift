import Glibc
import PowerSensorsCore

/// What a power supply's channel shows, and its file (kernel documents Documentation/ABI/testing/sysfs-class-power and
/// Documentation/power/power_supply_class.rst).
enum SupplyAttribute: String, CaseIterable, Sendable {
    /// The power that flows, in either direction.
    case power

    /// The power that a battery gives, while it discharges.
    case dischargePower = "discharge"

    case voltage

    /// The current, in the direction that the driver calls positive.
    case current

    /// The energy that is stored.
    case energy

    /// The charge that is stored.
    case charge

    /// The state of charge, from 0 to 1.
    case ratio

    case temperature

    /// Whether an adapter or port is connected.
    case online

    /// Whether a battery discharges.
    case discharging

    /// The file of the number; nil for whether it discharges, which its `status` shows. Power may also be derived
    /// from the files of current and voltage.
    var file: String? { source.file }

    var quantity: Quantity { source.quantity }

    private var source: (file: String?, quantity: Quantity) {
        switch self {
        case .power, .dischargePower: ("power_now", .power)
        case .voltage: ("voltage_now", .voltage)
        case .current: ("current_now", .current)
        case .energy: ("energy_now", .storedEnergy)
        case .charge: ("charge_now", .charge)
        case .ratio: ("capacity", .ratio)
        case .temperature: ("temp", .temperature)
        case .online: ("online", .online)
        case .discharging: (nil, .discharging)
        }
    }

    /// Converts a file's number to the quantity's unit; nil for a number that cannot be true.
    ///
    /// Files hold µW, µV, µA, µWh, µAh, tenths of a degree, and percent. The sign of power is ignored, as only
    /// some drivers set one: the direction is taken from the `status` file.
    func value(of number: Int64) -> Double? {
        if number.isUnknownValue { return nil }
        let number = Double(number)
        switch self {
        case .power, .dischargePower: return abs(number) / 1e6
        case .voltage, .current: return number / 1e6
        // 1 Wh is 3600 J, and 1 Ah is 3600 C. The files hold millionths of these.
        case .energy, .charge: return number < 0 ? nil : number * 36 / 10_000
        case .ratio: return (0...100).contains(number) ? number / 100 : nil
        case .temperature: return number / 10
        case .online: return number > 0 ? 1 : 0
        case .discharging: return nil
        }
    }

    /// Whether a battery's power and the product of its current and voltage, all in watts, cannot both be true: they differ
    /// by more than a factor of 2 and 3 W. A power of 0 and a product of almost 0 are treated as unknown.
    static func areContradictory(power: Double, product: Double) -> Bool {
        let (least, most) = (min(power, product), max(power, product))
        return power > 0 && product > 0.1 && most > 2 * least && most - least > 3
    }

    /// A derived power in watts; nil if one of the numbers stands for an unknown value.
    static func power(microamperes: Int64, microvolts: Int64) -> Double? {
        if microamperes.isUnknownValue || microvolts.isUnknownValue { return nil }
        // As integers of 10⁻¹² W, the product would overflow beyond 9 MW.
        return Double(microamperes.magnitude) * Double(microvolts.magnitude) / 1e12
    }
}

/// Whether a battery charges or discharges, as its `status` says.
enum SupplyDirection: Sendable {
    case discharging, charging
    /// Full, or not charging.
    case idle
    case unknown

    /// Parses the text of a `status` file.
    init(_ text: String) {
        switch text {
        case "Discharging": self = .discharging
        case "Charging": self = .charging
        case "Full", "Not charging": self = .idle
        default: self = .unknown
        }
    }

    /// The power that a battery gives, from the power that flows.
    func dischargePower(from power: Reading) -> Reading {
        switch self {
        case .charging, .idle: .missing(.absent)
        // A battery that discharges with an unknown power is a missing part of the host's figure, not an idle battery.
        case .discharging: power.status == .absent ? .missing(.io(errno: ENODATA)) : power
        case .unknown: .missing(power.value == 0 ? .absent : .io(errno: ENODATA))
        }
    }
}
