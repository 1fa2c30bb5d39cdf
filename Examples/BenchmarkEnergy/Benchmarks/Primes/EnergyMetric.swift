import Benchmark
import PowerSensors

/// The energy of a benchmark's work, as a metric beside those of ordo-one/benchmark: copy this file into your benchmark's target.
///
/// A value is the energy of one call of the benchmark's closure, which the harness divides by the scaling factor, as it does with times.
/// It is the machine's energy while the work ran, whatever else ran: leave the machine alone.
final class EnergyMetric {
    /// The metric, in nanojoules. Its name says what part of the machine it covers and whether that is measured or estimated, so that
    /// results of different kinds are never compared.
    let metric: BenchmarkMetric

    /// The shortest work whose energy is resolved to 5 %: what a counter has not counted yet may be missing at both ends.
    let shortest: Duration

    private let scope: Scope?
    private var sampler: Sampler

    /// Opens the sensors.
    ///
    /// - Throws: ``SamplerError`` if nothing here can be read.
    init(_ sensors: SensorSet = SensorSet()) throws(SamplerError) {
        var sampler = try Sampler(sensors)
        let scope = sampler.headlineScope
        let parts = sampler.topology.channels.filter { $0.countsIn == scope }
        var period = Duration.zero
        if let scope { period = sampler.updateTime(of: scope) }
        shortest = period * 2 * 20
        metric = .custom("Energy (nJ, \(scope?.name ?? "unknown"), \(parts.first?.provenance.name ?? "unknown"))")
        self.scope = scope
        self.sampler = sampler
    }

    /// Measures the work of one call of a benchmark's closure, beginning and ending the harness's measurement with it.
    ///
    /// What is not known, as after work that is too short, makes the benchmark fail instead of counting as 0.
    func measure<Failure: Error>(_ benchmark: Benchmark, _ work: () throws(Failure) -> Void) throws(Failure) {
        // The sensors are read outside of the time that the harness takes.
        let start = sampler.beginMeasurement()
        benchmark.startMeasurement()
        try work()
        benchmark.stopMeasurement()
        record(sampler.endMeasurement(start), in: benchmark)
    }

    /// The same for asynchronous work.
    func measure<Failure: Error>(
        _ benchmark: Benchmark, _ work: () async throws(Failure) -> Void
    ) async throws(Failure) {
        let start = sampler.beginMeasurement()
        benchmark.startMeasurement()
        try await work()
        benchmark.stopMeasurement()
        record(sampler.endMeasurement(start), in: benchmark)
    }

    private func record(_ measurement: PowerSensors.Measurement, in benchmark: Benchmark) {
        let figure = measurement.figures.first { $0.scope == scope }
        if measurement.duration < shortest {
            // Without the short ones, the mean of the others would be too large.
            benchmark.error(
                "its energy is not known: \(measurement.duration) is too short, \(shortest) is the least for 5 %. "
                    + "A larger scalingFactor and a loop over scaledIterations make it longer.")
        } else if let energy = figure?.energy, figure?.status == .ok {
            benchmark.measurement(metric, Int((energy.rawValue * 1e9).rounded()))
        } else {
            benchmark.error("its energy is not known: \(figure?.status.name ?? "no sensor covers it").")
        }
    }
}
