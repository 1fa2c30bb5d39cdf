#if History
import PowerSensors

/// Turns snapshots, whose energies are counts since the start, into what was added since the one before.
///
/// A count is rounded to whole microjoules before the difference is taken, so the sum of any number of differences is never
/// off by more than one.
struct TickCounter {
    /// How many consumers of each kind a tick has at most.
    static let consumerLimit = 10

    /// How many channels a tick has at most.
    static let channelLimit = 64

    /// What a series had counted, and when.
    private struct Base {
        var count: Int64
        var milliseconds: Int64
        /// Whether the figure has ever been known.
        var isKnown = true
    }

    private var bases: [SeriesKey: Base] = [:]
    private var consumers = ConsumerCounter()
    /// When the last tick ended, on the two clocks in milliseconds; nil before the first snapshot.
    private var last: (boottime: Int64, monotonic: Int64)?

    /// Counts a snapshot.
    ///
    /// - Returns: What it adds; nil for the first, which only says where the counts begin.
    mutating func tick(_ snapshot: Snapshot) -> Tick? {
        let boottime = floorDivided(snapshot.instant.boottimeNanoseconds, by: 1_000_000)
        let monotonic = floorDivided(snapshot.instant.monotonicNanoseconds, by: 1_000_000)
        guard let last else {
            start(snapshot, at: boottime)
            self.last = (boottime, monotonic)
            return nil
        }
        guard boottime > last.boottime else { return nil }
        let time = boottime - last.boottime
        var tick = Tick(
            end: floorDivided(snapshot.timeNanoseconds, by: 1_000_000), time: time,
            sampled: min(max(monotonic - last.monotonic, 0), time))
        tick.carbon = snapshot.carbonIntensity.map { Int64(clamping: $0.gramsPerKilowattHour * 1000) }
        tick.headline = snapshot.headline?.scope.name
        var channels = 0
        for figure in Self.figures(snapshot) {
            guard let energy = figure.energy else {
                begin(figure.key, at: last.boottime)
                continue
            }
            if isFirstReading(figure.key, energy) {
                bases[Self.counted(figure.key)] = Base(count: 0, milliseconds: boottime)
                continue
            }
            var values = count(figure.key, energy, at: boottime, since: last.boottime)
            values.sampled = tick.sampled
            values.power = figure.power
            if figure.key.kind == .channel {
                channels += 1
                // The others are counted too, in case one of the first is no longer there.
                if channels > Self.channelLimit { continue }
            }
            tick.entries.append(Tick.Entry(key: figure.key, values: values))
        }
        tick.entries += consumers.entries(snapshot, tick)
        self.last = (boottime, monotonic)
        return tick
    }

    private mutating func start(_ snapshot: Snapshot, at milliseconds: Int64) {
        for figure in Self.figures(snapshot) {
            guard let energy = figure.energy else {
                begin(figure.key, at: milliseconds)
                continue
            }
            bases[Self.counted(figure.key)] = Base(count: Self.microjoules(energy), milliseconds: milliseconds)
        }
        consumers.start(snapshot)
    }

    /// Begins at 0 with a figure that is there and was never known: what it will have counted was not used in one interval.
    private mutating func begin(_ key: SeriesKey, at milliseconds: Int64) {
        let key = Self.counted(key)
        if bases[key] == nil { bases[key] = Base(count: 0, milliseconds: milliseconds, isKnown: false) }
    }

    /// Whether a figure only says where its counter stands: what it used before is unknown, and not 0.
    private func isFirstReading(_ key: SeriesKey, _ energy: Joules) -> Bool {
        guard let base = bases[Self.counted(key)] else { return false }
        return !base.isKnown && Self.microjoules(energy) == 0
    }

    /// What a series has counted since it was known last.
    private mutating func count(_ key: SeriesKey, _ energy: Joules, at now: Int64, since last: Int64) -> SeriesValues {
        let key = Self.counted(key)
        let count = Self.microjoules(energy)
        // What appears later begins at 0.
        let base = bases[key] ?? Base(count: 0, milliseconds: last)
        var difference = count - base.count
        var next = count
        if difference < 0 {
            // A sum of parts may be rounded down by a little; anything else is a count that began again.
            let isRounding = difference >= -max(1000, base.count / 1_000_000_000)
            difference = isRounding ? 0 : max(count, 0)
            if isRounding { next = base.count }
        }
        bases[key] = Base(count: next, milliseconds: now)
        return SeriesValues(energy: difference, time: now - base.milliseconds, sampled: 0)
    }

    /// What a figure's count goes on as: a scope's does when it is measured instead of estimated.
    private static func counted(_ key: SeriesKey) -> SeriesKey { SeriesKey(kind: key.kind, name: key.name) }

    private struct Figure {
        let key: SeriesKey
        let energy: Joules?
        let power: PowerRange?
    }

    /// The host's figures, and those of the channels that have energy, or may have.
    private static func figures(_ snapshot: Snapshot) -> [Figure] {
        let host = snapshot.host.map { host in
            Figure(
                key: SeriesKey(kind: .host, name: host.scope.name, detail: host.provenance.name),
                energy: host.energy, power: range(host.power, host.low, host.high))
        }
        let channels = snapshot.channelFigures.lazy.filter {
            $0.figures.energy != nil || [.energy, .power].contains($0.channel.quantity)
        }.map {
            Figure(
                key: SeriesKey(kind: .channel, name: SeriesKey.bounded($0.channel.id)), energy: $0.figures.energy,
                power: range($0.figures.power, nil, nil))
        }
        return host + channels
    }

    private static func range(_ power: Watts?, _ low: Watts?, _ high: Watts?) -> PowerRange? {
        guard let milliwatts = power.map(milliwatts) else { return nil }
        var range = PowerRange(minimum: milliwatts, maximum: milliwatts)
        if let low, let high { range.band = PowerRange.Band(low: Self.milliwatts(low), high: Self.milliwatts(high)) }
        return range
    }

    /// A power in whole milliwatts.
    static func milliwatts(_ power: Watts) -> Int64 { Int64(clamping: power.rawValue * 1000) }

    /// An energy in whole microjoules, within what differences of it allow.
    static func microjoules(_ energy: Joules) -> Int64 {
        min(max(Int64(clamping: energy.rawValue * 1e6), -greatest), greatest)
    }

    private static let greatest = Int64.max / 4
}
#endif
