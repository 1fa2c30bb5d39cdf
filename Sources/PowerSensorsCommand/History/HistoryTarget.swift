#if Exporters
import Glibc
import PowerSensors
import PowerSensorsExporters
import PowerSensorsHTTP
import PowerSensorsHistory

/// What the options of the history have in common.
enum HistoryOptions {
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
    private let price: Double?

    /// The power that is usual at a time of the day.
    var usualPower: (@Sendable (Scope, Int64) -> Watts?)? { exporter.usualPower }

    /// What keeps it.
    var exporters: [any Exporter] { [exporter] }

    /// Reads the options; nil if no history is to be kept.
    init?(_ options: ExportCommand, interval: Duration, in environment: Environment) throws(CommandFailure) {
        guard let path = try options.history.value(in: environment) else {
            for option in [options.historySize.flag, options.price.flag].compactMap(\.self) {
                throw option.refused("it has no effect without --history.")
            }
            // A setting that is wrong is told before it has an effect.
            _ = (try options.historySize.value(in: environment), try options.price.value(in: environment))
            return nil
        }
        self.path = path
        price = try options.price.value(in: environment)
        exporter = HistoryExporter(
            path, size: try options.historySize.value(in: environment), interval: interval)
    }

    /// What answers the endpoint's queries.
    ///
    /// - Parameters:
    ///   - interval: Rows are no shorter.
    ///   - consumers: The kinds of consumers that the endpoint shows. An earlier run may have kept others.
    func source(notFinerThan interval: Duration, of consumers: Set<Consumer.Kind>) -> HistorySource? {
        let kinds = consumers.map(\.name)
        let answer = HistoryAnswer(path, notFinerThan: interval, keptEvery: exporter.interval, price: price)
        return { query throws(HistoryRefusal) in
            let by = query.by ?? "hour"
            if Consumer.Kind.all.contains(where: { $0.name == by }), !kinds.contains(by) {
                throw .wrongQuery("Rows by \(by) are not served, as export was not started with --consumers \(by).")
            }
            return try answer.rows(query, now: SampleInstant.wallNanoseconds / 1_000_000)
        }
    }

    /// Throws if the history cannot be written.
    ///
    /// - Parameter isBesideOthers: Whether another process may be writing it, as the service does beside `--check`. Otherwise a lack
    ///   of room is not thrown: it is told with the first snapshot, and other targets need not wait for it.
    func check(besideOthers isBesideOthers: Bool) throws(CommandFailure) {
        if isBesideOthers {
            // The user who checks may not be the one who is to write it: nothing is made, and another's file is left to its owner.
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { return try FileTarget(path).check(isReplaced: true) }
            if status.st_uid != geteuid() { return }
        }
        do throws(HistoryError) {
            try exporter.check()
        } catch {
            if error.reason == (isBesideOthers ? .busy : .full) { return }
            throw .failure("\(error)")
        }
    }
    #else
    /// None.
    var exporters: [any Exporter] { [] }

    /// None.
    var usualPower: (@Sendable (Scope, Int64) -> Watts?)? { nil }

    /// None.
    func source(notFinerThan interval: Duration, of consumers: Set<Consumer.Kind>) -> HistorySource? { nil }

    /// Refuses the options; nil if no history is to be kept.
    init?(_ options: ExportCommand, interval: Duration, in environment: Environment) throws(CommandFailure) {
        guard let option = options.history.given(in: environment) else { return nil }
        throw HistoryOptions.missing(option)
    }

    /// There is nothing to check.
    func check(besideOthers: Bool) throws(CommandFailure) {}
    #endif
}

extension ValueParser<Double> {
    /// A price of a kilowatt-hour.
    static var price: ValueParser { .number("price", 0...1e9, "a number from 0, such as 0.30") }
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
