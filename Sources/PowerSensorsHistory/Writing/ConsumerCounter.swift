#if History
import PowerSensors

/// Counts the energy of consumers, and of what none was given, between two snapshots.
struct ConsumerCounter {
    /// The counts at the snapshot before, in whole microjoules: of consumers by their ID, and of what no consumer was given.
    private struct Counts {
        let scope: Scope
        var consumers: [Int: Int64] = [:]
        var rest: [SeriesKey: Int64] = [:]
        /// By kind, what no scan covered yet when the counts began and none covers still, as far as that is known.
        var early: [SeriesKind: Int64] = [:]

        init(_ attribution: AttributionSnapshot) {
            scope = attribution.scope
            for one in attribution.consumers { consumers[one.id] = one.parts.microjoules }
            for part in attribution.unattributed {
                if part.reason == .unscanned, let kind = SeriesKind(part.kind) { early[kind] = part.parts.microjoules }
                guard let key = part.namedKey else { continue }
                rest[key, default: 0] += part.parts.microjoules
            }
        }
    }

    private var last: Counts?

    /// Begins to count.
    mutating func start(_ snapshot: Snapshot) { last = snapshot.attribution.map { Counts($0) } }

    /// What was counted since the snapshot before: the greatest consumers of each kind, and the rest, which add up to what the
    /// divided host figure has in the tick.
    mutating func entries(_ snapshot: Snapshot, _ tick: Tick) -> [Tick.Entry] {
        guard let attribution = snapshot.attribution else { return [] }
        // While the divided figure is unknown, so are the parts: what they count meanwhile comes with its next value.
        let divided = tick.entries.first { $0.key.kind == .host && $0.key.name == attribution.scope.name }
        guard let divided else { return [] }
        var now = Counts(attribution)
        // Counts of another figure say nothing of this one. Who used its energy is known from the next snapshot on.
        let last = self.last.flatMap { $0.scope == now.scope ? $0 : nil }
        if let last { now.early.merge(last.early) { min($0, $1) } }
        self.last = now
        var entries: [Tick.Entry] = []
        for kind in SeriesKind.consumers {
            let listed = attribution.consumers.filter { SeriesKind($0.consumer.kind) == kind }
            let parts = attribution.unattributed.filter { SeriesKind($0.kind) == kind }
            if listed.isEmpty, parts.isEmpty { continue }
            var kept = last.map { consumers(listed, kind, $0, tick) } ?? []
            if let rest = kind.rest { kept += last.map { self.rest(parts, rest, now, $0, tick) } ?? [] }
            // What was used before the counts began is divided now, and is in the gains.
            Self.take(max((last?.early[kind] ?? 0) - (now.early[kind] ?? 0), 0), from: &kept)
            kept = Self.greatest(kept, kind)
            if let rest = kind.rest { Self.balance(&kept, rest, with: divided.values.energy, tick) }
            entries += kept
        }
        return entries
    }

    /// What the consumers of a kind gained.
    private func consumers(
        _ listed: [ConsumerSnapshot], _ kind: SeriesKind, _ last: Counts, _ tick: Tick
    ) -> [Tick.Entry] {
        var gains: [SeriesKey: (energy: Int64, power: Int64?)] = [:]
        for one in listed {
            let before = last.consumers[one.id] ?? one.partsWhenListed.microjoules
            // Processes of one name are one series.
            var gain = gains[one.consumer.seriesKey(kind)] ?? (0, 0)
            gain.energy += max(one.parts.microjoules - before, 0)
            // With one that is unknown, so is the sum.
            let power = one.power.map(TickCounter.milliwatts)
            gain.power = gain.power.flatMap { sum in power.map { sum.clampedSum($0) } }
            gains[one.consumer.seriesKey(kind)] = gain
        }
        return gains.filter { $0.value.energy > 0 }.map { key, gain in
            var values = SeriesValues(energy: gain.energy, time: tick.time, sampled: tick.sampled)
            values.power = gain.power.map { PowerRange(minimum: $0, maximum: $0) }
            return Tick.Entry(key: key, values: values)
        }
    }

