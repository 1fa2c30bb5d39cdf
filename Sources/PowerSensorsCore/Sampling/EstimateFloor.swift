/// Keeps an estimate of the whole machine from being lower than what parts of the machine measure.
///
/// The estimator's count is raised before it is recorded, so energy, power and everything that is divided agree.
struct EstimateFloor {
    /// A measured channel, and the group of channels whose powers add up.
    private struct Part {
        let index: Int
        let group: Int
        /// The mean power of a counter; unused for a gauge, whose latest value is used.
        var window = PowerWindow()
    }

    /// The index of the estimated channel.
    let estimate: Int

    /// The highest power that the parts can measure together, in watts.
    let maximumPower: Watts

    private var parts: [Part]
    /// The identities of each group's channels, for people.
    private let names: [String]
    /// The latest power of each group in watts, or 0 if none of it is known.
    private var sums: [Double]
    /// The latest change of the estimator's count.
    private var last: (count: UInt64, instant: SampleInstant)?
    /// By how much the count is raised, in microjoules.
    private var raisedMicrojoules: UInt64 = 0
    /// What the group with the highest power measured most recently.
    private(set) var power = Watts(0)
    private var isRaised = false

    /// Finds the estimate and the parts; nil if there is no estimate of the scope `wall`, or nothing else is measured.
    init?(_ channels: [Channel]) {
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
        parts = groups.enumerated().flatMap { group, indices in indices.map { Part(index: $0, group: group) } }
        names = groups.map { $0.map { channels[$0].id }.joined(separator: " + ") }
        sums = Array(repeating: 0, count: groups.count)
    }

    /// Continues to raise by as much as before.
    mutating func resume(from old: EstimateFloor) { raisedMicrojoules = old.raisedMicrojoules }

    /// The estimator's reading, raised to what the parts measured since its count last changed. No allocation.
    mutating func raise(_ reading: Reading, _ states: [ChannelState], at now: SampleInstant) -> Reading {
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

    private mutating func updateSums(_ states: [ChannelState], _ now: SampleInstant, suspended: Int64) {
        for index in sums.indices { sums[index] = 0 }
        for index in parts.indices {
            let state = states[parts[index].index]
            var watts = state.integrator?.power
            if let counter = state.counter {
                watts = parts[index].window.advance(counter, to: now, suspended: suspended)
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
