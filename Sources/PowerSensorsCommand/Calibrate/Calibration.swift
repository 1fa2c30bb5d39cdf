#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Measures load and power, fits a curve, and writes the profile.
struct Calibration {
    /// Up and down, so that a machine that warms up does not bend its curve.
    private static let levels = [0, 50, 100, 30, 80, 10, 60, 90, 20, 70, 40].map { Double($0) / 100 }

    private let settings: Settings
    private let options: CalibrateOptions

    /// Calibrates as asked.
    init(_ settings: Settings, _ options: CalibrateOptions) {
        self.settings = settings
        self.options = options
    }

    /// Measures, fits, and writes.
    func run() throws(CommandFailure) {
        let machine: MachineDescription
        do throws(AttributeError) {
            machine = try MachineDescription(roots: settings.roots)
        } catch {
            throw .failure("\(error). Mount procfs there, or name it by --procfs.")
        }
        // Before minutes of work, or days of watching.
        if let path = options.output { try FileTarget(path).check(isReplaced: true) }
        var meter = try CalibrationMeter(settings)
        if let time = options.passive, time < meter.shortestWatch {
            throw .usage(
                "--passive: this sensor is refreshed so seldom that it takes \(meter.shortestWatch.components.seconds + 1)s or more."
            )
        }
        StandardError.write("powersensors: \(meter.description)")
        let points =
            if let time = options.passive {
                watch(for: time, &meter)
            } else {
                try walk(&meter, processors: machine.threads)
            }
        let fit: CalibrationFit
        do throws(CalibrationError) {
            fit = try CalibrationFit(points)
        } catch {
            throw .failure("No curve can be told: \(error)")
        }
        let profile = CalibrationProfile(
            fit, of: meter.scope, by: meter.sensor, on: CalibrationProfile.Hardware(machine))
        for line in Self.report(fit) { StandardError.write("powersensors: \(line)") }
        try write(profile)
    }

    // MARK: Measuring

    private func walk(
        _ meter: inout CalibrationMeter, processors: Int
    ) throws(CommandFailure) -> [CalibrationPoint] {
        let generator: LoadGenerator
        do throws(SamplerError) {
            generator = try LoadGenerator(threads: processors)
        } catch {
            throw .failure("\(error)")
        }
        defer { generator.end() }
        var points: [CalibrationPoint] = []
        for level in Self.levels where !Signals.isEndRequested {
            generator.set(load: level)
            // What the meter shows of the level before must be over.
            _ = meter.window()
            let end = MonotonicClock.now + max(options.levelDuration.wholeNanoseconds, 2 * meter.length)
            var measured: [CalibrationPoint] = []
            while MonotonicClock.now < end, !Signals.isEndRequested {
                if let point = meter.window() { measured.append(point) }
            }
            points += measured
            if let point = measured.last {
                StandardError.write(
                    "powersensors: load \(Self.percent(point.load)): \(Self.watts(point.power))")
            }
        }
        if Signals.isEndRequested {
            throw .failure("calibrate was ended before it had been at every level; nothing is written.")
        }
        return points
    }

    private func watch(for time: Duration, _ meter: inout CalibrationMeter) -> [CalibrationPoint] {
        let end = MonotonicClock.now + time.wholeNanoseconds
        var points: [CalibrationPoint] = []
        defer {
            if Signals.isEndRequested {
                StandardError.write("powersensors: ended early; the profile is of what was seen until now.")
            }
        }
        _ = meter.window()
        while MonotonicClock.now < end, !Signals.isEndRequested {
            if let point = meter.window() { points.append(point) }
        }
        return points
    }

    // MARK: Telling

    private static func report(_ fit: CalibrationFit) -> [String] {
        let curve = fit.powers.enumerated().map { "\($0 * 10) % \(watts($1))" }.joined(separator: ", ")
        var lines = [
            "The curve: \(curve).",
            "It is off by \(percent(fit.error, decimals: 1)) in the mean on \(fit.counts.tried) measurements that it was "
                + "not fitted to, and was fitted to \(fit.counts.used).",
        ]
        if fit.loads.upperBound < 0.9 {
            lines.append(
                "The load never came above \(percent(fit.loads.upperBound)): what is beyond is drawn on from there.")
        }
        if fit.loads.lowerBound > 0.1 {
            lines.append(
                "The load never fell below \(percent(fit.loads.lowerBound)): what is beneath is drawn on from there.")
        }
        return lines
    }