    /// Without the consumers of a kind that gained least, the greatest first.
    private static func greatest(_ entries: [Tick.Entry], _ kind: SeriesKind) -> [Tick.Entry] {
        let ranked = entries.filter { $0.key.kind == kind && $0.values.energy > 0 }.sorted {
            ($0.values.energy, $1.key.name, $1.key.detail) > ($1.values.energy, $0.key.name, $0.key.detail)
        }
        return Array(ranked.prefix(TickCounter.consumerLimit)) + entries.filter { $0.key.kind != kind }
    }

    /// Takes energy from entries, from each the same part of its own; all of theirs if it is more.
    private static func take(_ energy: Int64, from entries: inout [Tick.Entry]) {
        let whole = entries.reduce(Int64(0)) { $0.clampedSum($1.values.energy) }
        if energy <= 0 || whole <= 0 { return }
        for index in entries.indices {
            let own = entries[index].values.energy
            entries[index].values.energy = Int64(
                clamping: Int128(own) * Int128(max(whole - energy, 0)) / Int128(whole))
        }
    }

    /// What no consumer of a kind was given for a reason that is kept by its name.
    private func rest(
        _ parts: [UnattributedSnapshot], _ rest: SeriesKind, _ now: Counts, _ last: Counts, _ tick: Tick
    ) -> [Tick.Entry] {
        parts.compactMap { part in
            guard let key = part.namedKey, key.kind == rest else { return nil }
            let gain = max((now.rest[key] ?? 0) - (last.rest[key] ?? 0), 0)
            var values = SeriesValues(energy: gain, time: tick.time, sampled: tick.sampled)
            values.power = part.power.map { power in
                PowerRange(minimum: TickCounter.milliwatts(power), maximum: TickCounter.milliwatts(power))
            }
            return Tick.Entry(key: key, values: values)
        }
    }

    /// Adds what is missing to the energy of the divided figure.
    private static func balance(_ entries: inout [Tick.Entry], _ rest: SeriesKind, with energy: Int64, _ tick: Tick) {
        var missing = energy - entries.reduce(0) { $0.clampedSum($1.values.energy) }
        // Parts are rounded one by one, and may be a few microjoules more than the whole.
        if missing < 0, missing > -1000,
            let greatest = entries.indices.max(by: { entries[$0].values.energy < entries[$1].values.energy }),
            entries[greatest].values.energy >= -missing
        {
            entries[greatest].values.energy += missing
            missing = 0
        }
        if missing == 0 { return }
        entries.append(
            Tick.Entry(
                key: SeriesKey(kind: rest, name: SeriesKey.other),
                values: SeriesValues(energy: missing, time: tick.time, sampled: tick.sampled)))
    }
}

extension EnergyParts {
    /// The energy in whole microjoules, rounded down, so that differences of it add up.
    fileprivate var microjoules: Int64 { Int64(clamping: min(sum / 1000, UInt128(Int64.max / 4))) }
}

extension Consumer {
    fileprivate func seriesKey(_ kind: SeriesKind) -> SeriesKey {
        let isMachine = kind == .virtualMachine && !(namespace.isEmpty && uuid.isEmpty)
        return SeriesKey(
            kind: kind, name: SeriesKey.bounded(name),
            detail: isMachine ? SeriesKey.bounded("\(namespace)/\(uuid)") : "")
    }
}

extension UnattributedSnapshot {
    /// The series that it has for itself; nil if it is a part of all others.
    fileprivate var namedKey: SeriesKey? {
        guard reason == .idle || reason == .interrupts, let rest = SeriesKind(kind)?.rest else { return nil }
        return SeriesKey(kind: rest, name: reason.name)
    }
}
#endif
