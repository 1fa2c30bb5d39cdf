import PowerSensorsExporters

#if canImport(Glibc)
import Glibc
#endif

extension TextStyle {
    /// What suits standard output: plain text unless it is a terminal that understands more.
    static var standardOutput: TextStyle {
        guard StandardOutput.isTerminal, variable("TERM") != "dumb" else { return TextStyle() }
        // Of any value but the empty one, as no-color.org has it.
        let hasColour = variable("NO_COLOR").isEmpty
        return TextStyle(hasColour: hasColour, redraws: true, rows: StandardOutput.rows)
    }

    private static func variable(_ name: String) -> String {
        guard let value = unsafe getenv(name) else { return "" }
        return unsafe String(cString: value)
    }
}
