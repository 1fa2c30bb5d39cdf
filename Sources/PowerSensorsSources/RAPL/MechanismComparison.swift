import PowerSensorsCore

/// Checks that mechanisms which show the same registers agree: what one mechanism counted must lie between what the
/// other one counted in a slightly shorter and in a slightly longer time.
///
/// So no allowance is needed for the moment at which a register is updated, and a wrong unit is found within
/// milliseconds.
struct MechanismComparison {
    /// The channels of two mechanisms for the same domain: the one that is used, and the other. The chosen channel is
    /// read before and after the other.
    private typealias Pair = (chosen: Channel, other: Channel)

    private let pairs: [Pair]
    private let open: ([Channel]) -> any SensorReader

    /// - Parameters:
    ///   - alternatives: For each domain, a channel of every mechanism, the chosen one first.
    ///   - open: Opens channels.
    init(_ alternatives: [[Channel]], by open: @escaping ([Channel]) -> any SensorReader) {
        pairs = alternatives.flatMap { channels in
            channels.dropFirst().map { (chosen: channels[0], other: $0) }
        }
        self.open = open
    }

    /// The disagreements that are found in two comparisons in a row, as a single one may be an accident.
    func findings() -> [Finding] {
        if pairs.isEmpty { return [] }
        let suspects = Set(compare().map(\.subject))
        return suspects.isEmpty ? [] : compare().filter { suspects.contains($0.subject) }
    }

    /// Reads every pair twice, 15 ms apart, and returns the disagreements.
    private func compare() -> [Finding] {
        var chosen = open(pairs.map(\.chosen))
        var others = open(pairs.map(\.other))
        var outer: [[Sample]] = []
        var inner: [[Sample]] = []
        for round in 0..<2 {
            if round > 0 { pause(.milliseconds(15)) }
            outer.append(read(&chosen))
            inner.append(read(&others))
            outer.append(read(&chosen))
        }
        return pairs.indices.compactMap { index in
            let pair = pairs[index]
            // The chosen channel was read four times: the longer time is from its first reading to its last, and the
            // shorter one is between the two in the middle.
            guard let most = energy(pair.chosen, outer[0][index], outer[3][index]),
                let least = energy(pair.chosen, outer[1][index], outer[2][index]),
                let counted = energy(pair.other, inner[0][index], inner[1][index])
            else { return nil }
            return disagreement(pair, counted, least, most)
        }
    }

    private typealias Sample = (count: UInt64?, instant: SampleInstant)

    private func read(_ reader: inout any SensorReader) -> [Sample] {
        let began = SampleInstant.now
        return reader.readings(pairs.count, stampedAt: began).map { (count: $0.count, instant: began) }
    }

    /// The energy that a channel counted between two readings; nil if it is unknown.
    private func energy(_ channel: Channel, _ first: Sample, _ last: Sample) -> Joules? {
        guard case .counter(let encoding) = channel.encoding, let start = first.count, let end = last.count
        else { return nil }
        var counter = EnergyCounter(encoding: encoding, maximumPower: channel.maximumPower)
        _ = counter.advance(to: start, began: first.instant, ended: first.instant)
        switch counter.advance(to: end, began: last.instant, ended: last.instant) {
        case .counted, .ambiguous, .absent: return counter.energy
        case .baseline, .reset, .implausible: return nil
        }
    }

    private func disagreement(_ pair: Pair, _ counted: Joules, _ least: Joules, _ most: Joules) -> Finding? {
        guard case .counter(let ours) = pair.chosen.encoding, case .counter(let theirs) = pair.other.encoding
        else { return nil }
        // For servers' memory, one of the kernel's drivers assumes a unit of 15.3 µJ and the other one of 2⁻¹⁶ J.
        let ratio = ours.unit.joules.rawValue / theirs.unit.joules.rawValue
        // These differ by 0.3 %, so a ratio that close to 1 is corrected and not reported.
        let correction = abs(ratio - 1) < 0.005 ? ratio : 1
        let scaled = Joules(counted.rawValue * correction)
        // At either end, a number may be off by one count, and by 1 µJ if it is rounded to that.
        let slack = Joules(2 * max(ours.unit.joules.rawValue, theirs.unit.joules.rawValue, 1e-6))
        if scaled + slack >= least, scaled <= most + slack { return nil }
        let (chosen, other) = (pair.chosen, pair.other.mechanism)
        return Finding(
            severity: .warning, subject: chosen.id, reason: .disagreement,
            text: "At the same time \(chosen.mechanism) counted \(least.millijoules) to \(most.millijoules) mJ of"
                + " \(chosen.id), and \(other) \(counted.millijoules) mJ; the former is used.",
            remedy: "If the latter is right, use that: --sensor rapl:\(other)")
    }
}

extension Joules {
    /// The number of millijoules, rounded to two decimals.
    fileprivate var millijoules: Double { (rawValue * 1e5).rounded() / 100 }
}
