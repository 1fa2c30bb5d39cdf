/// Compares mechanisms that show the same registers: what one counted must lie between what another counted in a
/// slightly shorter and a slightly longer time.
///
/// Thus no allowance is needed for when a register is renewed, and a wrong unit shows within milliseconds.
struct RaplAgreement {
    /// A domain that two mechanisms read.
    private struct Pair {
        /// What is used, read before and after the other.
        let chosen: Channel
        let other: Channel
    }

    private let pairs: [Pair]
    private let open: ([Channel]) -> any SensorReader

    /// Prepares to compare.
    ///
    /// - Parameters:
    ///   - doubled: The domains with a channel for each mechanism, the chosen one first.
    ///   - open: Opens channels.
    init(_ doubled: [[Channel]], by open: @escaping ([Channel]) -> any SensorReader) {
        pairs = doubled.flatMap { channels in
            channels.dropFirst().map { Pair(chosen: channels[0], other: $0) }
        }
        self.open = open
    }

    /// What the mechanisms do not agree on, twice in a row.
    func findings() -> [Finding] {
        if pairs.isEmpty { return [] }
        let suspects = Set(compare().map(\.subject))
        return suspects.isEmpty ? [] : compare().filter { suspects.contains($0.subject) }
    }

    private func compare() -> [Finding] {
        var chosen = open(pairs.map(\.chosen))
        var others = open(pairs.map(\.other))
        var outer: [[Sighting]] = []
        var inner: [[Sighting]] = []
        for round in 0..<2 {
            if round > 0 { pause(.milliseconds(15)) }
            outer.append(read(&chosen))
            inner.append(read(&others))
            outer.append(read(&chosen))
        }
        return pairs.indices.compactMap { index in
            let pair = pairs[index]
            // From the first reading to the last, and within the two in the middle.
            guard let most = energy(pair.chosen, outer[0][index], outer[3][index]),
                let least = energy(pair.chosen, outer[1][index], outer[2][index]),
                let counted = energy(pair.other, inner[0][index], inner[1][index])
            else { return nil }
            return disagreement(pair, counted, least, most)
        }
    }

    private struct Sighting {
        let count: UInt64?
        let instant: SampleInstant
    }

    private func read(_ reader: inout any SensorReader) -> [Sighting] {
        let began = SampleInstant.now
        return reader.readings(pairs.count, stampedAt: began).map { Sighting(count: $0.count, instant: began) }
    }

    private func energy(_ channel: Channel, _ first: Sighting, _ last: Sighting) -> Joules? {
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
        // The kernel takes the unit of a server's memory for 15.3 µJ in one driver and for 2⁻¹⁶ J in the other.
        let ratio = ours.unit.joules.rawValue / theirs.unit.joules.rawValue
        let explained = abs(ratio - 1) < 0.005 ? ratio : 1
        let scaled = Joules(counted.rawValue * explained)
        // A number in µJ may be a count off at either end, and one below 1 µJ more.
        let slack = Joules(2 * max(ours.unit.joules.rawValue, theirs.unit.joules.rawValue, 1e-6))
        if scaled + slack >= least, scaled <= most + slack { return nil }
        return .disagreement(pair.chosen, pair.other, counted, least, most)
    }
}

extension Finding {
    fileprivate static func disagreement(
        _ chosen: Channel, _ other: Channel, _ counted: Joules, _ least: Joules, _ most: Joules
    ) -> Finding {
        Finding(
            severity: .warning, subject: chosen.id, reason: "disagreement",
            text: "At the same time \(chosen.mechanism) counted \(least.millijoules) to \(most.millijoules) mJ of"
                + " \(chosen.id), and \(other.mechanism) \(counted.millijoules) mJ; the former is read.",
            remedy:
                "Where the latter is right, take that: --sensor rapl:\(other.mechanism); and tell the driver's authors."
        )
    }
}

extension Joules {
    fileprivate var millijoules: String {
        let hundredths = (rawValue * 1e5).rounded()
        guard hundredths.magnitude < 1e15 else { return "\(rawValue * 1000)" }
        let (whole, rest) = Int(hundredths).quotientAndRemainder(dividingBy: 100)
        return "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
