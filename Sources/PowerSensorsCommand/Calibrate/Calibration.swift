#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Measures load and power, fits a curve, and writes the profile.
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
        let machine = try Result { () throws(AttributeError) in try MachineDescription(roots: settings.roots) }
            .mapError { CommandFailure.failure("\($0). Mount procfs there, or name it with --procfs.") }.get()
        // Checked before minutes of work, or days of watching.
        if let path = output { try FileTarget(path).check(isReplaced: true) }
        var meter = try CalibrationMeter(settings)
        if let passive, passive < meter.shortestWatch {
            throw .usage(
                "--passive: this sensor updates so rarely that it takes \(meter.shortestWatch.components.seconds + 1)s or more."
            )
        }
        StandardError.write(meter.description)
        let points =
            if let passive {
                watch(for: passive, &meter)
            } else {
                try measureLevels(&meter, processors: machine.threads)
            }
        let fit = try Result { () throws(CalibrationError) in try CalibrationFit(points) }
            .mapError { CommandFailure.failure("No curve can be fitted: \($0)") }.get()
        let profile = CalibrationProfile(
            fit, of: meter.scope, by: meter.sensor, on: CalibrationProfile.Hardware(machine))
        for line in Self.report(fit) { StandardError.write(line) }
        try write(profile)
    }

    // MARK: Measuring

    private func measureLevels(
        _ meter: inout CalibrationMeter, processors: Int
    ) throws(CommandFailure) -> [CalibrationPoint] {
        let generator = try LoadGenerator(threads: processors)
        defer { generator.end() }
        var points: [CalibrationPoint] = []
        for level in Self.levels where !Signals.isEndRequested {
            generator.set(load: level)
            let measured = meter.points(for: max(levelDuration.wholeNanoseconds, 2 * meter.length))
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
        let points = meter.points(for: time.wholeNanoseconds)
        if Signals.isEndRequested {
            StandardError.write("stopped early; the profile covers what was measured until now.")
        }
        return points
    }

    // MARK: Reporting

    private static func report(_ fit: CalibrationFit) -> [String] {
        let curve = fit.powers.enumerated().map { "\($0 * 10) % \(watts($1))" }.joined(separator: ", ")
        var lines = [
            "The curve: \(curve).",
            "Fitted to \(fit.counts.used) measurements, it is off by \(percent(fit.error, decimals: 1)) in the mean on "
                + "\(fit.counts.tested) others.",
        ]
        if fit.loads.upperBound < 0.9 {
            lines.append(
                "The load never rose above \(percent(fit.loads.upperBound)): the curve beyond is extrapolated.")
        }
        if fit.loads.lowerBound > 0.1 {
            lines.append(
                "The load never fell below \(percent(fit.loads.lowerBound)): the curve below is extrapolated.")
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
            throw .failure("--output \(path): \(systemMessage(errno: error.errno)). The profile is on standard output.")
        }
    }
}

/// Measures mean power and mean load over the same periods of time, the windows.
struct CalibrationMeter: ~Copyable {
    /// The shortest window in nanoseconds. In a shorter one, the kernel's ticks of 10 ms would show in the load.
    private static let shortestWindow: Int64 = 1_000_000_000

    /// The time between samples within a window in nanoseconds, for sources whose power is integrated.
    private static let samplingInterval: Int64 = 100_000_000

    let scope: Scope

    let sensor: SensorName

    /// The length of a window in nanoseconds.
    let length: Int64

    private let index: Int
    private var sampler: Sampler
    private var load: LoadReader

    /// Opens the best sensor that measures power.
    ///
    /// - Throws: A failure if there is none.
    init(_ settings: Settings) throws(CommandFailure) {
        let sampler = try settings.sampler()
        let topology = sampler.topology
        guard let scope = settings.scope ?? topology.headlineScope,
            let channel = topology.channels.first(where: { $0.countsIn == scope }), channel.provenance == .measured
        else {
            throw .failure(
                "There is no sensor here to learn from: calibrate needs a measured figure, not an estimate. "
                    + "powersensors doctor says what is missing; or calibrate a machine of the same kind.")
        }
        self.scope = scope
        sensor = channel.sensor
        index = topology.scopes.firstIndex(of: scope) ?? 0
        // The last count that a window includes is late by up to one refresh interval, so a window has at least three.
        let refresh = topology.channels.filter { $0.countsIn == scope }.compactMap {
            max($0.refreshInterval ?? .zero, $0.readingInterval ?? .zero).wholeNanoseconds
        }
        length = max(Self.shortestWindow, 3 * (refresh.max() ?? 0))
        load = LoadReader(beneath: settings.roots.procfs)
        self.sampler = sampler
    }

    /// The shortest time that has enough windows for a fit, with two to spare.
    var shortestWatch: Duration { .nanoseconds(length * Int64(CalibrationFit.fewestPoints + 2)) }

    /// What it measures, as one line.
    var description: String {
        "learning the scope \(scope) by \(sensor), in windows of \(fixed(Double(length) / 1e9, decimals: 1)) s"
    }

    /// Measures windows for a time, or until the command is asked to stop.
    mutating func points(for nanoseconds: Int64) -> [CalibrationPoint] {
        // The first window is not used: its power may still be that of the previous load.
        _ = window()
        let end = SampleInstant.monotonicNow + nanoseconds
        var points: [CalibrationPoint] = []
        while SampleInstant.monotonicNow < end, !Signals.isEndRequested {
            if let point = window() { points.append(point) }
        }
        return points
    }

    /// Waits for the length of a window, and returns its mean load and power; nil if one of them is unknown.
    private mutating func window() -> CalibrationPoint? {
        let times = try? load.read()
        let first = sampler.snapshot()
        let end = SampleInstant.monotonicNow + length
        while SampleInstant.monotonicNow < end, !Signals.isEndRequested {
            SampleInstant.sleep(untilMonotonic: min(end, SampleInstant.monotonicNow + Self.samplingInterval))
            sampler.sample()
        }
        let last = sampler.snapshot()
        let awake = first.instant.suspending.duration(to: last.instant.suspending)
        guard let times, let mean = (try? load.read())?.elapsed(since: times).load, last.host[index].status == .ok,
            let before = first.host[index].energy, let after = last.host[index].energy,
            let power = (after - before).power(over: awake)
        else { return nil }
        return CalibrationPoint(load: mean, power: power)
    }
}
#endif
