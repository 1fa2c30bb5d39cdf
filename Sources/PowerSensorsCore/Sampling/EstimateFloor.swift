/// Keeps an estimate of the whole machine from being lower than what parts of the machine measure.
///
/// The estimator's count is raised before it is recorded, so energy, power and everything that is divided agree. It is
/// never lowered, so what a chip shows only once hardly counts.
package struct EstimateFloor {
    /// A measured channel, and the group of channels whose powers add up.
    private struct Part {
        let index: Int
        let group: Int
        /// The highest power that a gauge can truthfully show, in watts. A counter's is known to the counter.
        let maximumPower: Double
        /// The mean power of a counter.
        var window = PowerWindow()
        /// The mean power of a gauge.
        var readings = ReadingMean()
    }

    /// The index of the estimated channel.
    let estimate: Int

    /// The highest power that the parts can measure together, in watts.
    let maximumPower: Watts

    private var parts: [Part]
    /// The identities of each group's channels, for people.
    private let names: [String]
    /// The mean power of each group between its latest two readings in watts, or 0 if none of it is known.
    private var sums: [Double]
    /// The latest change of the estimator's count.
    private var last: (count: UInt64, instant: SampleInstant)?
    /// By how much the count is raised, in microjoules.
    private var raisedMicrojoules: UInt64 = 0
    /// What the group with the highest power measured between its latest two readings.
    private(set) var power = Watts(0)
    private var isRaised = false

    /// Finds the estimate and the parts; nil if there is no estimate of the scope `wall`, or nothing else is measured.
    package init?(_ channels: [Channel]) {
        let microjoules = Channel.Encoding.counter(.counts(unit: .microjoules(1), lastCount: .max))
        let estimate = channels.firstIndex {
            $0.countsIn == .wall && $0.provenance == .estimated && $0.encoding == microjoules
        }
        guard let estimate else { return nil }
        let measured = channels.indices.filter { channels[$0].isPartOfMachine }
        let groups = Dictionary(grouping: measured) { channels[$0].sumOfParts }.values.sorted { $0[0] < $1[0] }
        if groups.isEmpty { return nil }
        self.estimate = estimate
        maximumPower = Watts(measured.reduce(0) { $0 + channels[$1].maximumPower.rawValue })
        parts = groups.enumerated().flatMap { group, indices in
            indices.map { Part(index: $0, group: group, maximumPower: channels[$0].maximumPower.rawValue) }
        }
        names = groups.map { $0.map { channels[$0].id }.joined(separator: " + ") }
        sums = Array(repeating: 0, count: groups.count)
    }

    /// Continues to raise by as much as before.
    mutating func resume(from old: EstimateFloor) { raisedMicrojoules = old.raisedMicrojoules }

    /// The estimator's reading, raised to what the parts measured since its count last changed. No allocation.
    mutating func raise(
        _ reading: Reading, _ states: borrowing Span<ChannelState>, at now: SampleInstant
    ) -> Reading {
        guard let count = reading.count else { return reading }
        guard let last, reading.kind == .count, count >= last.count else {
            // A count that starts again.
            self.last = (count, now)
            updateSums(states, now, suspended: 0)
            return reading.adding(raisedMicrojoules)
        }
        let time = now.monotonicNanoseconds &- last.instant.monotonicNanoseconds
        guard count > last.count, time > 0 else { return reading.adding(raisedMicrojoules) }
        self.last = (count, now)
        let suspended = now.suspendedNanoseconds(since: last.instant)
        updateSums(states, now, suspended: suspended)
        isRaised = false
        // In a longer gap, the power of the parts is as unknown as the gap is long. The estimate of a time with a suspend has no
        // power that could be below theirs.
        guard time <= PowerIntegrator.longestGapNanoseconds, suspended < SampleInstant.shortestSuspendNanoseconds
        else { return reading.adding(raisedMicrojoules) }
        let missing = power.rawValue * Double(time) / 1000 - Double(count - last.count)
        if missing >= 1, missing < 1e15 {
            raisedMicrojoules &+= UInt64(missing)
            isRaised = true
        }
        return reading.adding(raisedMicrojoules)
    }

    private mutating func updateSums(
        _ states: borrowing Span<ChannelState>, _ now: SampleInstant, suspended: Int64
    ) {
        for index in sums.indices { sums[index] = 0 }
        for index in parts.indices {
            let state = states[parts[index].index]
            var watts: Watts?
            if let counter = state.counter {
                watts = parts[index].window.advance(counter, to: now, suspended: suspended)
            }
            if let integrator = state.integrator {
                watts = parts[index].readings.advance(integrator, maximum: parts[index].maximumPower)
            }
            guard state.status == .ok, let watts else { continue }
            sums[parts[index].group] += max(watts.rawValue, 0)
        }
        power = Watts(0)
        for index in sums.indices { power = max(power, Watts(sums[index])) }
    }

    /// Says that the estimate is raised; nil while it is not. Its text has no watts, so that it is reported only once.
    func finding(_ channels: [Channel]) -> Finding? {
        guard isRaised, let group = sums.firstIndex(of: power.rawValue) else { return nil }
        return Finding(
            .raised, of: channels[estimate],
            text: """
                The model's estimate is below what parts of the machine measure, so it is raised to that: \
                \(names[group]).
                """,
            remedy: "If one of them measures the whole machine, say so: --whole CHANNEL=platform")
    }
}

/// The mean power of a gauge between its latest two readings, as its energy is integrated.
///
/// A reading counts for at most twice the larger of the ones beside it, so nonsense that is shown only once counts little,
/// and a sudden rise counts from its second reading on.
private struct ReadingMean {
    /// The mean power; 0 before the second reading.
    private var power = Watts(0)
    /// The latest two powers that were read, in watts.
    private var latest: Double?
    private var earlier = 0.0
    /// The energy at the latest reading, which every reading of a positive power increases.
    private var energy = Joules(0)

    /// The mean power after a sample; nil while the gauge shows more than it can.
    mutating func advance(_ integrator: PowerIntegrator, maximum: Double) -> Watts? {
        guard let now = integrator.power.map({ max($0.rawValue, 0) }), now <= maximum else { return nil }
        if integrator.energy == energy, now == latest { return power }
        energy = integrator.energy
        if let latest {
            power = Watts((min(latest, 2 * max(earlier, now)) + min(now, 2 * latest)) / 2)
            earlier = latest
        }
        latest = now
        return power
    }
}

extension Channel {
    /// Whether it measures a part of this machine, or all of it.
    fileprivate var isPartOfMachine: Bool {
        guard provenance == .measured, quantity == .power || quantity == .energy, mirrorOf == nil else { return false }
        // ChargerLAB's meters (driver powerz) are plugged in between any two devices.
        return countsIn != nil || component.kind == .chip && component.chip != "powerz"
    }

    /// The same for channels that do not contain each other, so that the powers can be added: those of one host figure,
    /// those of several cards in PCI slots, and those of power meters whose names differ only in a number.
    fileprivate var sumOfParts: [String] {
        if let countsIn { return ["scope", countsIn.name] }
        let address = component.device?.split(separator: "/").last?.split(separator: ":") ?? []
        let isCard = address.count == 3 && address[2].contains(".")
        let isNumberedMeter = component.chip == "power_meter" && label?.last?.isNumber == true
        guard isCard || isNumberedMeter else { return [id] }
        let part = id.split(separator: "/").last.map(String.init) ?? id
        return [component.chip ?? "", part, label.map { String($0.filter { !$0.isNumber }) } ?? ""]
    }
}
