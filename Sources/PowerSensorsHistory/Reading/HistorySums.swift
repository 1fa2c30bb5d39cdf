#if History
import PowerSensors

/// Adds up the figures of each scope or channel in one row's time.
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

    init(_ range: Range<Int64>) { self.range = range }

    /// Adds a row of the store.
    mutating func add(
        _ bucket: Bucket, _ kinds: [SeriesKind], _ keys: [Int: SeriesKey], where isWanted: (SeriesKey) -> Bool
    ) {
        for kind in kinds {
            for entry in bucket[kind] {
                guard let key = keys[entry.series], isWanted(key) else { continue }
                // A scope goes on with figures of another provenance.
                let name = kind == .host ? SeriesKey(kind: kind, name: key.name) : key
                sums[name, default: Sum()].add(entry.values, key, bucket.carbon)
            }
        }
    }

    /// The rows: scopes in their order, and channels with the greatest first.
    var rows: [HistoryRow] {
        sums.sorted { left, right in
            let ranks = (rank(left.key), rank(right.key))
            if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
            let energies = (left.value.values?.energy ?? 0, right.value.values?.energy ?? 0)
            if left.key.kind != .host, energies.0 != energies.1 { return energies.0 > energies.1 }
            return (left.key.name, left.key.detail) < (right.key.name, right.key.detail)
        }.compactMap { row($0, $1) }
    }

    /// The order of scopes.
    private func rank(_ key: SeriesKey) -> Int {
        key.kind == .host ? Scope.all.firstIndex { $0.name == key.name } ?? Scope.all.count : 0
    }

    private func row(_ key: SeriesKey, _ sum: Sum) -> HistoryRow? {
        guard let values = sum.values else { return nil }
        var row = HistoryRow(
            HistoryRow.Kind(name: key.kind.word), name: key.name, from: range.lowerBound, to: range.upperBound)
        row.provenance = sum.provenances.count == 1 ? sum.provenances.first : nil
        row.setFigures(values)
        if let power = values.power {
            row.peak = Watts(Double(power.maximum) / 1000)
            row.minimum = Watts(Double(power.minimum) / 1000)
            row.low = power.band.map { Watts(Double($0.low) / 1000) }
            row.high = power.band.map { Watts(Double($0.high) / 1000) }
        }
        row.carbon = sum.hasCarbon ? Grams(sum.grams) : nil
        return row
    }
}

extension HistorySums.Sum {
    fileprivate mutating func add(_ more: SeriesValues, _ key: SeriesKey, _ milligramsPerKilowattHour: Int64?) {
        if values == nil { values = more } else { values?.add(more) }
        if key.kind == .host { provenances.insert(key.detail) }
        if let grams = more.grams(milligramsPerKilowattHour) { self.grams += grams } else { hasCarbon = false }
    }
}

extension SeriesValues {
    /// The emissions of its energy in grams; nil if the carbon intensity is unknown.
    func grams(_ milligramsPerKilowattHour: Int64?) -> Double? {
        // A microjoule is 1/3.6e12 kWh.
        if let intensity = milligramsPerKilowattHour { return Double(energy) / 3.6e12 * Double(intensity) / 1000 }
        return energy == 0 ? 0 : nil
    }
}

extension HistoryRow {
    /// Sets the energy, the mean of its power, and how much of the time was sampled.
    mutating func setFigures(_ values: SeriesValues) {
        (energyMicrojoules, milliseconds) = (values.energy, values.time)
        if values.time > 0 { mean = Watts(Double(values.energy) / Double(values.time) / 1000) }
        let length = Double(toMilliseconds) - Double(fromMilliseconds)
        covered = length > 0 ? min(max(Double(values.sampled) / length, 0), 1) : 0
    }
}
#endif
