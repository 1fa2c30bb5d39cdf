package import PowerSensors

/// The widths of a row's columns: the name, the power and its band, the energy, and the source.
///
/// A wide terminal has more room for names. A narrow one has none for the band, then for all of the source, then for the
/// energy.
package struct RowLayout {
    /// Seven columns for the number, two for the unit, and a space after each.
    private static let power = 11
    /// Nine columns for the number, two for the unit, and a space between.
    private static let energy = 12
    /// The least width of the band's column.
    private static let band = 14
    /// The greatest width of a band's column that stretches.
    private static let widestBand = 62

    /// The width of the name. The number's column begins with a place that is nearly always blank.
    package let name: Int
    /// The width of the source; 0 if it is not shown.
    package let source: Int
    /// The width of the band's column; 0 if it is not shown.
    package let band: Int
    /// The width of the energy's column; 0 if it is not shown.
    package let energy: Int

    /// Fits the columns into a width.
    ///
    /// - Parameter stretches: Whether the band's column takes what a wide terminal has left, since bars are drawn in it.
    package init(width: Int, stretches: Bool = false) {
        let least = width >= 79 ? Self.band : 0
        energy = width >= 46 ? Self.energy : 0
        let numbers = Self.power + least + energy
        let room = min(width - numbers - 14, 19)
        source = room < 9 ? 0 : room
        let left = width - numbers - (source > 0 ? source + 2 : 0)
        name = min(max(left, 8), stretches ? 32 : 40)
        band = stretches && least > 0 ? min(least + max(left - name, 0), Self.widestBand) : least
    }

    /// The width of the band and the energy.
    var middle: Int { band + energy }

    /// The width of what stands before the source.
    package var beforeSource: Int { name + Self.power + middle }
}

/// One line of the block, in columns.
package struct Row {
    /// The texts of the columns, one behind another; blanks fill each to its width.
    package struct Columns {
        /// The name.
        package let name: String
        /// The power or another value, with its unit.
        package let value: String
        /// The band, the reason, or the bar.
        package let band: String
        /// The energy.
        package let energy: String
        /// The source, with the blanks before it.
        package let source: String
    }

    let name: String
    /// Why the power is unknown, shown in place of the band.
    package var reason = ""
    package var source = ""
    /// The power, or another gauge's value.
    var power: Figure?
    /// What is drawn in the place of the band if there is neither a band nor a reason.
    package var bar = ""
    private let layout: RowLayout
    private var band = ""
    private var energy: (number: String, unit: String) = ("", "")

    package init(_ layout: RowLayout, name: String) { (self.layout, self.name) = (layout, name) }

    package mutating func set(power: Watts?, low: Watts?, high: Watts?) {
        guard let power else {
            // Of what is ambiguous, only the bounds are known.
            if let low, let high {
                band = band(from: low, to: high, as: Figure(high), unit: " \(Figure(high).unit)")
            }
            return
        }
        let figure = Figure(power)
        self.power = figure
        if let low, let high, !Figure(high).isZero {
            band = band(from: low, to: high, as: figure)
        }
    }

    /// - Parameter unit: The unit, where it does not stand beside the power.
    private func band(from low: Watts, to high: Watts, as figure: Figure, unit: String = "") -> String {
        let band = "(\(figure.inSameUnit(low.rawValue))…\(figure.inSameUnit(high.rawValue))\(unit))"
        // The upper bound of an ambiguous gap may be thousands of times the power, and the band wider than its column.
        let bound = Figure(high)
        return layout.band > 0 && band.count > layout.band ? "(≤ \(bound.number) \(bound.unit))" : band
    }

    package mutating func set(energy: Joules?, ambiguous: Joules) {
        guard let energy else { return }
        let figure = Figure(energy)
        self.energy = ((ambiguous.rawValue > 0 ? "≥ " : "") + figure.number, figure.unit)
    }

    /// Whether there is a band.
    package var hasBand: Bool { !band.isEmpty }

    /// Whether nothing but the name is known.
    package var isEmpty: Bool { power == nil && reason.isEmpty && source.isEmpty }

    /// The columns, in which decimal points stand in line.
    package var columns: Columns {
        let value = (power?.number ?? "–").aligned(places: 4, width: 7) + " " + (power?.unit ?? "").padded(2) + " "
        let (band, energy) = middle
        var last = ""
        if layout.source > 0 {
            last =
                (layout.middle == 0 ? " " : "  ")
                + (layout.middle == 0 && !reason.isEmpty ? reason : source).padded(layout.source)
        }
        return Columns(name: name.padded(layout.name), value: value, band: band, energy: energy, source: last)
    }

    /// The line.
    package var text: String {
        let columns = columns
        if isEmpty { return columns.name.withoutTrailingBlanks }
        return (columns.name + columns.value + columns.band + columns.energy + columns.source).withoutTrailingBlanks
    }

    /// The band, the reason or the bar, and the energy.
    private var middle: (String, String) {
        let note = !band.isEmpty ? band : reason.isEmpty ? bar : reason
        // A long reason extends into the energy's columns if they are empty.
        if band.isEmpty, energy.number.isEmpty { return (note.padded(layout.middle), "") }
        let energy = self.energy.number.aligned(places: 5, width: 9) + " " + self.energy.unit.padded(2)
        return (layout.band > 0 ? note.padded(layout.band) : "", layout.energy > 0 ? energy : "")
    }

    /// The names of the columns.
    package static func heading(_ name: String, _ layout: RowLayout, source: String = "source") -> String {
        let gap = String(repeating: " ", count: 4 + layout.band)
        return
            (name.padded(layout.name) + "power".leftPadded(7) + gap
            + (layout.energy > 0 ? "energy".leftPadded(9) + "     " : " ")
            + (layout.source > 0 ? source.padded(layout.source) : "")).withoutTrailingBlanks
    }
}
