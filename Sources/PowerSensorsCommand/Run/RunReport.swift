#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Writes what runs used.
struct RunReport {
    let format: RunFormat
    /// The price of a kilowatt-hour; nil if costs are not wanted.
    let price: Double?
    let comparesCommands: Bool
    /// Whether to show findings that are no problem too.
    let isVerbose: Bool

    /// Writes the result into a file, or to standard error.
    func write(_ result: RunSeriesResult, to path: String?) throws(CommandFailure) {
        let bytes =
            switch format {
            case .text:
                Array(LocaleCharacters.ofLocale.shown(text(of: result)).utf8)
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

    /// The result and what is missing or limited, such as a file that may not be read.
    private func text(of result: RunSeriesResult) -> String {
        let findings = FindingReport(result.findings, isVerbose: isVerbose).lines.map { "  \($0.safeToShow)\n" }
        let text = RunText(result, price: price, comparesCommands).text
        return findings.isEmpty ? text : text + "\n" + findings.joined()
    }
}

extension RunSeriesResult.Command {
    /// The command as a shell takes it.
    var title: String {
        if words.count == 3, words[0] == "/bin/sh", words[1] == "-c" { return words[2] }
        return words.map(Self.quoted).joined(separator: " ")
    }

    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            byte >= 0x80 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || "_@%+=:,./-".utf8.contains(byte)
        }
        if isPlain, !word.isEmpty { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

extension RunResult {
    /// What the energy of the figure to show first costs.
    func cost(at price: Double) -> Double? { headline?.energy.map { $0.rawValue / 3.6e6 * price } }
}
#endif
