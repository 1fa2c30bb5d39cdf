#if Exporters
import PowerSensors
import PowerSensorsExporters
import PowerSensorsHistory

/// What the options of the history have in common.
enum HistoryOptions {
    /// Where the service keeps its history.
    static let standardPath = "/var/lib/powersensors/history.db"

    /// The failure of a command without the history.
    static func missing(_ option: OptionValue) -> CommandFailure {
        option.refused("this powersensors was built without the trait History, which is on by default.")
    }
}

/// The history that `export` keeps.
struct HistoryTarget {
    let path: String

    #if History
    private let exporter: HistoryExporter

    /// What keeps it.
    var exporters: [any Exporter] { [exporter] }

    /// Reads the options; nil if no history is to be kept.
    init?(_ options: ExportCommand, interval: Duration, in environment: Environment) throws(CommandFailure) {
        guard let path = try options.history.value(in: environment) else {
            if let size = options.historySize.flag { throw size.refused("it has no effect without --history.") }
            return nil
        }
        self.path = path
        exporter = HistoryExporter(
            path, size: try options.historySize.value(in: environment), interval: interval)
    }

    /// Throws if the history cannot be written.
    func check() throws(CommandFailure) {
        do throws(HistoryError) {
            try exporter.check()
        } catch {
            throw .failure("\(error)")
        }
    }
    #else
    /// None.
    var exporters: [any Exporter] { [] }

    /// Refuses the options; nil if no history is to be kept.
    init?(_ options: ExportCommand, interval: Duration, in environment: Environment) throws(CommandFailure) {
        guard let option = options.history.given(in: environment) else { return nil }
        throw HistoryOptions.missing(option)
    }

    /// There is nothing to check.
    func check() throws(CommandFailure) {}
    #endif
}

extension ValueParser<Int64> {
    /// A size in bytes, in units of 1024.
    static var bytes: ValueParser {
        let failure = "must be from 1M to 1000G: a number and k, M or G, such as 64M."
        return ValueParser(valueName: "size", failure: failure, takesDashes: true) { text in
            let units: [Substring: Int64] = ["k": 1 << 10, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
            let number = text.prefix { $0.isASCII && $0.isNumber }
            guard let unit = units[text.dropFirst(number.count)], let count = Int64(number) else { return nil }
            let (bytes, isTooLarge) = count.multipliedReportingOverflow(by: unit)
            return !isTooLarge && (1 << 20...1000 << 30).contains(bytes) ? bytes : nil
        }
    }
}
#endif
