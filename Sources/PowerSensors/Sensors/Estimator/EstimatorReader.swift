/// The opened estimator: one reading of the load, and the energy that the model makes of it.
final class EstimatorReader: SensorReader {
    let channels: [Channel]

    private var load: LoadReader
    private var energy: EnergyIntegral

    init(_ channels: [Channel], curve: PowerCurve, beneath procfs: SystemRoot) {
        self.channels = channels
        load = LoadReader(beneath: procfs)
        energy = EnergyIntegral(curve)
    }

    func read(into readings: inout OutputSpan<Reading>) {
        if channels.isEmpty { return }
        let reading = reading()
        for _ in channels { readings.append(reading) }
    }

    private func reading() -> Reading {
        do throws(AttributeError) {
            return energy.advance(to: try load.read(), at: SampleInstant.now.monotonicNanoseconds)
        } catch {
            return .missing(error.status)
        }
    }
}
