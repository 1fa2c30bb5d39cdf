#if History
import PowerSensors

/// The energy of each consumer over all of a query's time, in little room: a year may have hundreds of thousands of names.
struct ConsumerTotals: Sendable {
    /// What one series has.
    fileprivate struct Total {
        let series: Int32
        var hasCarbon = true
        /// The place among the reasons why energy is nobody's; 0 for a consumer.
        var rank: UInt8 = 0
        var energy: Int64 = 0
        /// The greatest power in milliwatts; the least number if none is known.
        var peak = Int64.min
        var grams = 0.0
    }

    /// The time of the rows.
    private let range: Range<Int64>
    private let kinds: [SeriesKind]
    private var totals: [Total] = []
    private var places: [Int32: Int32] = [:]
    private var names = SeriesNames()
    /// The totals in the order of their rows.
    private var order: [Int32] = []
    /// The time in which energy was divided, and the part of it that was sampled.
    private var time: Int64 = 0
    private var sampled: Int64 = 0

    init(_ range: Range<Int64>, of kinds: [SeriesKind]) { (self.range, self.kinds) = (range, kinds) }

    /// Adds a row of the store.
    mutating func add(_ bucket: Bucket) {
        var isDivided = false
        for kind in kinds {
            for entry in bucket[kind] {
                isDivided = true
                totals[place(of: Int32(clamping: entry.series))].add(entry.values, bucket.carbon)
            }
        }
        guard isDivided else { return }
        time = time.clampedSum(bucket.time)
        sampled = sampled.clampedSum(bucket.sampled)
    }

    private mutating func place(of series: Int32) -> Int {
        if let place = places[series] { return Int(place) }
        places[series] = Int32(clamping: totals.count)
        totals.append(Total(series: series))
        return totals.count - 1
    }

    /// Reads the names, and puts the greatest first and what no consumer was given last.
    mutating func finish(_ database: Database) throws(HistoryError) {
        places = [:]
        totals.sort { $0.series < $1.series }
        names.reserve(totals.count)
        // A series without a name is of a damaged file, or of a kind that a later version adds.
        var count = 0
        try SeriesNames.forEach(totals.map(\.series), kinds, database) { index, kind, name, detail in
            names.append(kind, name, detail)
            totals[count] = totals[index]
            totals[count].rank = Self.rank(kind, name)
            count += 1
        }
        totals.removeLast(totals.count - count)
        order = (0..<Int32(clamping: count)).sorted { precedes(Int($0), Int($1)) }
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        if totals[left].rank != totals[right].rank { return totals[left].rank < totals[right].rank }
        if totals[left].energy != totals[right].energy { return totals[left].energy > totals[right].energy }
        return names.precedes(left, right)
    }

    private static func rank(_ kind: SeriesKind, _ name: [UInt8]) -> UInt8 {
        if kind.rest != nil { return 0 }
        let reasons = [SeriesKey.idle, SeriesKey.interrupts, SeriesKey.other]
        return UInt8(1 + (reasons.firstIndex { $0.utf8.elementsEqual(name) } ?? reasons.count))
    }

    // MARK: Rows

    /// How many rows there are.
    var count: Int { order.count }

    /// A row, from 0.
    func row(_ number: Int) -> HistoryRow {
        let index = Int(order[number])
        let total = totals[index]
        let kind = names.kind(index)
        var row = HistoryRow(
            HistoryRow.Kind(name: kind.word), name: names.name(index), from: range.lowerBound, to: range.upperBound)
        if kind == .virtualMachine {
            let detail = names.detail(index)
            if let slash = detail.lastIndex(of: "/") {
                row.namespace = String(detail[..<slash])
                row.subject = String(detail[detail.index(after: slash)...])
            }
        }
        row.setFigures(SeriesValues(energy: total.energy, time: time, sampled: sampled))
        // While it had no figure of its own, a consumer used less, so its lowest power is unknown.
        if total.peak != .min { row.peak = Watts(Double(total.peak) / 1000) }
        row.carbon = total.hasCarbon ? Grams(total.grams) : nil
        return row
    }
}

extension ConsumerTotals.Total {
    fileprivate mutating func add(_ more: SeriesValues, _ milligramsPerKilowattHour: Int64?) {
        energy = energy.clampedSum(more.energy)
        if let power = more.power { peak = max(peak, power.maximum) }
        if let grams = more.grams(milligramsPerKilowattHour) { self.grams += grams } else { hasCarbon = false }
    }
}
#endif
