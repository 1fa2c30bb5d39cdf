import CPowerSensorsLibrary
import PowerSensors

/// What a `powersensors_snapshot` points to.
final class SnapshotObject: Sendable {
    // Indirect: of payloads of different sizes, optimised code asks bytes that were never set when it ends one.
    private indirect enum Figures: Sendable {
        case sample(Snapshot)
        case work(Measurement)
    }

    private let figures: Figures
    private let strings: TopologyStrings
    private let longestSafeInterval: Double

    /// A snapshot of a sample.
    ///
    /// - Parameters:
    ///   - snapshot: The figures.
    ///   - strings: Those of its topology.
    ///   - longestSafeInterval: That of the sampler, in seconds; NaN for a monitor's.
    init(_ snapshot: Snapshot, _ strings: TopologyStrings, longestSafeInterval: Double = .nan) {
        (figures, self.strings) = (.sample(snapshot), strings)
        self.longestSafeInterval = longestSafeInterval
    }

    /// A snapshot of a measurement.
    init(_ measurement: Measurement, _ strings: TopologyStrings, longestSafeInterval: Double) {
        (figures, self.strings) = (.work(measurement), strings)
        self.longestSafeInterval = longestSafeInterval
    }

    var summary: powersensors_summary {
        var summary = powersensors_summary()
        summary.generation = Int32(clamping: strings.generation)
        summary.channel_count = UInt32(clamping: unsafe strings.channels.count)
        summary.longest_safe_interval = longestSafeInterval
        switch figures {
        case .sample(let snapshot):
            summary.host_count = UInt32(clamping: snapshot.host.count)
            summary.time_nanoseconds = snapshot.timeNanoseconds
            summary.boottime_nanoseconds = snapshot.instant.continuousNanoseconds
            summary.interval = snapshot.interval?.inSeconds ?? .nan
            summary.reading_time = snapshot.sampleDuration.inSeconds
        case .work(let measurement):
            summary.host_count = UInt32(clamping: measurement.figures.count)
            summary.interval = measurement.duration.inSeconds
            summary.reading_time = .nan
        }
        return summary
    }

    /// The host figure with an index; nil if there is none.
    func host(_ index: Int) -> powersensors_host? {
        switch figures {
        case .sample(let snapshot):
            guard snapshot.host.indices.contains(index) else { return nil }
            let figure = snapshot.host[index]
            guard var host = unsafe strings.host(figure.scope) else { return nil }
            unsafe host.set(figure.status, isHeadline: figure.isHeadline)
            unsafe host.energy = figure.energy?.rawValue ?? .nan
            unsafe host.power = figure.power?.rawValue ?? .nan
            unsafe host.power_low = figure.low?.rawValue ?? .nan
            unsafe host.power_high = figure.high?.rawValue ?? .nan
            return unsafe host
        case .work(let measurement):
            guard measurement.figures.indices.contains(index) else { return nil }
            let figure = measurement.figures[index]
            guard var host = unsafe strings.host(figure.scope) else { return nil }
            unsafe host.set(figure.status, isHeadline: figure.scope == measurement.headlineScope)
            unsafe host.energy = figure.energy?.rawValue ?? .nan
            unsafe host.energy_low = figure.low?.rawValue ?? .nan
            unsafe host.energy_high = figure.high?.rawValue ?? .nan
            unsafe host.power = figure.power?.rawValue ?? .nan
            return unsafe host
        }
    }

    /// The channel with an index; nil if there is none.
    func channel(_ index: Int) -> powersensors_channel? {
        guard unsafe strings.channels.indices.contains(index) else { return nil }
        var channel = unsafe strings.channels[index]
        switch figures {
        case .sample(let snapshot):
            guard snapshot.channels.indices.contains(index) else { return nil }
            let figures = snapshot.channels[index]
            unsafe channel.set(figures.status)
            unsafe channel.energy = figures.energy?.rawValue ?? .nan
            unsafe channel.power = figures.power?.rawValue ?? .nan
            unsafe channel.power_low = figures.low?.rawValue ?? .nan
            unsafe channel.power_high = figures.high?.rawValue ?? .nan
            unsafe channel.value = figures.value ?? .nan
            unsafe channel.ambiguous_energy = figures.energy == nil ? .nan : figures.ambiguousEnergy.rawValue
            unsafe (channel.wraps, channel.resets) = (Int64(figures.wraps), Int64(figures.resets))
        case .work(let measurement):
            guard measurement.channels.indices.contains(index) else { return nil }
            let figures = measurement.channels[index]
            unsafe channel.set(figures.status)
            unsafe channel.energy = figures.energy?.rawValue ?? .nan
            unsafe channel.power = figures.power?.rawValue ?? .nan
            unsafe channel.ambiguous_energy = figures.energy == nil ? .nan : figures.ambiguousEnergy.rawValue
        }
        return unsafe channel
    }
}

extension powersensors_host {
    fileprivate mutating func set(_ status: ReadingStatus, isHeadline: Bool) {
        unsafe (self.status, error_number) = (status.code, status.errorNumber)
        unsafe is_headline = isHeadline ? 1 : 0
    }
}

extension powersensors_channel {
    fileprivate mutating func set(_ status: ReadingStatus) {
        unsafe (self.status, error_number) = (status.code, status.errorNumber)
    }
}

extension Duration {
    /// The time in seconds.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}

extension SampleInstant {
    /// CLOCK_BOOTTIME in nanoseconds, which `ContinuousClock` counts on Linux.
    fileprivate var continuousNanoseconds: Int64 {
        let (seconds, attoseconds) = (continuous - ContinuousClock().systemEpoch).components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
