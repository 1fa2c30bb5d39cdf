#if History
import PowerSensors

/// Adds up the figures of each series in one row's time.
struct HistorySums {
    fileprivate struct Sum {
        var values: SeriesValues?
        var grams = 0.0
        /// Whether the carbon intensity was known whenever energy was used.
        var hasCarbon = true
        var provenances: Set<String> = []
    }

    /// The time of the rows.
    let range: Range<Int64>
    private var sums: [SeriesKey: Sum] = [:]
    /// The time in which energy was divided among consumers.
    private var time: Int64 = 0
    private var sampled: Int64 = 0

    init(_ range: Range<Int64>) { self.range = range }

    /// Adds a row of the store.
    mutating func add(
        _ bucket: Bucket, _ kinds: [SeriesKind], _ keys: [Int: SeriesKey], where isWanted: (SeriesKey) -> Bool
    ) {
        var isDivided = false
        for kind in kinds {
            for entry in bucket[kind] {
                guard let key = keys[entry.series], isWanted(key) else { continue }
                isDivided = isDivided || kind.isDivided
                // A scope goes on with figures of another provenance.
                let name = kind == .host ? SeriesKey(kind: kind, name: key.name) : key
                sums[name, default: Sum()].add(entry.values, key, bucket.carbon)
            }
        }
        if isDivided {
            time = time.clampedSum(bucket.time)
            sampled = sampled.clampedSum(bucket.sampled)
        }
    }

    /// The rows: consumers and channels with the greatest first, and what no consumer was given last.
    var rows: [HistoryRow] {
        sums.sorted { left, right in
            let ranks = (rank(left.key), rank(right.key))
            if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
            let energies = (left.value.values?.energy ?? 0, right.value.values?.energy ?? 0)
            if left.key.kind != .host, energies.0 != energies.1 { return energies.0 > energies.1 }
            return (left.key.name, left.key.detail) < (right.key.name, right.key.detail)
        }.compactMap { row($0, $1) }
    }

    /// The order of scopes, and of why energy is nobody's.
    private func rank(_ key: SeriesKey) -> Int {
        switch key.kind {
        case .host: Scope.all.firstIndex { $0.name == key.name } ?? Scope.all.count
        case .virtualMachineRest, .controlGroupRest, .processRest:
            1 + ([SeriesKey.idle, SeriesKey.interrupts, SeriesKey.other].firstIndex(of: key.name) ?? 3)
        default: 0
        }
    }

    private func row(_ key: SeriesKey, _ sum: Sum) -> HistoryRow? {
        guard var values = sum.values else { return nil }
        if key.kind.isDivided { (values.time, values.sampled) = (time, sampled) }
        var row = HistoryRow(
            HistoryRow.Kind(name: key.kind.word), name: key.name, from: range.lowerBound, to: range.upperBound)
        if key.kind == .virtualMachine, let slash = key.detail.lastIndex(of: "/") {
            row.namespace = String(key.detail[..<slash])
            row.subject = String(key.detail[key.detail.index(after: slash)...])
        }
        row.provenance = sum.provenances.count == 1 ? sum.provenances.first : nil
        (row.energyMicrojoules, row.milliseconds) = (values.energy, values.time)
        if values.time > 0 { row.mean = Watts(Double(values.energy) / Double(values.time) / 1000) }
        if let power = values.power {
            row.peak = Watts(Double(power.maximum) / 1000)
            // While it had no figure of its own, a consumer used less.
            if !key.kind.isDivided { row.minimum = Watts(Double(power.minimum) / 1000) }
            row.low = power.band.map { Watts(Double($0.low) / 1000) }
            row.high = power.band.map { Watts(Double($0.high) / 1000) }
        }
        let length = Double(range.upperBound) - Double(range.lowerBound)
        row.covered = length > 0 ? min(max(Double(values.sampled) / length, 0), 1) : 0
        row.carbon = sum.hasCarbon ? Grams(sum.grams) : nil
        return row
    }
}

extension HistorySums.Sum {
    fileprivate mutating func add(_ more: SeriesValues, _ key: SeriesKey, _ milligramsPerKilowattHour: Int64?) {
        if values == nil { values = more } else { values?.add(more) }
        if key.kind == .host { provenances.insert(key.detail) }
        if let intensity = milligramsPerKilowattHour {
            // A microjoule is 1/3.6e12 kWh.
            grams += Double(more.energy) / 3.6e12 * Double(intensity) / 1000
        } else if more.energy != 0 {
            hasCarbon = false
        }
    }
}
#endif