    private static func watts(_ power: Watts) -> String { "\(fixed(power.rawValue, decimals: 1)) W" }

    private static func percent(_ part: Double, decimals: Int = 0) -> String {
        "\(fixed(part * 100, decimals: decimals)) %"
    }

    private func write(_ profile: CalibrationProfile) throws(CommandFailure) {
        let bytes = try ProfileFile.bytes(of: profile)
        guard let path = options.output else {
            var output = StandardOutput()
            return try output.write(bytes)
        }
        do throws(OutputFileError) {
            try OutputFile.replace(path, with: bytes)
        } catch {
            // What was learned must not be lost.
            var output = StandardOutput()
            try? output.write(bytes)
            throw .failure("--output \(path): \(systemMessage(errno: error.errno)). The profile is on standard output.")
        }
    }
}

/// Power and load over the same windows.
struct CalibrationMeter: ~Copyable {
    /// Shorter, and the ticks of 10 ms of the load would show.
    private static let shortestWindow: Int64 = 1_000_000_000

    /// How often the power is looked at within a window, so that what is integrated is.
    private static let look: Int64 = 100_000_000

    /// What the power covers.
    let scope: Scope

    /// The sensor that measures it.
    let sensor: SensorName

    /// How long a window is, in nanoseconds.
    let length: Int64
    private let index: Int
    private var sampler: Sampler
    private var load: LoadMeter

    /// Opens the best real sensor there is.
    ///
    /// - Throws: A failure where there is none.
    init(_ settings: Settings) throws(CommandFailure) {
        let discovered = settings.sensors.discover()
        let topology = discovered.topology
        guard let scope = settings.scope ?? topology.headline,
            let channel = topology.channels.first(where: { $0.countsIn == scope }), channel.provenance == .measured
        else {
            throw .failure(
                "There is no sensor here to learn from: calibrate needs a measured figure, not an estimate. "
                    + "powersensors doctor says what is missing; or calibrate on a machine of the same kind.")
        }
        do throws(SamplerError) {
            sampler = try Sampler(readingSlowBesides: discovered, headline: scope)
        } catch {
            throw .failure("\(error)")
        }
        self.scope = scope
        sensor = channel.sensor
        index = topology.scopes.firstIndex(of: scope) ?? 0
        // A source that is refreshed seldom is late by as much; in three of its periods it is not so by half.
        let refresh = topology.channels.filter { $0.countsIn == scope }.compactMap {
            max($0.refreshInterval ?? .zero, $0.readingInterval ?? .zero).wholeNanoseconds
        }
        length = max(Self.shortestWindow, 3 * (refresh.max() ?? 0))
        load = LoadMeter(beneath: settings.roots.procfs)
    }

    /// The shortest time in which there are enough windows.
    var shortestWatch: Duration { .nanoseconds(length * Int64(CalibrationFit.fewestPoints + 2)) }

    /// What it measures with, as one line.
    var description: String {
        "learning the scope \(scope) by \(sensor), in windows of \(fixed(Double(length) / 1e9, decimals: 1)) s"
    }

    /// Waits for a window's time, and tells its means; nil where one of them is not known.
    mutating func window() -> CalibrationPoint? {
        _ = try? load.load()
        let first = sampler.snapshot()
        let end = first.instant.monotonicNanoseconds + length
        while MonotonicClock.now < end, !Signals.isEndRequested {
            MonotonicClock.sleep(until: min(end, MonotonicClock.now + Self.look))
            sampler.sample()
        }
        let last = sampler.snapshot()
        let mean = try? load.load()
        let seconds = Double(last.instant.monotonicNanoseconds - first.instant.monotonicNanoseconds) / 1e9
        guard let mean, let before = first.host[index].energy, let after = last.host[index].energy, seconds > 0,
            last.host[index].status == .ok
        else { return nil }
        return CalibrationPoint(load: mean, power: Watts((after - before).rawValue / seconds))
    }
}
#endif
