#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Writes what runs used.
struct RunReport {
    let format: RunFormat
    /// The price of a kilowatt-hour; nil if costs are not wanted.
    let price: Double?
    let comparesCommands: Bool

    /// Writes the result into a file, or to standard error.
    func write(_ result: RunSeriesResult, to path: String?) throws(CommandFailure) {
        let bytes =
            switch format {
            case .text:
                Array(LocaleCharacters.ofLocale.shown(RunText(result, price: price, comparesCommands).text).utf8)
            case .json: RunJSON(price: price, comparesCommands).bytes(of: result)
            case .csv: RunCSV(price: price).bytes(of: result)
            }
        guard let path else { return StandardError.write(bytes) }
        do throws(OutputFileError) {
            try OutputFile.replace(path, with: bytes)
        } catch {
            // The runs must not have been in vain.
            StandardError.write(bytes)
            throw .failure("--output \(error) The result is on standard error.")
        }
    }
}

extension RunSeriesResult.Command {
    /// The command as it was typed.
    var title: String {
        if words.count == 3, words[0] == "/bin/sh", words[1] == "-c" { return words[2] }
        return words.joined(separator: " ")
    }
}

extension RunResult {
    /// What the energy of the figure to show first costs.
    func cost(at price: Double) -> Double? { headline?.energy.map { $0.rawValue / 3.6e6 * price } }
}
#endif
