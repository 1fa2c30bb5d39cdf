public import PowerSensorsCore
public import PowerSensorsEstimator
import PowerSensorsMachine

/// Measures mean power and mean load over the same periods of time, the windows: what a ``CalibrationFit`` is fitted to.
///
/// The load must come from elsewhere: from the machine's own work, or from a generator, as in `powersensors calibrate`.
///
/// ```swift
/// var meter = try CalibrationMeter(try Sampler())
/// let fit = try CalibrationFit(meter.points(for: .seconds(600)))
/// let profile = meter.profile(fit)
/// ```
///
/// What teaches is the sampler's headline figure: packages, a board's or power supply's input meter, a battery, or a meter at
/// the wall that a sensor of your own reads. A meter that shows a new value only every few seconds is recognised by
/// ``findRhythm(within:unless:whileWaiting:)``: each value is then compared with the load since the value before.
public struct CalibrationMeter: ~Copyable {
    /// The shortest window. In a shorter one, the kernel's ticks of 10 ms would show in the load.
    static let shortestWindow = Duration.seconds(1)

    /// The time between samples within a window, for sources whose power is integrated.
    static let samplingInterval = Duration.milliseconds(100)

    /// What the power covers.
    public let scope: Scope

    /// The sensor that measures it.
    public let sensor: SensorName

    /// The channels whose power it adds up.
    package let channels: [String]

    /// The hardware that is calibrated.
    public let hardware: CalibrationProfile.Hardware

    /// The length of a window.
    public internal(set) var window: Duration

    var sampler: Sampler
    var load: LoadReader
    let clock: CalibrationClock

    /// The index of the only channel that the figure consists of, if it is a gauge, which may be slow without saying so.
    let gauge: Int?

    /// When the gauge's value changes.
    var rhythm = UpdateRhythm()

    /// The beginning of the current window of a slow gauge: the latest renewal of its value, and the processors' times then.
    var renewal: (nanoseconds: Int64, times: CPUTimes)?

    /// Prepares to measure the headline figure of a sampler.
    ///
    /// - Parameter sampler: Its headline figure is measured; whatever else it reads is read as well. Rediscovery is not
    ///   needed, and windows in which the topology changes are not used.
    /// - Throws: ``CalibrationMeterError`` if that figure is not measured, or the processors are unknown.
    public init(_ sampler: consuming Sampler) throws(CalibrationMeterError) {
        try self.init(sampler, clock: .system)
    }

    /// Prepares to measure by a clock that a test controls; it must be the sampler's, too.
    package init(_ sampler: consuming Sampler, clock: CalibrationClock) throws(CalibrationMeterError) {
        let topology = sampler.topology
        guard let scope = sampler.headlineScope,
            let channel = topology.channels.first(where: { $0.countsIn == scope }), channel.provenance == .measured
        else { throw .notMeasured }
        do throws(AttributeError) {
            hardware = CalibrationProfile.Hardware(try MachineDescription(roots: sampler.roots))
        } catch {
            throw .unknownProcessors(error)
        }
        self.scope = scope
        sensor = channel.sensor
        let indices = topology.channels.indices.filter { topology.channels[$0].countsIn == scope }
        channels = indices.map { topology.channels[$0].id }
        // The last count that a window includes is late by up to one refresh interval, so a window has at least three.
        let refresh = indices.map { topology.channels[$0] }.map {
            max($0.refreshInterval ?? .zero, $0.readingInterval ?? .zero)
        }
        window = max(Self.shortestWindow, (refresh.max() ?? .zero) * 3)
        load = LoadReader(beneath: sampler.roots.procfs)
        let isGauge = indices.count == 1 && topology.channels[indices[0]].encoding == .gauge
        gauge = isGauge ? indices[0] : nil
        self.clock = clock
        self.sampler = sampler
    }

    /// The shortest time that has enough windows for a fit, with two to spare.
    public var shortestDuration: Duration { window * (CalibrationFit.fewestPoints + 2) }

    /// Measures windows for a time, on the caller's thread.
    ///
    /// The first window is not used: its power may still be that of the previous load. It blocks until the last window
    /// that began within the time is over.
    ///
    /// - Parameters:
    ///   - duration: For how long, not counting the first window.
    ///   - isEnded: Whether to stop at once; asked at least every 100 ms.
    /// - Returns: One point for each window in which load and power were known, in order.
    public mutating func points(
        for duration: Duration, unless isEnded: () -> Bool = { false }
    ) -> [CalibrationPoint] {
        var points: [CalibrationPoint] = []
        forEachPoint(for: duration, unless: isEnded) { points.append($0) }
        return points
    }

    /// Measures windows for a time, like ``points(for:unless:)``, and hands out each point at once, so that nothing grows.
    public mutating func forEachPoint(
        for duration: Duration, unless isEnded: () -> Bool = { false }, _ record: (CalibrationPoint) -> Void
    ) {
        renewal = nil
        _ = nextPoint(unless: isEnded)
        let end = clock.now() + duration.wholeNanoseconds
        while clock.now() < end, !isEnded() {
            if let point = nextPoint(unless: isEnded) { record(point) }
        }
    }

    /// The profile of this machine with a curve that was fitted to this meter's points.
    public func profile(_ fit: CalibrationFit) -> CalibrationProfile {
        CalibrationProfile(fit, of: scope, by: sensor, on: hardware)
    }

    private mutating func nextPoint(unless isEnded: () -> Bool) -> CalibrationPoint? {
        if let slow = slowInterval { return nextRenewal(every: slow, unless: isEnded) }
        return nextWindow(unless: isEnded)
    }

    /// Waits for the length of a window, and returns its mean load and power; nil if one of them is unknown, or the window
    /// was cut short.
    private mutating func nextWindow(unless isEnded: () -> Bool) -> CalibrationPoint? {
        let times = try? load.read()
        let start = clock.now()
        let first = sampler.snapshot()
        let end = clock.now() + window.wholeNanoseconds
        while clock.now() < end, !isEnded() {
            clock.sleep(min(end, clock.now() + Self.samplingInterval.wholeNanoseconds))
            _ = sampleGauge()
        }
        let last = sampler.snapshot()
        let awake = first.instant.suspending.duration(to: last.instant.suspending)
        // A counter that went on during a suspend has more than the energy of the time awake.
        guard clock.now() >= end, first.topology.generation == last.topology.generation,
            last.instant.suspendedNanoseconds(since: first.instant) < SampleInstant.shortestSuspendNanoseconds,
            let times, let now = try? load.read(),
            load.isContinuous(now, since: times, over: clock.now() - start),
            let mean = now.elapsed(since: times).load,
            let figure = last.host.first(where: { $0.scope == scope }), figure.status == .ok, figure.sensor == sensor,
            let before = first.host.first(where: { $0.scope == scope })?.energy, let after = figure.energy,
            let power = (after - before).power(over: awake)
        else { return nil }
        return CalibrationPoint(load: mean, power: power)
    }
}

/// Why a machine cannot be calibrated.
public enum CalibrationMeterError: Error, Hashable, CustomStringConvertible {
    /// The figure is not measured: fitted to an estimate, a curve would only repeat its model.
    case notMeasured

    /// The kernel does not describe the processors.
    case unknownProcessors(AttributeError)

    /// What is missing, as one line.
    public var description: String {
        switch self {
        case .notMeasured: "there is no sensor to learn from: a calibration needs a measured figure, not an estimate."
        case .unknownProcessors(let error): "\(error)."
        }
    }
}
