package import PowerSensors

/// A number for people: in a unit of suitable size, rounded to its significant digits.
package struct Figure {
    /// The number's digits.
    package let number: String

    /// The unit.
    package let unit: String

    private let decimals: Int
    private let factor: Double

    /// A power: `850 mW`, `3.14 W`, `41.2 W`, `1.21 kW`.
    package init(_ power: Watts) {
        self.init(
            power.rawValue,
            units: [("mW", 1e-3), ("W", 1), ("kW", 1e3), ("MW", 1e6)],
            digits: 3
        )
    }

    /// An energy: `82.40 J`, `1.234 kJ`.
    package init(_ energy: Joules) {
        self.init(
            energy.rawValue,
            units: [("mJ", 1e-3), ("J", 1), ("kJ", 1e3), ("MJ", 1e6), ("GJ", 1e9)],
            digits: 4
        )
    }

    /// A mass: `12.34 g`, `1.234 kg`.
    package init(_ mass: Grams) {
        self.init(mass.rawValue, units: [("mg", 1e-3), ("g", 1), ("kg", 1e3), ("t", 1e6)], digits: 4)
    }

    /// A gauge's value, in the unit of its quantity.
    init(_ value: Double, of quantity: Quantity) {
        switch quantity {
        case .power: self.init(Watts(value))
        case .energy, .storedEnergy: self.init(Joules(value))
        case .charge: self.init(value, units: [("C", 1), ("kC", 1e3), ("MC", 1e6)], digits: 4)
        case .online, .discharging: self.init(words: value == 0 ? "no" : "yes")
        case .ratio: self.init(value * 100, units: [("%", 1)], digits: 3)
        case .voltage: self.init(value, units: [("V", 1)], digits: 3)
        case .current: self.init(value, units: [("A", 1)], digits: 3)
        case .temperature: self.init(value, units: [("°C", 1)], digits: 3)
        default: self.init(value, units: [(quantity.unit, 1)], digits: 4)
        }
    }

    /// A word instead of a number.
    private init(words: String) { (number, unit, decimals, factor) = (words, "", 0, 1) }

    private init(_ value: Double, units: [(name: String, factor: Double)], digits: Int) {
        // Slightly below 1000, so that rounding never shows 1000 of a unit; milli-units may have no decimals.
        let fitting =
            units.first { abs(value) < ($0.factor < 1 ? 999.5 : 999.95) * $0.factor } ?? units[units.count - 1]
        let chosen = value == 0 ? units.first { $0.factor == 1 } ?? fitting : fitting
        let size = abs(value / chosen.factor)
        let beforePoint = size < 9.995 ? 1 : (size < 99.95 ? 2 : 3)
        // At least one decimal, except for milli-units.
        decimals = value == 0 ? 0 : max(digits - beforePoint, chosen.factor < 1 ? 0 : 1)
        factor = chosen.factor
        number = fixed(value / factor, decimals: decimals)
        unit = chosen.name
    }

    /// Whether it is shown as 0.
    package var isZero: Bool { Double(number) == 0 }

    /// Formats another number in this figure's unit and with as many decimals.
    package func inSameUnit(_ value: Double) -> String { fixed(value / factor, decimals: decimals) }
}

extension ReadingStatus {
    /// Why a value is unknown, for people; empty if it is known.
    package var words: String {
        switch self {
        case .ok: ""
        case .warmingUp: "warming up"
        case .partial: "a part is missing"
        case .absent: "absent"
        case .forbidden: "forbidden"
        case .io(let errno): "read failed (errno \(errno))"
        case .implausible: "implausible"
        case .stale: "stale"
        case .asleep: "asleep"
        case .ambiguous: "ambiguous"
        }
    }
}
