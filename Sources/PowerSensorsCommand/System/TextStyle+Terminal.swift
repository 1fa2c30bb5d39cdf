#if Exporters
import PowerSensorsExporters

extension TextStyle {
    /// The style for standard output: plain text unless it is a terminal that understands more.
    ///
    /// - Parameter redraws: Whether each block replaces the previous one if the terminal can do that.
    static func standardOutput(redraws: Bool) -> TextStyle {
        guard StandardOutput.isTerminal, !Self.isDumb else { return TextStyle() }
        let size = StandardOutput.size
        // Any value but an empty one turns colour off, see no-color.org.
        let hasColour = (environmentVariable("NO_COLOR") ?? "").isEmpty
        return TextStyle(hasColour: hasColour, redraws: redraws, rows: size?.rows, columns: size?.columns)
    }

    /// Whether the terminal understands no control sequences, or nothing says what it understands.
    static var isDumb: Bool { ["", "dumb"].contains(environmentVariable("TERM") ?? "") }

    /// Takes the terminal's size, which changed.
    mutating func fit(_ size: (rows: Int, columns: Int)?) { (rows, columns) = (size?.rows, size?.columns) }
}
#endif
