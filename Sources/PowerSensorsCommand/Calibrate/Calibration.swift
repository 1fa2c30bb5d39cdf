#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Measures load and power, fits a curve of power over load, and writes the profile.
struct Calibration {
    /// The loads to generate, from 0 to 1. They go up and down, so that a machine that warms up does not distort its curve.
    private static let levels = [0, 50, 100, 30, 80, 10, 60, 90, 20, 70, 40].map { Double($0) / 100 }

    let settings: Settings

    /// Where the profile goes; nil for standard output.
    let output: String?

    let levelDuration: Duration

    /// How long to watch; nil to generate load.
    let passive: Duration?

    /// Measures, fits, and writes.
    func run() throws(CommandFailure) {
        // Checked before minutes of work, or days of watching.
        if let path = output { try FileTarget(path).check(isReplaced: true) }
        var meter = try openMeter()
        if let passive, passive < meter.shortestDuration {
            throw .usage(
                "--passive: this sensor updates so rarely that it takes \(meter.shortestDuration.components.seconds + 1)s or more."
            )
        }
        StandardError.write(
            "learning the scope \(meter.scope) from \(meter.sensor), in windows of "
                + "\(fixed(meter.window / .seconds(1), decimals: 1)) s")
        let points = if let passive { watch(for: passive, &meter) } else { try measureLevels(&meter) }
        let fit: CalibrationFit
        do throws(CalibrationError) {
            fit = try CalibrationFit(points)
        } catch {
            throw .failure("No curve can be fitted: \(error) --sensor and --scope choose what is learned.")
        }
        for line in Self.report(fit) { StandardError.write(line) }
        try write(meter.profile(fit))
    }

    // MARK: Measuring

    private func openMeter() throws(CommandFailure) -> CalibrationMeter {
        let sampler = try settings.sampler()
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
        let time = max(levelDuration, meter.window * 2)
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

    private func watch(for time: Duration, _ meter: inout CalibrationMeter) -> [CalibrationPoint] {
        let progress = ProgressLine("calibrate")
        let total = time + meter.window
        let points = meter.points(for: time) {
            progress.show("watching", left: total - progress.elapsed)
            return Signals.isEndRequested
        }
        if Signals.isEndRequested {
            StandardError.write("stopped early; the profile covers what was measured so far.")
        }
        return points
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

    private static func watts(_ power: Watts) -> String { "\(fixed(power.rawValue, decimals: 1)) W" }

    private static func percent(_ part: Double, decimals: Int = 0) -> String {
        "\(fixed(part * 100, decimals: decimals)) %"
    }

    private func write(_ profile: CalibrationProfile) throws(CommandFailure) {
        let bytes = try ProfileFile.bytes(of: profile)
        guard let path = output else { return try StandardOutput.write(bytes) }
        do throws(OutputFileError) {
            try OutputFile.replace(path, with: bytes)
        } catch {
            // Minutes of measuring must not be lost.
            try? StandardOutput.write(bytes)
            throw .failure("--output \(error) The profile is on standard output.")
        }
    }
}
#endif
