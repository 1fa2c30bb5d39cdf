import PowerSensorsCore
import PowerSensorsMachine

/// The opened estimator: it reads the load once per sample, and integrates the modelled power.
final class EstimatorReader: SensorReader {
    /// Which part of the energy a channel shows.
    enum Part: String, CaseIterable {
        /// All of it: the host's figure.
        case total = "estimator/host"

        /// What the machine uses when idle.
        case idle = "estimator/host/idle"

        /// What work adds.
        case active = "estimator/host/active"
    }

    let channels: [Channel]

    private let parts: [Part]
    private var load: LoadReader
    private var energy: EnergyIntegral
    private var latest: (times: CPUTimes, nanoseconds: Int64)?

    init(_ channels: [Channel], curve: PowerCurve, beneath procfs: SystemRoot) {
        self.channels = channels
        // The estimator's own channels all have the `id` of a part. Of any other one, all that is known is the whole energy.
        parts = channels.map { Part(rawValue: $0.id) ?? .total }
        load = LoadReader(beneath: procfs)
        energy = EnergyIntegral(curve)
    }

    func readChannels(into readings: inout OutputSpan<Reading>) {
        if channels.isEmpty { return }
        let total = reading()
        let isKnown = total.count != nil
        for index in parts.indices {
            switch parts[index] {
            case .idle where isKnown: readings.append(.count(energy.idleCount))
            case .active where isKnown: readings.append(.count(energy.activeCount))
            default: readings.append(total)
            }
        }
    }

    private func reading() -> Reading {
        do throws(AttributeError) {
            let times = try load.read()
            let now = SampleInstant.now.monotonicNanoseconds
            // The times jump when processors go offline or come back online.
            let isContinuous =
                latest.map { load.isContinuous(times, since: $0.times, over: now &- $0.nanoseconds) } ?? true
            latest = (times, now)
            return energy.advance(to: times, at: now, isContinuous: isContinuous)
        } catch {
            return .missing(error.status)
        }
    }
}
