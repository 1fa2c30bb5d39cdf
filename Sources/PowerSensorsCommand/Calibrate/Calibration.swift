#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Measures load and power, fits a curve of power over load, and writes the profile.
struct Calibration {
    /// The loads to generate, from 0 to 1. They go up and down, so that a machine that warms up does not distort its curve.
    private static let levels = [0, 50, 100, 30, 80, 10, 60, 90, 20, 70, 40].map { Double($0) / 100 }

    let settings: Settings

    /// What to learn from: a scope or a channel; nil for the headline.
    let teacher: OptionValue?

    /// Where the profile goes; nil for standard output.
    let output: String?

    /// Where what was learned by watching is kept between runs; nil to keep nothing.
    let state: String?

    let levelDuration: Duration

    /// How long to watch; nil to generate load.
    let passive: Duration?

    /// Measures, fits, and writes.
    func run() throws(CommandFailure) {
        if passive != nil { try FileTarget.checkDistinct([("--output", output), ("--state", state)]) }
        // Checked before minutes of work, or days of watching.
        if let path = output { try FileTarget(path).check(isReplaced: true) }
        if passive != nil, let state { try FileTarget(state).check(isReplaced: true) }
        var meter = try openMeter()
        if let passive, passive < meter.shortestDuration {
            throw .usage(
                "--passive: this sensor updates so rarely that it takes \(meter.shortestDuration.components.seconds + 1)s or more."
            )
        }
        StandardError.write(
            "learning the scope \(meter.scope) from \(meter.sensor), in windows of "
                + "\(fixed(meter.window / .seconds(1), decimals: 1)) s")
        if let passive { return try learn(for: passive, &meter) }
        let points = try measureLevels(&meter)
        let fit = try Self.fitted { () throws(CalibrationError) in try CalibrationFit(points) }
        for line in Self.report(fit) { StandardError.write(line) }
        try ProfileFile.write(meter.profile(fit), to: output)
    }

    /// Watches, and writes what was learned, unless the profile that is there tells it better.
    private func learn(for time: Duration, _ meter: inout CalibrationMeter) throws(CommandFailure) {
        let passive = PassiveCalibration(self)
        let lock: StateLock? = if let state { try StateLock(state) } else { nil }
        defer { withExtendedLifetime(lock) {} }
        let bins = try passive.watch(for: time, &meter)
        let fit = try Self.fitted { () throws(CalibrationError) in try CalibrationFit(bins) }
        for line in Self.report(fit) { StandardError.write(line) }
        if let output, let old = passive.profile(like: meter), fit.isWorse(than: old, on: bins) {
            return StandardError.write(
                "\(output) is kept: its curve is \(Self.percent(old.error(on: bins), decimals: 1)) off what was learned, and "
                    + "the new one \(Self.percent(fit.error, decimals: 1)), at the loads that were seen. Watch longer, or "
                    + "write to another file.")
        }
        try ProfileFile.write(meter.profile(fit), to: output)
    }

    private static func fitted(
        _ fit: () throws(CalibrationError) -> CalibrationFit
    ) throws(CommandFailure) -> CalibrationFit {
        do throws(CalibrationError) {
            return try fit()
        } catch {
            throw .failure("No curve can be fitted: \(error) --sensor and --scope choose what is learned.")
        }
    }

    // MARK: Measuring

    private func openMeter() throws(CommandFailure) -> CalibrationMeter {
        let sampler = if let teacher { try settings.sampler(learningFrom: teacher) } else { try settings.sampler() }
        do throws(CalibrationMeterError) {
            return try CalibrationMeter(sampler)
        } catch .notMeasured {
            throw .failure(
                "There is no sensor here to learn from: calibrate needs a measured figure, not an estimate. "
                    + "powersensors doctor says what is missing; or calibrate a machine of the same kind.")
        } catch {
            throw .failure("\(error) Mount procfs there, or name it with --procfs.")
        }
    }

    private func measureLevels(_ meter: inout CalibrationMeter) throws(CommandFailure) -> [CalibrationPoint] {
        let generator = try LoadGenerator(threads: meter.hardware.threads)
        defer { generator.end() }
        var points: [CalibrationPoint] = []
        let progress = ProgressLine("calibrate")
        // Between no load and full load in turn, so that the sensor's value changes as soon as it is renewed.
        let sensor = meter.sensor
        meter.findRhythm(within: .seconds(90), unless: { Signals.isEndRequested }) { elapsed in
            generator.set(load: Int(elapsed.seconds / 2) % 2 == 0 ? 1 : 0)
            progress.show("looking how often \(sensor) is renewed", left: nil)
        }
        Self.tell(meter)
        let time = max(levelDuration, meter.window * (meter.slowUpdates == nil ? 2 : 4))
        // Of each level, the first window is not used.
        let total = (time + meter.window) * Self.levels.count
        for (index, level) in Self.levels.enumerated() {
            if Signals.isEndRequested { break }
            generator.set(load: level)
            let measured = meter.points(for: time) {
                progress.show(
                    "level \(index + 1) of \(Self.levels.count), \(Self.percent(level)) load",
                    left: total - progress.elapsed)
                return Signals.isEndRequested
            }
            points += measured
            if let point = measured.last {
                StandardError.write("load \(Self.percent(point.load)): \(Self.watts(point.power))")
            }
        }
        if Signals.isEndRequested {
            throw .failure("calibrate was stopped before it had measured every level; nothing is written.")
        }
        return points
    }

    /// Says of a slow teacher how it is read.
    static func tell(_ meter: borrowing CalibrationMeter) {
        guard let slow = meter.slowUpdates else { return }
        StandardError.write(
            "\(meter.sensor) shows a new value every \(fixed(slow.seconds, decimals: 1)) s; each is compared with the load"
                + " since the one before.")
    }

    // MARK: Reporting

    private static func report(_ fit: CalibrationFit) -> [String] {
        let curve = fit.powers.enumerated().map { "\($0 * 10) % \(watts($1))" }.joined(separator: ", ")
        var lines = [
            "The curve: \(curve).",
            "It was fitted to \(fit.counts.used) measurements; on \(fit.counts.tested) others, its mean error is "
                + "\(percent(fit.error, decimals: 1)).",
        ]
        if fit.loads.upperBound < 0.9 {
            lines.append(
                "The load never rose above \(percent(fit.loads.upperBound)): the curve above that is extrapolated.")
        }
        if fit.loads.lowerBound > 0.1 {
            lines.append(
                "The load never fell below \(percent(fit.loads.lowerBound)): the curve below that is extrapolated.")
        }
        return lines
    }

    static func watts(_ power: Watts) -> String { "\(fixed(power.rawValue, decimals: 1)) W" }

    static func percent(_ part: Double, decimals: Int = 0) -> String {
        "\(fixed(part * 100, decimals: decimals)) %"
    }
}
#endif
