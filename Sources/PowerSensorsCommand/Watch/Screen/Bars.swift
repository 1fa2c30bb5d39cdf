package import PowerSensors
import PowerSensorsExporters

/// Numbers as lengths of blocks. Each drawing begins at 0.
package enum Bars {
    private static let eighths: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// A horizontal bar; at least half a block for anything above 0.
    package static func horizontal(_ value: Double, of whole: Double, width: Int) -> String {
        guard value > 0, whole > 0, width > 0 else { return "" }
        let halves = min(max(Int((value / whole * Double(width) * 2).rounded()), 1), width * 2)
        return String(repeating: "█", count: halves / 2) + (halves % 2 == 1 ? "▌" : "")
    }

    /// The bar of a power; none for one that is unknown or shown as 0.
    package static func horizontal(power: Watts?, of whole: Double, width: Int) -> String {
        guard let power, !Figure(power).isZero else { return "" }
        return horizontal(power.rawValue, of: whole, width: width)
    }

    /// Columns as lines, the uppermost first. What is known has at least an eighth of a block, so that only a gap is blank.
    package static func vertical(_ columns: [PowerTrace.Column], of whole: Double, height: Int) -> [String] {
        let levels = columns.map { column in
            guard case .power(let power) = column else { return 0 }
            let scaled = whole > 0 ? power / whole * Double(height * 8) : 0
            return min(max(Int(scaled.rounded()), 1), height * 8)
        }
        return (0..<height).reversed().map { row in
            String(levels.map { level in level <= row * 8 ? " " : eighths[min(level - row * 8, 8) - 1] })
        }
    }
}
