import PowerSensors

/// The widths of a row's columns: the name, the power and its band, the energy, and the source.
///
/// A wide terminal has more room for names. A narrow one has none for the band, then for all of the source, then for the
/// energy.
struct RowLayout {
    /// Seven columns for the number, two for the unit, and a space after each.
    private static let power = 11
    /// Nine columns for the number, two for the unit, and a space between.
    static let energy = 12
    static let band = 14

    /// The width of the name. The number's column begins with a place that is nearly always blank.
    let name: Int
    /// The width of the source; 0 if it is not shown.
    let source: Int
    let showsBand: Bool
    let showsEnergy: Bool

    /// Fits the columns into a width.
    init(width: Int) {
        showsBand = width >= 79
        showsEnergy = width >= 46
        let numbers = Self.power + (showsBand ? Self.band : 0) + (showsEnergy ? Self.energy : 0)
        let room = min(width - numbers - 14, 19)
        source = room < 9 ? 0 : room
        name = min(max(width - numbers - (source > 0 ? source + 2 : 0), 8), 40)
    }

    /// The width of the band and the energy.
    var middle: Int { (showsBand ? Self.band : 0) + (showsEnergy ? Self.energy : 0) }
}

/// One line of the block, in columns.
struct Row {
    let name: String
    /// Why the power is unknown, shown in place of the band.
    var reason = ""
    var source = ""
    /// The power, or another gauge's value.
    var power: Figure?
    private let layout: RowLayout
    private var band = ""
    private var energy: (number: String, unit: String) = ("", "")

    init(_ layout: RowLayout, name: String) { (self.layout, self.name) = (layout, name) }

    mutating func set(power: Watts?, low: Watts?, high: Watts?) {
        guard let power else {
            // Of what is ambiguous, only the bounds are known.
            if let low, let high {
                band = Self.band(from: low, to: high, as: Figure(high), unit: " \(Figure(high).unit)")
            }
            return
        }
        let figure = Figure(power)
        self.power = figure
        if let low, let high, !Figure(high).isZero {
            band = Self.band(from: low, to: high, as: figure)
        }
    }

    /// - Parameter unit: The unit, where it does not stand beside the power.
    private static func band(from low: Watts, to high: Watts, as figure: Figure, unit: String = "") -> String {
        let band = "(\(figure.inSameUnit(low.rawValue))…\(figure.inSameUnit(high.rawValue))\(unit))"
        // The upper bound of an ambiguous gap may be thousands of times the power, and the band wider than its column.
        let bound = Figure(high)
        return band.count > RowLayout.band ? "(≤ \(bound.number) \(bound.unit))" : band
    }

    mutating func set(energy: Joules?, ambiguous: Joules) {
        guard let energy else { return }
        let figure = Figure(energy)
        self.energy = ((ambiguous.rawValue > 0 ? "≥ " : "") + figure.number, figure.unit)
    }

    /// The columns, in which decimal points stand in line.
    var text: String {
        let isEmpty = power == nil && reason.isEmpty && source.isEmpty
        let start = name.padded(layout.name)
        if isEmpty { return start.withoutTrailingBlanks }
        let number = (power?.number ?? "–").aligned(places: 4, width: 7)
        let parts = start + number + " " + (power?.unit ?? "").padded(2) + " " + middle
        if layout.source == 0 { return parts.withoutTrailingBlanks }
        let last = layout.middle == 0 && !reason.isEmpty ? reason : source
        return (parts + (layout.middle == 0 ? " " : "  ") + last.padded(layout.source)).withoutTrailingBlanks
    }

    /// The band or the reason, and the energy.
    private var middle: String {
        let energy = self.energy.number.aligned(places: 5, width: 9) + " " + self.energy.unit.padded(2)
        // A long reason extends into the energy's columns if they are empty.
        if band.isEmpty, self.energy.number.isEmpty { return reason.padded(layout.middle) }
        return (layout.showsBand ? (band.isEmpty ? reason : band).padded(RowLayout.band) : "")
            + (layout.showsEnergy ? energy : "")
    }

    /// The names of the columns.
    static func heading(_ name: String, _ layout: RowLayout, source: String = "source") -> String {
        let gap = String(repeating: " ", count: 4 + (layout.showsBand ? RowLayout.band : 0))
        return
            (name.padded(layout.name) + "power".leftPadded(7) + gap
            + (layout.showsEnergy ? "energy".leftPadded(9) + "     " : " ")
            + (layout.source > 0 ? source.padded(layout.source) : "")).withoutTrailingBlanks
    }
}
