import PowerSensors

/// What a `powersensors_sampler` points to.
final class SamplerObject: Sendable {
    private struct State: ~Copyable {
        var sampler: Sampler
        /// Those of the sampler's topology, which stays the same: it looks for no new sensors.
        let strings: TopologyStrings
        let longestSafeInterval: Double
    }

    private let state: Guarded<State>

    init(_ options: OpenOptions) throws(SamplerError) {
        let sampler = try Sampler(options.sensors, headlineScope: options.scope)
        let strings = TopologyStrings(sampler.topology)
        let longest = sampler.longestSafeInterval?.inSeconds ?? .infinity
        state = Guarded(State(sampler: sampler, strings: strings, longestSafeInterval: longest))
    }

    func sample() { state.withLock { $0.sampler.sample() } }

    func snapshot() -> SnapshotObject {
        state.withLock { state in
            SnapshotObject(
                state.sampler.snapshot(), state.strings, longestSafeInterval: state.longestSafeInterval)
        }
    }

    /// The finding with an index; nil if there is none.
    func finding(_ index: Int) -> Finding? {
        let findings = state.withLock { $0.sampler.findings() }
        return findings.indices.contains(index) ? findings[index] : nil
    }

    func beginMeasurement() -> MeasurementStart { state.withLock { $0.sampler.beginMeasurement() } }

    func endMeasurement(_ start: MeasurementStart) -> SnapshotObject {
        state.withLock { state in
            SnapshotObject(
                state.sampler.endMeasurement(start), state.strings, longestSafeInterval: state.longestSafeInterval)
        }
    }
}

/// What a `powersensors_measurement` points to. It keeps the sampler.
final class MeasurementObject: Sendable {
    private let sampler: SamplerObject
    private let start: MeasurementStart

    init(of sampler: SamplerObject) {
        self.sampler = sampler
        start = sampler.beginMeasurement()
    }

    func end() -> SnapshotObject { sampler.endMeasurement(start) }
}
