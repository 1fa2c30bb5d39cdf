#if History
/// The powers of a series within a bucket, in whole milliwatts.
struct PowerRange: Hashable, Sendable {
    var minimum: Int64
    var maximum: Int64

    /// The mean ends of the power's band; nil if the power is certain.
    var band: Band?

    struct Band: Hashable, Sendable {
        var low: Int64
        var high: Int64
    }
}

/// What a series has within a bucket.
struct SeriesValues: Hashable, Sendable {
    /// Energy in whole microjoules: a difference of two counts, so that sums of it are exact.
    var energy: Int64

    /// The time in milliseconds in which the energy was used, suspended time included.
    var time: Int64

    /// The part of it that was sampled, in milliseconds.
    var sampled: Int64

    /// The powers; nil if none is known.
    var power: PowerRange?

    /// Adds what the same series has in another bucket.
    mutating func add(_ other: SeriesValues) {
        power = PowerRange.joined(self, other)
        energy = energy.clampedSum(other.energy)
        time = time.clampedSum(other.time)
        sampled = sampled.clampedSum(other.sampled)
    }

    /// The mean power in milliwatts; nil if no time is known.
    fileprivate var mean: Int64? { time > 0 ? energy / time : nil }
}

extension PowerRange {
    /// From the lower minimum to the higher maximum, with this one's band.
    func widened(by other: PowerRange) -> PowerRange {
        PowerRange(minimum: min(minimum, other.minimum), maximum: max(maximum, other.maximum), band: band)
    }

    fileprivate static func joined(_ left: SeriesValues, _ right: SeriesValues) -> PowerRange? {
        guard let first = left.power, let second = right.power else { return left.power ?? right.power }
        var joined = first.widened(by: second)
        guard first.band != nil || second.band != nil else { return joined }
        let weights = (Double(max(left.sampled, 0)), Double(max(right.sampled, 0)))
        func mean(_ end: KeyPath<Band, Int64>) -> Int64 {
            let ends = [(left, weights.0), (right, weights.1)].map { values, weight in
                (Double(values.power?.band?[keyPath: end] ?? values.mean ?? 0), weight)
            }
            let sum = weights.0 + weights.1
            if sum == 0 { return Int64(clamping: ends[0].0) }
            return Int64(clamping: (ends[0].0 * ends[0].1 + ends[1].0 * ends[1].1) / sum)
        }
        joined.band = Band(low: mean(\.low), high: mean(\.high))
        return joined
    }
}

/// The figures of all series within some time: one row of the store.
package struct Bucket: Hashable, Sendable {
    /// One series' figures.
    struct Entry: Hashable, Sendable {
        /// The number of the series.
        let series: Int
        var values: SeriesValues
    }

    /// The time that it stands for in milliseconds, suspended time included.
    var time: Int64 = 0

    /// The part of it that was sampled, in milliseconds.
    var sampled: Int64 = 0

    /// The carbon intensity in milligrams per kilowatt-hour; nil if unknown.
    var carbon: Int64?

    /// The series of each kind, in ascending order of their numbers.
    private(set) var sections = [[Entry]](repeating: [], count: SeriesKind.allCases.count)

    subscript(kind: SeriesKind) -> [Entry] { sections[kind.rawValue] }

    /// Whether nothing has been added.
    package var isEmpty: Bool { time == 0 && sections.allSatisfy(\.isEmpty) }

    /// Sets the series of a kind, which are in ascending order.
    mutating func setEntries(_ entries: [Entry], of kind: SeriesKind) { sections[kind.rawValue] = entries }

    /// Adds figures to a series.
    mutating func add(_ values: SeriesValues, to series: Int, _ kind: SeriesKind) {
        let section = sections[kind.rawValue]
        let index = section.firstIndex { $0.series >= series } ?? section.count
        if index < section.count, section[index].series == series {
            sections[kind.rawValue][index].values.add(values)
        } else {
            sections[kind.rawValue].insert(Entry(series: series, values: values), at: index)
        }
    }

    /// Adds the figures of another bucket.
    package mutating func add(_ other: Bucket) {
        carbon = Self.mean(of: self, other)
        time = time.clampedSum(other.time)
        sampled = sampled.clampedSum(other.sampled)
        for kind in SeriesKind.allCases {
            for entry in other[kind] { add(entry.values, to: entry.series, kind) }
        }
    }

    /// The mean carbon intensity; unknown if one of the two is.
    private static func mean(of left: Bucket, _ right: Bucket) -> Int64? {
        if left.isEmpty { return right.carbon }
        if right.isEmpty { return left.carbon }
        guard let first = left.carbon, let second = right.carbon else { return nil }
        let weights = (Double(left.time), Double(right.time))
        if first == second || weights.0 + weights.1 == 0 { return second }
        return Int64(
            clamping: (Double(first) * weights.0 + Double(second) * weights.1) / (weights.0 + weights.1))
    }

    /// Keeps the greatest consumers of each kind, and adds the energy of the others to what no consumer was given.
    ///
    /// - Parameters:
    ///   - count: How many to keep.
    ///   - other: The number of the series that takes the others of a kind.
    mutating func fold<Failure: Error>(
        to count: Int, other: (_ rest: SeriesKind) throws(Failure) -> Int
    ) throws(Failure) {
        for kind in SeriesKind.consumers {
            guard let rest = kind.rest, self[kind].count > count else { continue }
            let ranked = self[kind].sorted {
                ($0.values.energy, $1.series) > ($1.values.energy, $0.series)
            }
            let series = try other(rest)
            for folded in ranked.dropFirst(count) {
                var values = folded.values
                // The greatest power of a sum is not that of its parts.
                values.power = nil
                add(values, to: series, rest)
            }
            sections[kind.rawValue] = ranked.prefix(count).sorted { $0.series < $1.series }
        }
    }

    /// The part of it between two moments, as if everything were spread evenly over the time that it stands for.
    ///
    /// The parts of adjacent ranges add up to the whole, to the unit.
    ///
    /// - Parameters:
    ///   - range: The moments in milliseconds from its beginning.
    ///   - length: Its length in milliseconds.
    func part(_ range: Range<Int64>, of length: Int64) -> Bucket {
        if range.lowerBound <= 0, range.upperBound >= length { return self }
        func part(_ value: Int64) -> Int64 {
            let upper = Int128(value) * Int128(range.upperBound) / Int128(length)
            let lower = Int128(value) * Int128(range.lowerBound) / Int128(length)
            return Int64(clamping: upper - lower)
        }
        var result = self
        (result.time, result.sampled) = (part(time), part(sampled))
        result.sections = sections.map { section in
            section.map { entry in
                var entry = entry
                entry.values.energy = part(entry.values.energy)
                entry.values.time = part(entry.values.time)
                entry.values.sampled = part(entry.values.sampled)
                return entry
            }
        }
        return result
    }
}

extension Int64 {
    /// The sum; the greatest or the least number where it does not fit, since files from elsewhere may hold anything.
    func clampedSum(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// The nearest whole number; 0 for none.
    init(clamping value: Double) {
        self = value.isNaN ? 0 : Int64(exactly: value.rounded()) ?? (value < 0 ? .min : .max)
    }
}
#endif
